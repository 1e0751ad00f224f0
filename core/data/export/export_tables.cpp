// The tables beside the interactions: users and items with their features, graph, links between users, vectors.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/data/export/export_job.h"

namespace tastebench {

namespace {

constexpr double first_date = -2'208'988'800; // 1900-01-01
constexpr double last_date = 7'258'118'399;   // 2199-12-31

bool is_whole_date(double seconds) {
    return std::isnan(seconds) || (std::floor(seconds) == seconds && seconds >= first_date && seconds <= last_date &&
                                   !(seconds == 0 && std::signbit(seconds)));
}

std::string iso_date(double seconds) {
    if (std::isnan(seconds))
        return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

template <typename Each>
void for_entries(std::string_view list, Each each) {
    while (true) {
        const auto cut = list.find('|');
        each(list.substr(0, cut));
        if (cut == std::string_view::npos)
            return;
        list.remove_prefix(cut + 1);
    }
}

/// A feature on its way into a column of cells.
struct Feature {
    const FeatureColumn* column;
    bool iso = false;                         ///< a date that is written as one
    std::map<std::string, std::string> spelt; ///< entry -> spelling
};

Feature prepare_feature(const ExportJob& job, const FeatureColumn& column, DescribedColumn& described) {
    Feature out{&column, false, {}};
    if (column.type == ColumnType::date)
        out.iso = !job.recbole() && std::all_of(column.numbers.begin(), column.numbers.end(), is_whole_date);
    if (column.type != ColumnType::multi_category || !job.recbole())
        return out;
    std::set<std::string> entries;
    for (std::size_t i = 0; i < column.texts.size(); ++i)
        if (!column.texts[i].empty())
            for_entries(column.texts[i], [&](std::string_view entry) { entries.emplace(entry); });
    out.spelt = spellings(entries);
    for (const auto& [entry, spelling] : out.spelt)
        described.spelt.emplace(spelling, entry);
    described.list_separator = ' ';
    return out;
}

std::string respelt(std::string_view list, const std::map<std::string, std::string>& spelt) {
    std::string out;
    if (list.empty())
        return out;
    for_entries(list, [&](std::string_view entry) {
        const auto at = spelt.find(std::string(entry));
        if (!out.empty())
            out += ' ';
        out += at == spelt.end() ? entry : std::string_view(at->second);
    });
    return out;
}

void write_feature(TableFile& file, const Feature& feature, std::uint32_t row, bool recbole) {
    const auto& column = *feature.column;
    if (feature.iso)
        file.plain_cell(iso_date(column.numbers[row]));
    else if (column.type == ColumnType::number || column.type == ColumnType::date)
        file.number(column.numbers[row]);
    else if (column.type == ColumnType::multi_category && recbole)
        file.cell(respelt(column.texts[row], feature.spelt));
    else
        file.cell(column.texts[row]);
}

struct TableParts {
    const IdMap& ids;
    const FeatureTable& features;
    const StringColumn* titles; ///< null or empty: none
    std::string id_heading, file;
};

Status write_table(ExportJob& job, const TableParts& parts, DescribedTable& table) {
    std::set<std::string> taken;
    table.file = parts.file;
    auto heading = ExportJob::heading(parts.id_heading, taken, job.recbole());
    table.columns.push_back({heading, heading, ColumnRole::id, ColumnType::category, '|', {}, {}});
    std::vector<Feature> features;
    for (const auto& column : parts.features) {
        DescribedColumn described{ExportJob::heading(column.name, taken, job.recbole()),
                                  column.name,
                                  ColumnRole::feature,
                                  column.type,
                                  '|',
                                  {},
                                  {}};
        features.push_back(prepare_feature(job, column, described));
        table.columns.push_back(std::move(described));
    }
    const bool titles = parts.titles != nullptr && !parts.titles->empty();
    const auto same = std::find_if(parts.features.begin(), parts.features.end(), [&](const FeatureColumn& column) {
        return titles && column.texts == *parts.titles;
    });
    const bool own_titles = titles && same == parts.features.end();
    if (own_titles) {
        heading = ExportJob::heading("title", taken, job.recbole());
        table.columns.push_back({heading, heading, ColumnRole::title, ColumnType::text, '|', {}, {}});
    } else if (titles) {
        const auto at = static_cast<std::size_t>(same - parts.features.begin());
        job.description.title_of = table.columns[at + 1].heading;
    }
    TableFile file(job.folder / table.file, job.style);
    job.write_header(file, table);
    for (std::uint32_t row = 0; row < parts.ids.size(); ++row) {
        if (row % 65536 == 0 && job.progress.cancelled())
            return cancelled_error();
        file.cell(parts.ids.id(row));
        for (const auto& feature : features)
            write_feature(file, feature, row, job.recbole());
        if (own_titles)
            file.cell((*parts.titles)[row]);
        file.end_row();
    }
    return job.finish(file);
}

/// Whether all of them have rows, so that their list need not be kept to have them all again.
template <typename Index>
bool all_occur(const std::vector<Index>& column, std::uint32_t size) {
    std::vector<bool> seen(size);
    for (const auto index : column)
        seen[index] = true;
    return std::find(seen.begin(), seen.end(), false) == seen.end();
}

/// The names of entities or relations as triples and links give them: themselves where they are distinct, else
/// their numbers.
struct GraphNames {
    std::vector<std::string> keys;
    bool distinct = true;
};

GraphNames names_of(const StringColumn& names) {
    GraphNames out;
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < names.size(); ++i)
        out.distinct &= !names[i].empty() && seen.insert(names[i]).second;
    for (std::size_t i = 0; i < names.size(); ++i)
        out.keys.push_back(out.distinct ? std::string(names[i]) : std::to_string(i));
    return out;
}

/// Whether numbers appear in the order 0, 1, 2, ... and all of `size` do.
class FirstAppearance {
  public:
    void see(std::uint32_t index) {
        in_order_ &= index <= next_;
        next_ += index == next_ ? 1 : 0;
    }
    bool complete(std::size_t size) const { return in_order_ && next_ == size; }

