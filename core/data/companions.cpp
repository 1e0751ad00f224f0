// The tables that data sets are published with beside their interactions.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/id_table.h"
#include "core/data/companions.h"
#include "core/data/records.h"

namespace tastebench {

namespace {

namespace fs = std::filesystem;

/// The file or its gzip, whichever is there; an empty path if neither is.
fs::path beside(const fs::path& file, const std::string& name) {
    for (const auto* ending : {"", ".gz"}) {
        std::error_code ignored;
        auto candidate = file.parent_path() / (name + ending);
        if (fs::is_regular_file(candidate, ignored))
            return candidate;
    }
    return {};
}

struct Table {
    TextFile file;
    TextTable rows;
};

Result<Table> open_table(const fs::path& path, char separator, bool quotes) {
    auto file = TextFile::open(path);
    if (!file)
        return fail(file.error());
    auto rows = read_table(*file, separator, quotes);
    if (!rows)
        return fail(rows.error());
    if (rows->header.size() < 2)
        return bad_data("there is only one column", file->place(0, 1), "give a table with an id and more columns");
    return Table{std::move(*file), std::move(*rows)};
}

/// "movie_title:token_seq" to its name and type.
std::pair<std::string, std::string> typed(const std::string& header) {
    const auto colon = header.rfind(':');
    if (colon == std::string::npos)
        return {header, "token"};
    return {header.substr(0, colon), header.substr(colon + 1)};
}

bool is_title(const std::string& name) {
    return name.find("title") != std::string::npos || name.find("name") != std::string::npos;
}

ColumnType column_type(const std::string& name, const std::string& type) {
    if (type == "float")
        return ColumnType::number;
    if (type == "token_seq")
        return is_title(name) ? ColumnType::text : ColumnType::multi_category;
    return type == "token" ? ColumnType::category : ColumnType::text;
}

Result<FeatureColumn> make_column(const Table& table, std::size_t c, const IdMap& ids, char list_separator,
                                  const std::string& name, ColumnType type) {
    FeatureColumn column;
    column.name = name;
    column.type = type;
    const bool numeric = column.type == ColumnType::number;
    std::vector<std::string> texts(numeric ? 0 : ids.size());
    if (numeric)
        column.numbers.assign(ids.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t r = 0; r < table.rows.rows.size(); ++r) {
        const auto& row = table.rows.rows[r];
        const auto index = ids.find(row[0]);
        if (!index)
            continue;
        if (!numeric) {
            texts[*index] = row[c];
            if (column.type == ColumnType::multi_category)
                std::replace(texts[*index].begin(), texts[*index].end(), list_separator, '|');
            continue;
        }
        double number = std::numeric_limits<double>::quiet_NaN();
        const auto& text = row[c];
        const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), number);
        if (!text.empty() && (code != std::errc() || stop != text.data() + text.size() || !std::isfinite(number)))
            return bad_data(fmt::format("'{}' is no number", text), table.file.place(table.rows.offsets[r], c + 1),
                            "correct it, or leave it empty");
        column.numbers[*index] = number;
    }
    for (const auto& text : texts)
        column.texts.push_back(text);
    return column;
}

Status read_features(const fs::path& path, const IdMap& ids, FeatureTable& out, StringColumn* titles) {
    auto table = open_table(path, '\t', false);
    if (!table)
        return fail(table.error());
    for (std::size_t c = 1; c < table->rows.header.size(); ++c) {
        const auto [name, type] = typed(table->rows.header[c]);
        auto column = make_column(*table, c, ids, ' ', name, column_type(name, type));
        if (!column)
            return fail(column.error());
        if (titles != nullptr && titles->empty() && is_title(name))
            *titles = column->texts;
        out.push_back(std::move(*column));
    }
    return {};
}

Status read_graph(const fs::path& triples, const fs::path& links, const IdMap& items, KnowledgeGraph& out) {
    auto linked = open_table(links, '\t', false);
    if (!linked)
        return fail(linked.error());
    std::optional<Table> facts;
    if (!triples.empty()) {
        auto table = open_table(triples, '\t', false);
        if (!table)
            return fail(table.error());
        if (table->rows.header.size() != 3)
            return bad_data("a knowledge graph has three columns: head, relation and tail", table->file.place(0, 1),
                            "correct the file, or move it away to import without a graph");
        facts = std::move(*table);
    }
    IdTable entities;
    IdTable relations;
    for (const auto& row : linked->rows.rows)
        if (const auto item = items.find(row[0]))
            out.links.push_back({*item, entities.index_of(row[1])});
    if (facts)
        for (const auto& row : facts->rows.rows) {
            const auto head = entities.index_of(row[0]);
            const auto relation = relations.index_of(row[1]);
            out.triples.push_back({head, relation, entities.index_of(row[2])});
        }
    for (const auto text : entities.texts())
        out.entities.push_back(text);
    for (const auto text : relations.texts())
        out.relations.push_back(text);
    return {};
}

Status read_movies(const fs::path& path, DatasetParts& parts) {
    auto table = open_table(path, ',', true);
    if (!table)
        return fail(table.error());
    for (std::size_t c = 1; c < table->rows.header.size(); ++c) {
        const auto& name = table->rows.header[c];
        const auto type = is_title(name) ? ColumnType::text : ColumnType::multi_category;
        auto column = make_column(*table, c, parts.items, '|', name, type);
        if (!column)
            return fail(column.error());
        if (parts.item_titles.empty() && is_title(name))
            parts.item_titles = column->texts;
        parts.item_features.push_back(std::move(*column));
    }
    return {};
}

} // namespace

Status read_companions(const fs::path& file, FileFormat format, DatasetParts& parts) {
    auto name = file.filename();
    if (name.extension() == ".gz")
        name = name.stem();
    if (format != FileFormat::recbole) {
        const auto movies = name == "ratings.csv" ? beside(file, "movies.csv") : fs::path();
        return movies.empty() ? Status() : read_movies(movies, parts);
    }
    const auto stem = name.stem().string();
    if (const auto items = beside(file, stem + ".item"); !items.empty())
        if (auto status = read_features(items, parts.items, parts.item_features, &parts.item_titles); !status)
            return status;
    if (const auto users = beside(file, stem + ".user"); !users.empty())
        if (auto status = read_features(users, parts.users, parts.user_features, nullptr); !status)
            return status;
    if (const auto links = beside(file, stem + ".link"); !links.empty())
        return read_graph(beside(file, stem + ".kg"), links, parts.items, parts.graph);
    return {};
}

} // namespace tastebench
