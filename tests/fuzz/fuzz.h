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
#include "core/data/utf8.h"

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

inline void check_texts(const StringColumn& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (texts[i].find('\0') != std::string_view::npos || find_invalid_utf8(texts[i]) != std::string_view::npos)
            std::abort();
}

/// Whatever was imported, its texts are UTF-8 without NUL: messages, JSON and the window rely on it.
inline void check(const Dataset& data) {
    check_texts(data.users().ids());
    check_texts(data.items().ids());
    check_texts(data.parts().item_titles);
    for (const auto* table : {&data.user_features(), &data.item_features()})
        for (const auto& column : *table) {
            StringColumn name;
            name.push_back(column.name);
            check_texts(name);
            check_texts(column.texts);
        }
    check_texts(data.graph().entities);
    check_texts(data.graph().relations);
    for (const auto& column : data.context()) {
        StringColumn name;
        name.push_back(column.name);
        check_texts(name);
        check_texts(column.categories);
    }
    for (const auto& vectors : data.parts().vectors)
        check_texts(vectors.keys);
    StringColumn events;
    for (const auto& event : data.events())
        events.push_back(event);
    check_texts(events);
}

/// Gives data, or an error with place and remedy.
inline void import_once(const ImportOptions& options) {
    static const Parallel parallel(1);
    Progress progress;
    ImportReport report;
    const auto data = import_dataset(options, parallel, progress, &report);
    if (data)
        check(**data);
    else
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
