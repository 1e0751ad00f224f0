// Gets the files of a catalogue entry: from the downloads folder if they are there, else from the publisher; or
// checks the ones that the user has already.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/catalogue/checksum.h"
#include "core/data/catalogue/download.h"

namespace tastebench {

/// $XDG_CACHE_HOME/tastebench/downloads, or the same under ~/.cache. usage error if neither is set.
Result<std::filesystem::path> downloads_folder();

struct FetchOptions {
    std::filesystem::path folder; ///< empty: downloads_folder()
    std::string url;          ///< instead of the publisher's address; ends with '/': the folder that holds all files
    DownloadOptions transfer; ///< size and checksum are set from the entry
};

struct FetchedFile {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    Checksum checksum;    ///< as computed
    bool checked = false; ///< against the published one
};

/// In the order of the entry's files. A file that is there and fits is not fetched again. usage error for an entry
/// that must be fetched by hand; otherwise as download().
Result<std::vector<FetchedFile>> fetch(const CatalogueEntry& entry, const FetchOptions& options, Progress& progress);

/// Files that the user has (see match_files), checked against what is published.
Result<std::vector<FetchedFile>> take_files(const CatalogueEntry& entry,
                                            const std::vector<std::filesystem::path>& given, Progress& progress);

/// Bytes that an interrupted fetch of this entry has left in the folder; 0: it would start anew.
std::uint64_t left_over(const CatalogueEntry& entry, const std::filesystem::path& folder);

/// What can be said of the check: "checked against the publisher's MD5", or that none is published.
std::string check_sentence(const std::vector<FetchedFile>& files);

std::vector<std::filesystem::path> paths_of(const std::vector<FetchedFile>& files);

} // namespace tastebench
