// What lies beside MIND's behaviors.tsv, and what can only be settled once all rows are in.
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/data/import/rules.h"
#include "core/data/readers/entities.h"
#include "core/data/readers/lines.h"
#include "core/data/readers/mind.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr std::size_t news_width = 8;
constexpr std::size_t most_unmatched = 20;
enum NewsColumn : std::size_t { id, category, subcategory, title, abstract, url, title_entities, abstract_entities };

struct NewsTable {
    std::string name;
    std::unique_ptr<std::string> content; ///< stays where it is when the table moves: the rows point into it
    std::vector<std::vector<std::string_view>> rows;
};

/// The first field that is no UTF-8 or has a NUL in it; their number where all are good.
std::size_t find_no_text(const std::vector<std::string_view>& fields) {
    const auto bad = std::find_if(fields.begin(), fields.end(), [](std::string_view field) {
        return field.find('\0') != std::string_view::npos || find_invalid_utf8(field) != std::string_view::npos;
    });
    return static_cast<std::size_t>(bad - fields.begin());
}

/// Rows of eight columns, of which all but the id may be empty.
Result<NewsTable> read_news(const Input& input, const std::string& encoding) {
    auto content = read_whole(input, encoding);
    if (!content)
        return fail(content.error());
    NewsTable out{input.base_name(), std::make_unique<std::string>(std::move(*content)), {}};
    std::string_view rest = *out.content;
    std::vector<std::string_view> fields;
    for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
        const auto line = take_line(rest);
        if (is_blank(line))
            continue;
        split_line(line, '\t', fields);
        if (const auto wrong = find_no_text(fields); wrong < fields.size())
            return bad_data("the text is not UTF-8, or there is a NUL byte in it",
                            fmt::format("{}:{}:{}", input.shown(), line_number, wrong + 1),
                            "choose the encoding of the file, or convert it");
        const auto wrong = [&](std::string what, std::size_t column) {
            return bad_data(std::move(what), fmt::format("{}:{}:{}", input.shown(), line_number, column),
                            "correct the row, or import without the table of items");
        };
        if (fields.size() != news_width)
            return wrong(fmt::format("this row has {} columns, not id, category, subcategory, title, abstract, "
                                     "address, entities of the title and of the abstract",
                                     fields.size()),
                         std::min(fields.size(), news_width));
        if (fields[id].empty())
            return wrong("the article has no id", 1);
        out.rows.push_back(fields);
    }
    return out;
}

using NewsRow = const std::vector<std::string_view>*;

/// Fills the row of each item that has none yet, and what the report says of the join.
void join(const NewsTable& news, const IdMap& items, std::vector<NewsRow>& out, ImportReport& report) {
    Joined joined;
    joined.table = news.name;
    joined.rows = news.rows.size();
    for (const auto& row : news.rows) {
        if (const auto item = items.find(row[id])) {
            ++joined.matched;
            if (out[*item] == nullptr)
                out[*item] = &row;
        } else if (joined.unmatched.size() < most_unmatched) {
            joined.unmatched.emplace_back(shortened_field(row[id]));
        }
    }
    joined.without = static_cast<std::uint64_t>(std::count(out.begin(), out.end(), nullptr));
    report.joined.push_back(std::move(joined));
}

/// The files of this name beside every file that was imported: training and validation news differ.
Result<std::vector<Input>> find_all(const InputSet& set, const ImportOptions& options, std::string_view name) {
    std::vector<Input> out;
    const auto add = [&](const std::optional<Input>& input) {
        if (input && std::none_of(out.begin(), out.end(), [&](const Input& o) { return o.shown() == input->shown(); }))
            out.push_back(*input);
    };
    add(set.find(name));
    for (const auto* list : {&options.files, &options.test_files})
        for (const auto& path : *list) {
            const auto other = InputSet::open(path);
            if (!other)
                return fail(other.error());
            add(other->find(name));
        }
    return out;
}

