// MovieLens as GroupLens publishes it: 100K (u.data, u.item, u.user), 1M and 10M (ratings.dat, movies.dat, users.dat,
// tags.dat), 20M, 25M and latest (ratings.csv, movies.csv, tags.csv, links.csv).
// https://grouplens.org/datasets/movielens The tables of films and people are read in movielens_tables.cpp.
#include <algorithm>
#include <array>

#include "core/data/readers/delimited.h"
#include "core/data/readers/movielens_tables.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

constexpr std::array<std::string_view, 3> rating_files{"u.data", "ratings.dat", "ratings.csv"};

std::string_view first_line(std::string_view head) {
    auto line = head.substr(0, head.find('\n'));
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return line;
}

bool is_csv_header(std::string_view line) {
    constexpr std::string_view names = "userid,movieid,rating,timestamp";
    return line.size() == names.size() && std::equal(line.begin(), line.end(), names.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

/// Four fields of digits (the rating may have a point).
bool is_row(std::string_view line, std::string_view separator) {
    std::size_t fields = 0;
    while (true) {
        const auto cut = line.find(separator);
        const auto field = line.substr(0, cut);
        ++fields;
        if (field.empty() || field.find_first_not_of("0123456789.") != std::string_view::npos)
            return false;
        if (cut == std::string_view::npos)
            return fields == 4;
        line.remove_prefix(cut + separator.size());
    }
}

/// u.data, and the folds that are published with it: u1.base, ua.test.
bool is_tab_name(std::string_view name) {
    return name == "u.data" ||
           (name.size() == 7 && name[0] == 'u' && (name.ends_with(".base") || name.ends_with(".test")));
}

bool fits(const Sniff& file) {
    const auto line = first_line(file.head);
    return is_csv_header(line) || is_row(line, "::") || (is_tab_name(file.input.base_name()) && is_row(line, "\t"));
}

std::optional<Input> main_input(const InputSet& set) {
    for (const auto name : rating_files)
        if (auto input = set.find(name))
            return input;
    return {};
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions&) {
    const auto line = first_line(file.head);
    DelimitedLayout layout;
    layout.header = is_csv_header(line);
    const std::string separator(layout.header ? "," : line.find("::") != std::string_view::npos ? "::" : "\t");
    layout.separator = separator;
    if (!layout.header && !is_row(line, layout.separator))
        return bad_data("this is no table of MovieLens ratings", file.input.shown() + ":1:1",
                        "give u.data, ratings.dat, ratings.csv or the published zip, or choose another format");
    if (layout.header)
        layout.body = std::min(file.head.find('\n'), file.head.size() - 1) + 1;
    layout.columns = {"user", "movie", "rating", "timestamp"};
    if (layout.header)
        layout.columns = {"userId", "movieId", "rating", "timestamp"};
    layout.user = 0;
    layout.item = 1;
    layout.value = 2;
    layout.time = 3;
    layout.time_format = "s";
    layout.roles_fixed = true;
    return make_delimited_reader(std::move(layout));
}

Status complete(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    const auto input = set.named() ? set.named() : main_input(set);
    const auto name = input ? input->base_name() : std::string();
    if (name == "ratings.dat")
        return join_dat_tables(set, options, parts, report);
    if (is_tab_name(name))
        return join_100k_tables(set, options, parts, report);
    return name == "ratings.csv" ? join_csv_tables(set, options, parts, report) : Status();
}

} // namespace

FormatEntry movielens_format() {
    return {.id = FileFormat::movielens,
            .name = "movielens",
            .title = "MovieLens",
            .endings = "u.data ratings.dat ratings.csv *.zip",
            .summary = "Ratings of films as published, with titles, genres, tags and what is known of the people; from "
                       "the zip, the unpacked folder or the file of ratings.",
            .fits = fits,
            .main_input = main_input,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
