#include "core/data/import/companions.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/data/import/roles.h"

namespace tastebench {

namespace {

namespace fs = std::filesystem;

bool is_named(const fs::path& option) {
    return !option.empty() && option != "-";
}

/// The one text that a path names.
Result<Input> named_input(const fs::path& path) {
    auto set = InputSet::open(path);
    if (!set)
        return fail(set.error());
    if (!set->named())
        return usage_error("this is a folder or an archive of several files", path.string(),
                           "name one of them; in an archive: FILE.zip#MEMBER");
    return *set->named();
}

/// Films and people have titles and names; so do columns that hold them.
bool is_title(const std::string& name) {
    return name.find("title") != std::string::npos || name.find("name") != std::string::npos;
}

std::string lower(std::string text) {
    for (auto& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

std::optional<ColumnType> type_of(const std::string& name, const std::string& word) {
    if (word.empty())
        return {};
    if (word == "float")
        return ColumnType::number;
    if (word == "token")
        return ColumnType::category;
    if (word == "token_seq" && !is_title(lower(name)))
        return ColumnType::multi_category;
    return ColumnType::text;
}

Result<Table> open_plain_or_typed(const Input& input) {
    // RecBole's files have tabs and no quotes, which guessing could mistake.
    auto typed = Table::open(input, {}, true);
    if (!typed || is_typed_header(typed->columns()))
        return typed;
    TableStyle guessed;
    guessed.separator.clear();
    return Table::open(input, guessed);
}

JoinPlan plan_of(const Table& table, TableOf of, const ImportOptions& options) {
    const bool typed = is_typed_header(table.columns());
    std::vector<std::string> names;
    std::vector<std::string> words;
    for (const auto& heading : table.columns()) {
        auto [name, word] = typed ? typed_heading(heading) : std::pair(heading, std::string());
        names.push_back(std::move(name));
        words.push_back(std::move(word));
    }
    JoinPlan plan;
    plan.decimal = options.decimal;
    if (!typed && table.has_header())
        plan.id_column = guess_column(names, of == TableOf::users ? Role::user : Role::item).value_or(0);
    bool titled = of == TableOf::users;
    for (std::size_t c = 0; c < names.size(); ++c) {
        if (c == plan.id_column)
            continue;
        FeaturePlan feature{c, names[c], type_of(names[c], words[c]), typed ? ' ' : '|', false, {}, nullptr, {}};
        if (!titled && is_title(lower(names[c]))) {
            feature.title = titled = true;
            if (!typed)
                feature.type = ColumnType::text;
        }
        plan.features.push_back(std::move(feature));
    }
    return plan;
}

} // namespace

std::pair<std::string, std::string> typed_heading(const std::string& heading) {
    const auto colon = heading.rfind(':');
    if (colon == std::string::npos)
        return {heading, {}};
    return {heading.substr(0, colon), heading.substr(colon + 1)};
}

bool is_typed_header(const std::vector<std::string>& headings) {
    constexpr std::array<std::string_view, 4> types{"token", "token_seq", "float", "float_seq"};
    return std::all_of(headings.begin(), headings.end(), [&](const std::string& heading) {
        return std::find(types.begin(), types.end(), typed_heading(heading).second) != types.end();
    });
}

Status join_table(const Input& input, TableOf of, const ImportOptions& options, DatasetParts& parts,
                  ImportReport& report) {
    const auto table = open_plain_or_typed(input);
    if (!table)
        return fail(table.error());
    for (const auto& name : table->repeated())
        report.notes.push_back(
            fmt::format("{} has two columns called '{}'; the second was given a number.", table->base_name(), name));
    if (table->columns().size() < 2)
        return bad_data("there is only one column", table->place(0, 0), "give a table with an id and more columns");
    return join_features(*table, plan_of(*table, of, options), of, parts, report);
}

Status join_named_tables(const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    const auto join = [&](const fs::path& path, const std::function<Status(const Input&)>& read) -> Status {
        if (!is_named(path))
            return {};
        const auto input = named_input(path);
        return input ? read(*input) : fail(input.error());
    };
    if (parts.has_pairs) {
        auto status = join(options.user_table, [&](const Input& input) {
            return join_table(input, TableOf::users, options, parts, report);
        });
        if (status)
            status = join(options.item_table, [&](const Input& input) {
                return join_table(input, TableOf::items, options, parts, report);
            });
        if (status)
            status = join(options.social, [&](const Input& input) { return join_social(input, parts, report); });
        if (!status)
            return status;
    }
    std::optional<Input> triples;
    std::optional<Input> links;
    auto status = join(options.graph, [&](const Input& input) { return triples = input, Status(); });
    if (status)
        status = join(options.links, [&](const Input& input) { return links = input, Status(); });
    if (status && (triples || links))
        status = join_graph(triples, links, parts, report);
    if (status)
        status =
            join(options.word_vectors, [&](const Input& input) { return join_vectors(input, "words", parts, report); });
    if (status)
        status = join(options.entity_vectors,
                      [&](const Input& input) { return join_vectors(input, "entities", parts, report); });
    return status;
}

} // namespace tastebench