/// Adds the entities of one cell, a JSON array of objects with WikidataId and Label; false if it is no such array.
bool take_entities(std::string_view cell, ItemIx item, EntityLinks& links) {
    if (is_blank(cell))
        return true;
    const auto array = nlohmann::json::parse(cell, nullptr, false);
    if (!array.is_array())
        return false;
    for (const auto& entity : array) {
        if (!entity.is_object())
            return false;
        const auto wikidata = entity.find("WikidataId");
        const auto label = entity.find("Label");
        if (wikidata == entity.end() || !wikidata->is_string() || wikidata->get_ref<const std::string&>().empty())
            return false;
        const bool named = label != entity.end() && label->is_string();
        links.add(item, wikidata->get_ref<const std::string&>(),
                  named ? label->get_ref<const std::string&>() : std::string());
    }
    return true;
}

/// Adds the vectors of a file as MIND has them: a key, then numbers, with tabs between them. Only the wanted keys are
/// kept, under the name that `wanted` gives them; all of them where it is null. `known` holds the keys of files before.
Status read_mind_vectors(const Input& input, const std::unordered_map<std::string, std::string>* wanted,
                         std::unordered_set<std::string>& known, Vectors& out) {
    auto content = read_whole(input, "UTF-8");
    if (!content)
        return fail(content.error());
    std::string_view rest = *content;
    std::unordered_set<std::string_view> here;
    std::vector<float> numbers;
    for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
        auto line = take_line(rest);
        const auto key = take_word(line);
        if (key.empty())
            continue;
        numbers.clear();
        const auto wrong = [&](std::string what) {
            return bad_data(std::move(what), fmt::format("{}:{}:{}", input.shown(), line_number, numbers.size() + 2),
                            "correct the row, or import without the vectors");
        };
        for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
            double number = 0;
            if (!parse_double(word, number) || std::abs(number) > std::numeric_limits<float>::max())
                return wrong(fmt::format("'{}' is no number", shortened_field(word)));
            numbers.push_back(static_cast<float>(number));
        }
        if (out.dimension == 0)
            out.dimension = static_cast<std::uint32_t>(numbers.size());
        if (numbers.empty() || numbers.size() != out.dimension)
            return wrong(fmt::format("this vector has {} numbers, the first one {}", numbers.size(), out.dimension));
        if (find_no_text({key}) == 0)
            return wrong("the key is not UTF-8, or there is a NUL byte in it");
        if (!here.insert(key).second)
            return wrong(fmt::format("'{}' has two vectors", shortened_field(key)));
        const std::string text(key);
        if ((wanted != nullptr && !wanted->contains(text)) || !known.insert(text).second)
            continue;
        out.keys.push_back(wanted != nullptr ? wanted->at(text) : text);
        out.values.insert(out.values.end(), numbers.begin(), numbers.end());
    }
    return {};
}

/// `wanted` as above; adds nothing where there is no file of this name.
Status add_vectors(const std::vector<Input>& files, const std::string& name,
                   const std::unordered_map<std::string, std::string>* wanted, DatasetParts& parts,
                   ImportReport& report) {
    Vectors out;
    out.name = name;
    std::unordered_set<std::string> known;
    for (const auto& file : files)
        if (auto status = read_mind_vectors(file, wanted, known, out); !status)
            return status;
    if (out.keys.empty())
        return {};
    report.joined.push_back({files.front().base_name(),
                             out.keys.size(),
                             out.keys.size(),
                             wanted == nullptr ? 0 : wanted->size() - out.keys.size(),
                             {}});
    parts.vectors.push_back(std::move(out));
    return {};
}

void add_features(const std::vector<NewsRow>& rows, DatasetParts& parts) {
    const auto column = [&](NewsColumn at) {
        StringColumn out;
        for (const auto* row : rows)
            out.push_back(row != nullptr ? (*row)[at] : std::string_view());
        return out;
    };
    parts.item_titles = column(title);
    parts.item_features.push_back({"category", ColumnType::category, {}, column(category)});
    parts.item_features.push_back({"subcategory", ColumnType::category, {}, column(subcategory)});
    parts.item_features.push_back({"abstract", ColumnType::text, {}, column(abstract)});
}

