// What the targets of single formats share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "core/data/importer.h"

namespace tastebench::fuzz {

/// A file in memory, of this process.
inline std::string scratch(const std::string& name) {
    static const std::filesystem::path folder = "/dev/shm/tastebench-fuzz-" + std::to_string(getpid());
    std::filesystem::create_directories(folder);
    return (folder / name).string();
}

inline std::string write(const std::string& name, std::string_view bytes) {
    auto file = scratch(name);
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
}

inline void check(const Error& error) {
    if (error.what.empty() || error.where.empty() || error.remedy.empty())
        std::abort();
}

/// Gives data, or an error with place and remedy.
inline void import_once(const ImportOptions& options) {
    static const Parallel parallel(1);
    Progress progress;
    ImportReport report;
    const auto data = import_dataset(options, parallel, progress, &report);
    if (!data)
        check(data.error());
    for (const auto& bad : report.bad)
        if (bad.place.empty() || bad.reason.empty() || bad.remedy.empty())
            std::abort();
}

/// Imports with both ways to treat bad rows, and previews.
inline void import_both_ways(ImportOptions options) {
    for (const auto bad_rows : {BadRows::stop, BadRows::skip}) {
        options.bad_rows = bad_rows;
        import_once(options);
    }
    if (const auto preview = preview_import(options); !preview)
        check(preview.error());
}

inline void import_as(FileFormat format, const std::string& file) {
    ImportOptions options;
    options.files = {file};
    options.format = format;
    options.context = {"*"};
    import_both_ways(options);
}

} // namespace tastebench::fuzz
