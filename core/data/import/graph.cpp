// Knowledge graphs and links between users.
#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>

#include "core/data/import/companions.h"
#include "core/data/import/formats.h"

namespace tastebench {

namespace {

constexpr std::size_t most_examples = 10;

/// Opened with or without a header: a first row is one if its cells have RecBole's types or hold one of `words`.
Result<Table> open_list(const Input& input, std::size_t least_columns, const char* shape,
                        std::initializer_list<std::string_view> words) {
    auto table = Table::open(input, {}, true);
    if (table && (table->columns().size() < least_columns || !is_typed_header(table->columns()))) {
        TableStyle guessed;
        guessed.separator.clear();
        table = Table::open(input, guessed, true);
    }
    if (!table)
        return table;
    if (table->columns().size() < least_columns)
        return bad_data(fmt::format("there are {} columns", table->columns().size()), table->place(0, 0), shape);
    if (auto status = table->set_header(true); !status)
        return fail(status.error());
    const auto is_name = [&](const std::string& cell) {
        return std::any_of(words.begin(), words.end(), [&](auto word) { return cell.find(word) != std::string::npos; });
    };
    auto cells = table->columns();
    cells.resize(least_columns);
    for (auto& cell : cells)
        for (auto& c : cell)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_typed_header(table->columns()) && !std::all_of(cells.begin(), cells.end(), is_name))
        if (auto status = table->set_header(false); !status)
            return fail(status.error());
    return table;
}

/// Names in the order of their first appearance.
class Names {
  public:
    explicit Names(const StringColumn& there) {
        for (std::size_t i = 0; i < there.size(); ++i)
            table_.index_of(there[i]);
    }
    std::uint32_t add(std::string_view name) { return table_.index_of(name); }
    /// The text stands nowhere but in a passing buffer.
    std::uint32_t add_copy(std::string_view name) {
        const auto found = index_in(table_, name);
        return found == no_index ? table_.index_of(kept_.emplace_back(name)) : found;
    }
    std::uint32_t add(const Field& field) {
        std::string room;
        return field.doubled ? add_copy(cell_text(field, room)) : add(field.raw);
    }
    const IdTable& table() const { return table_; }
    StringColumn column() const {
        StringColumn out;
        for (const auto text : table_.texts())
            out.push_back(text);
        return out;
    }

  private:
    IdTable table_;
    std::deque<std::string> kept_;
};

Status refuse_empty(const Table& table, const std::vector<Field>& fields, std::size_t columns, std::size_t offset) {
    for (std::size_t c = 0; c < columns; ++c)
        if (fields[c].raw.empty())
            return bad_data("this cell is empty", table.place(offset, c), "fill it in, or take the row out");
    return {};
}

Status read_links(const Table& table, const IdMap& items, Names& entities, KnowledgeGraph& graph, Joined& joined) {
    const auto known = table_of(items.ids());
    std::vector<bool> linked(items.size());
    std::string room;
    auto status = table.for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
        if (auto good = refuse_empty(table, fields, 2, offset); !good)
            return good;
        ++joined.rows;
        const auto id = cell_text(fields[0], room);
        const auto item = index_in(known, id);
        if (item == no_index) {
            if (joined.unmatched.size() < most_examples)
                joined.unmatched.emplace_back(shortened_field(id));
            return {};
        }
        ++joined.matched;
        linked[item] = true;
        graph.links.push_back({item, entities.add(fields[1])});
        return {};
    });
    joined.without = static_cast<std::uint64_t>(std::count(linked.begin(), linked.end(), false));
    return status;
}

/// `joined` counts the triples that touch an item's entity.
Status read_triples(const Table& table, Names& entities, Names& relations, KnowledgeGraph& graph) {
    return table.for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
        if (auto good = refuse_empty(table, fields, 3, offset); !good)
            return good;
        const auto head = entities.add(fields[0]);
        const auto relation = relations.add(fields[1]);
        graph.triples.push_back({head, relation, entities.add(fields[2])});
        return {};
    });
}