Status link_entities(const std::vector<NewsRow>& rows, const InputSet& set, const ImportOptions& options,
                     DatasetParts& parts, ImportReport& report) {
    EntityLinks links;
    std::uint64_t unreadable = 0;
    for (ItemIx item = 0; item < rows.size(); ++item)
        for (const auto column : {title_entities, abstract_entities})
            if (rows[item] != nullptr && !take_entities((*rows[item])[column], item, links))
                ++unreadable;
    if (unreadable > 0)
        report.notes.push_back(fmt::format("The entities of {} cells of news.tsv could not be read.", unreadable));
    if (parts.graph.entities.empty())
        links.put_into(parts.graph);
    if (!options.entity_vectors.empty())
        return {};
    const auto entities = find_all(set, options, "entity_embedding.vec");
    const auto relations = find_all(set, options, "relation_embedding.vec");
    if (!entities || !relations)
        return fail(entities ? relations.error() : entities.error());
    const auto names = links.names_by_id();
    if (auto status = add_vectors(*entities, "entities", &names, parts, report); !status)
        return status;
    return add_vectors(*relations, "relations", nullptr, parts, report);
}

} // namespace

std::uint64_t merge_mind_histories(DatasetParts& parts) {
    auto& rows = parts.interactions;
    const auto found = std::find(parts.events.begin(), parts.events.end(), mind_history);
    if (found == parts.events.end() || rows.event.empty() || rows.time.empty())
        return 0;
    const auto history = static_cast<EventIx>(found - parts.events.begin());
    std::vector<std::int64_t> first(parts.users.size(), std::numeric_limits<std::int64_t>::max());
    // A history row lies a second before its own impression already.
    for (std::size_t row = 0; row < rows.size(); ++row)
        first[rows.user[row]] = std::min(first[rows.user[row]], rows.time[row] - (rows.event[row] == history ? 0 : 1));
    std::unordered_set<std::uint64_t> seen;
    std::vector<std::uint8_t> kept(rows.size(), 1);
    std::uint64_t gone = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows.event[row] != history)
            continue;
        rows.time[row] = first[rows.user[row]];
        if (!seen.insert(std::uint64_t{rows.user[row]} << 32 | rows.item[row]).second) {
            kept[row] = 0;
            ++gone;
        }
    }
    std::erase_if(parts.fixed_test, [&](RowIx row) { return rows.event[row] == history; });
    if (gone > 0)
        keep_rows(kept, parts);
    return gone;
}

Status complete_mind(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    const auto gone = merge_mind_histories(parts);
    report.rows_kept -= std::min(report.rows_kept, gone);
    if (std::find(parts.events.begin(), parts.events.end(), mind_history) != parts.events.end())
        report.notes.emplace_back("MIND does not date what users read before: their history is put one second before "
                                  "the first impression of each.");
    if (!options.item_table.empty())
        return {};
    const auto files = find_all(set, options, "news.tsv");
    if (!files)
        return fail(files.error());
    if (files->empty()) {
        report.notes.emplace_back("There is no news.tsv beside behaviors.tsv: the articles have no titles.");
        return {};
    }
    std::vector<NewsTable> tables;
    for (const auto& file : *files) {
        auto news = read_news(file, options.encoding.empty() ? "UTF-8" : options.encoding);
        if (!news)
            return fail(news.error());
        tables.push_back(std::move(*news));
    }
    std::vector<NewsRow> rows(parts.items.size(), nullptr);
    for (const auto& news : tables)
        join(news, parts.items, rows, report);
    add_features(rows, parts);
    return link_entities(rows, set, options, parts, report);
}

} // namespace tastebench
