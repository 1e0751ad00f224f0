// Fetches one file over HTTPS or HTTP. It grows as FILE.part and becomes FILE only when its size and checksum fit;
// what an interrupted download left is gone on with, if the server says that it still is the same file.
// Blocks: call it on a background thread. Certificates are always checked; redirects never lead from https to http.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/base/progress.h"
#include "core/data/catalogue/catalogue.h"

namespace tastebench {

struct DownloadOptions {
    std::uint64_t expected_bytes = 0; ///< 0: not known
    Checksum checksum;
    std::uint64_t most_bytes = std::uint64_t{64} << 30; ///< where the size is not known: more is refused
    int most_redirects = 5;
    int most_retries = 4;                              ///< after faults that may pass
    std::chrono::milliseconds first_pause{1'000};      ///< before the first retry; doubles each time
    std::chrono::milliseconds connect_timeout{20'000}; ///< to reach the server
    std::chrono::milliseconds stall_timeout{30'000};   ///< ends a connection that in this time brings ...
    std::uint64_t stall_bytes = 1'000;                 ///< ... fewer bytes than these
};

struct DownloadReport {
    std::uint64_t bytes = 0;        ///< of the whole file
    std::uint64_t resumed_from = 0; ///< bytes that were there already
    int retries = 0;
    Checksum checksum;    ///< as computed; SHA-256 where none was given
    bool checked = false; ///< a checksum was given, and it fits
};

/// Progress: bytes, with what is already there counted as done. cancelled within 0.2 s, the part stays.
/// usage: the address is no http(s) one. failed: network, server, disk. bad_data: size or checksum do not fit (then
/// the part is deleted, since going on with it could not help).
Result<DownloadReport> download(const std::string& url, const std::filesystem::path& file,
                                const DownloadOptions& options, Progress& progress);

/// Bytes that an interrupted download of this file has left; 0 if none.
std::uint64_t part_bytes(const std::filesystem::path& file);

} // namespace tastebench