  private:
    bool in_order_ = true;
    std::uint32_t next_ = 0;
};

Status write_names(ExportJob& job, DescribedTable& table, const std::string& file_name, const char* id_heading,
                   const GraphNames& keys, const StringColumn& names) {
    table.file = file_name;
    table.columns = {{id_heading, id_heading, ColumnRole::id, ColumnType::category, '|', {}, {}}};
    if (!keys.distinct)
        table.columns.push_back({"name", "name", ColumnRole::feature, ColumnType::text, '|', {}, {}});
    TableFile file(job.folder / file_name, job.style);
    job.write_header(file, table);
    for (std::size_t i = 0; i < names.size(); ++i) {
        file.cell(keys.keys[i]);
        if (!keys.distinct)
            file.cell(names[i]);
        file.end_row();
    }
    return job.finish(file);
}

DescribedTable id_columns(std::string file, std::initializer_list<const char*> headings) {
    DescribedTable out;
    out.file = std::move(file);
    for (const auto* heading : headings)
        out.columns.push_back({heading, heading, ColumnRole::id, ColumnType::category, '|', {}, {}});
    return out;
}

Status write_links(ExportJob& job, const GraphNames& entities) {
    const auto& graph = job.data.graph();
    auto& table = job.description.links;
    table = id_columns(job.file_name("links.csv", ".link"), {"item_id", "entity_id"});
    TableFile file(job.folder / table.file, job.style);
    job.write_header(file, table);
    for (const auto& link : graph.links) {
        file.cell(job.data.items().id(link.item));
        file.cell(entities.keys[link.entity]);
        file.end_row();
    }
    return job.finish(file);
}

Status write_triples(ExportJob& job, const GraphNames& entities, const GraphNames& relations) {
    auto& table = job.description.triples;
    table = id_columns(job.file_name("triples.csv", ".kg"), {"head_id", "relation_id", "tail_id"});
    TableFile file(job.folder / table.file, job.style);
    job.write_header(file, table);
    for (const auto& triple : job.data.graph().triples) {
        file.cell(entities.keys[triple.head]);
        file.cell(relations.keys[triple.relation]);
        file.cell(entities.keys[triple.tail]);
        file.end_row();
    }
    return job.finish(file);
}

/// A file name from a name of any characters, not taken yet.
std::string safe_name(std::string_view name, std::set<std::string>& taken) {
    std::string out;
    for (const char c : name.substr(0, 60)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        out += plain ? c : '_';
    }
    if (out.empty())
        out = "vectors";
    while (!taken.insert(out).second)
        out += '_';
    return out;
}

} // namespace

std::map<std::string, std::string> spellings(const std::set<std::string>& entries) {
    std::map<std::string, std::string> out;
    std::set<std::string> added;
    for (const auto& entry : entries) {
        if (!entry.empty() && entry.find(' ') == std::string::npos)
            continue;
        auto spelling = entry.empty() ? "_" : entry;
        std::replace(spelling.begin(), spelling.end(), ' ', '_');
        while (entries.contains(spelling) || !added.insert(spelling).second)
            spelling += '_';
        out.emplace(entry, spelling);
    }
    return out;
}

Status write_features(ExportJob& job) {
    const auto& data = job.data;
    if (!data.has_pairs())
        return {};
    const auto& rows = data.interactions();
    job.progress.begin("Writing tables", 0);
    if (!data.user_features().empty() || !all_occur(rows.user, data.users().size())) {
        const TableParts users{data.users(), data.user_features(), nullptr, "user_id",
                               job.file_name("users.csv", ".user")};
        if (auto status = write_table(job, users, job.description.users); !status)
            return status;
    }
    const auto& titles = data.parts().item_titles;
    if (data.item_features().empty() && titles.empty() && all_occur(rows.item, data.items().size()))
        return {};
    const TableParts items{data.items(), data.item_features(), &titles, "item_id", job.file_name("items.csv", ".item")};
    return write_table(job, items, job.description.items);
}

Status write_graph(ExportJob& job) {
    const auto& graph = job.data.graph();
    if (graph.entities.empty() && graph.relations.empty())
        return {};
    const auto entities = names_of(graph.entities);
    const auto relations = names_of(graph.relations);
    FirstAppearance entity_order;
    FirstAppearance relation_order;
    for (const auto& link : graph.links)
        entity_order.see(link.entity);
    for (const auto& triple : graph.triples) {
        entity_order.see(triple.head);
        entity_order.see(triple.tail);
        relation_order.see(triple.relation);
    }
    auto& d = job.description;
    Status status;
    if (!entities.distinct || !entity_order.complete(graph.entities.size()))
        status = write_names(job, d.entities, job.file_name("entities.csv", ".entities.tsv"), "entity_id", entities,
                             graph.entities);
    if (status && (!relations.distinct || !relation_order.complete(graph.relations.size())))
        status = write_names(job, d.relations, job.file_name("relations.csv", ".relations.tsv"), "relation_id",
                             relations, graph.relations);
    if (status && !graph.links.empty())
        status = write_links(job, entities);
    if (status && !graph.triples.empty() && !job.progress.cancelled())
        status = write_triples(job, entities, relations);
    return status;
}

Status write_social(ExportJob& job) {
    const auto& social = job.data.parts().social;
    if (social.empty())
        return {};
    auto& table = job.description.social;
    table = id_columns(job.file_name("social.csv", ".net"), {"source_id", "target_id"});
    TableFile file(job.folder / table.file, job.style);
    job.write_header(file, table);
    for (const auto& link : social) {
        file.cell(job.data.users().id(link.from));
        file.cell(job.data.users().id(link.to));
        file.end_row();
    }
    return job.finish(file);
}

Status write_vectors(ExportJob& job) {
    std::set<std::string> taken;
    for (const auto& vectors : job.data.parts().vectors) {
        const auto name = safe_name(vectors.name, taken);
        const auto file_name = job.file_name(name + ".vec", "." + name + ".vec");
        TableFile file(job.folder / file_name, {' ', false});
        file.raw(fmt::format("{} {}\n", vectors.keys.size(), vectors.dimension));
        for (std::size_t row = 0; row < vectors.keys.size(); ++row) {
            const auto key = vectors.keys[row];
            if (key.find_first_of("\r\n") != std::string_view::npos)
                return bad_data(
                    fmt::format("the key '{}' of the vectors '{}' holds a line end", key.substr(0, 40), vectors.name),
                    {}, "clean the keys first");
            file.plain_cell(key);
            for (const auto value : vectors.of(row))
                file.number(value);
            file.end_row();
            if (row % 4096 == 0 && job.progress.cancelled())
                return cancelled_error();
        }
        job.description.vectors.push_back({file_name, vectors.name, vectors.dimension, vectors.keys.size()});
        if (auto status = job.finish(file); !status)
            return status;
    }
    return {};
}

} // namespace tastebench