void link_by_name(const IdMap& items, const Names& entities, KnowledgeGraph& graph) {
    for (ItemIx item = 0; item < items.size(); ++item)
        if (const auto entity = index_in(entities.table(), items.id(item)); entity != no_index)
            graph.links.push_back({item, entity});
}

void count_triples(const KnowledgeGraph& graph, const StringColumn& entities, Joined& joined) {
    std::vector<bool> linked(entities.size());
    std::vector<bool> told(entities.size());
    for (const auto& link : graph.links)
        linked[link.entity] = true;
    for (const auto& triple : graph.triples) {
        ++joined.rows;
        told[triple.head] = told[triple.tail] = true;
        if (linked[triple.head] || linked[triple.tail])
            ++joined.matched;
        else if (joined.unmatched.size() < most_examples)
            joined.unmatched.emplace_back(shortened_field(entities[triple.head]));
    }
    for (std::size_t i = 0; i < linked.size(); ++i)
        joined.without += linked[i] && !told[i] ? 1 : 0;
}

} // namespace

Status join_graph(const std::optional<Input>& triples, const std::optional<Input>& links, DatasetParts& parts,
                  ImportReport& report) {
    std::optional<Table> link_table;
    std::optional<Table> triple_table;
    if (links) {
        auto table = open_list(*links, 2, "links have two columns: item and entity", {"item", "entity", "id", "movie"});
        if (!table)
            return fail(table.error());
        link_table = std::move(*table);
    }
    if (triples) {
        auto table = open_list(*triples, 3, "a knowledge graph has three columns: head, relation and tail",
                               {"head", "relation", "tail", "subject", "predicate", "object", "entity"});
        if (!table)
            return fail(table.error());
        triple_table = std::move(*table);
    }
    KnowledgeGraph graph;
    Names entities{{}};
    Names relations{{}};
    if (link_table) {
        Joined joined;
        joined.table = link_table->base_name();
        if (auto status = read_links(*link_table, parts.items, entities, graph, joined); !status)
            return status;
        report.joined.push_back(std::move(joined));
    }
    if (triple_table)
        if (auto status = read_triples(*triple_table, entities, relations, graph); !status)
            return status;
    if (!link_table) {
        link_by_name(parts.items, entities, graph);
        report.notes.push_back(fmt::format("{} items are linked to the entity of {} that has their id.",
                                           graph.links.size(), triple_table->base_name()));
    }
    graph.entities = entities.column();
    graph.relations = relations.column();
    if (triple_table) {
        Joined joined;
        joined.table = triple_table->base_name();
        count_triples(graph, graph.entities, joined);
        report.joined.push_back(std::move(joined));
    }
    parts.graph = std::move(graph);
    return {};
}

Status join_social(const Input& input, DatasetParts& parts, ImportReport& report) {
    const auto table = open_list(input, 2, "links between users have two columns: user and user",
                                 {"user", "source", "target", "from", "to", "id", "friend", "trust", "follow"});
    if (!table)
        return fail(table.error());
    Joined joined;
    joined.table = table->base_name();
    const auto known = table_of(parts.users.ids());
    std::vector<bool> linked(parts.users.size());
    std::string room;
    auto status = table->for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
        if (auto good = refuse_empty(*table, fields, 2, offset); !good)
            return good;
        ++joined.rows;
        const auto from = index_in(known, cell_text(fields[0], room));
        const auto to = index_in(known, cell_text(fields[1], room));
        if (from == no_index || to == no_index) {
            if (joined.unmatched.size() < most_examples)
                joined.unmatched.emplace_back(shortened_field(fields[from == no_index ? 0 : 1].raw));
            return {};
        }
        ++joined.matched;
        linked[from] = linked[to] = true;
        parts.social.push_back({from, to});
        return {};
    });
    if (!status)
        return status;
    joined.without = static_cast<std::uint64_t>(std::count(linked.begin(), linked.end(), false));
    report.joined.push_back(std::move(joined));
    return {};
}

} // namespace tastebench
