// The catalogue of well-known public data sets: what each holds, whose it is, on what terms, and where to get it.
// Every figure is as its publisher gives it (or the source named beside it in the *_entries.cpp files); what nobody
// has published stays empty and is shown as such.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/importer.h"

namespace tastebench {

enum class ChecksumKind { none, md5, sha256 };

struct Checksum {
    ChecksumKind kind = ChecksumKind::none;
    std::string hex; ///< lower case
};
std::string to_text(const Checksum& checksum); ///< "MD5 0e33..."; "none"

/// A published figure; 0: not given.
struct Count {
    std::uint64_t value = 0;
    bool rounded = false; ///< the publisher says "about"
};

/// One file to fetch.
struct CatalogueFile {
    std::string name;        ///< in the downloads folder; names are unique in the whole catalogue
    std::string url;         ///< empty: it cannot be fetched without the publisher's page
    std::uint64_t bytes = 0; ///< 0: not published
    Checksum checksum;
};

/// A table in one of the files.
struct CataloguePart {
    std::size_t file = 0; ///< index into CatalogueEntry::files
    std::string member;   ///< path inside the archive; empty: the file itself, or all of the archive
};

/// How the files become a data set; the words are those of ImportOptions.
struct CatalogueImport {
    FileFormat format = FileFormat::guess;
    std::vector<CataloguePart> train, test;
    std::string separator;               ///< empty: guessed
    std::optional<bool> header;          ///< empty: guessed
    std::string user, item, value, time; ///< columns by name; empty: as the format has them
};

struct CatalogueEntry {
    std::string id; ///< "ml-1m"; the data set is imported under this name
    std::string title;
    std::string summary; ///< one plain sentence
    Count users, items, interactions;
    std::string counted; ///< what was counted and who says so
    std::string home;
    std::string license; ///< the terms in one plain sentence
    std::string terms;   ///< the same in a few words, for a list
    std::string limits;  ///< what they forbid, to be shown before the download; empty: nothing worth a warning
    std::string citation;
    std::vector<CatalogueFile> files;
    bool manual = false;    ///< the publisher wants consent or a login: fetch by hand
    std::string how_to_get; ///< with manual: what to do
    CatalogueImport import;

    std::uint64_t bytes() const; ///< of all files; 0 if one of them is not published
};

/// In the order in which they are shown; made once, read by any thread.
const std::vector<CatalogueEntry>& catalogue();
/// usage error naming the nearest id.
Result<const CatalogueEntry*> find_catalogue_entry(std::string_view id);

/// What an importer needs to read the entry's files, given as they lie on this computer (in the order of `files`).
ImportOptions import_options(const CatalogueEntry& entry, const std::vector<std::filesystem::path>& files);

/// The files of an entry as the user has them. `given`: one path for each file, in any order if they bear the
/// catalogue's or the publisher's names, otherwise in the catalogue's order; or one folder that holds them.
/// usage error if one is missing or too many are given.
Result<std::vector<std::filesystem::path>> match_files(const CatalogueEntry& entry,
                                                       const std::vector<std::filesystem::path>& given);

} // namespace tastebench
