#include "core/data/import/formats.h"

#include <algorithm>
#include <array>

#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

constexpr std::array<std::string_view, 13> words{"guess",     "delimited", "recbole", "movielens", "json_lines",
                                                 "libsvm",    "libffm",    "criteo",  "mind",      "dkn",
                                                 "adjacency", "sqlite",    "exported"};

} // namespace

std::string_view to_text(FileFormat format) {
    return words[static_cast<std::size_t>(format)];
}

std::optional<FileFormat> file_format_from(std::string_view text) {
    if (text == "csv" || text == "tsv")
        return FileFormat::delimited;
    const auto at = std::find(words.begin(), words.end(), text);
    if (at == words.end())
        return {};
    return static_cast<FileFormat>(at - words.begin());
}

const std::vector<FormatEntry>& all_formats() {
    // Delimited text is what remains when nothing else fits.
    static const std::vector<FormatEntry> entries{exported_format(),  sqlite_format(),    mind_format(),
                                                  dkn_format(),       criteo_format(),    libffm_format(),
                                                  libsvm_format(),    recbole_format(),   json_lines_format(),
                                                  adjacency_format(), movielens_format(), delimited_format()};
    return entries;
}

const FormatEntry& format_entry(FileFormat id) {
    const auto& entries = all_formats();
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.id == id; });
    return found == entries.end() ? entries.back() : *found;
}

} // namespace tastebench
