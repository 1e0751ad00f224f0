#include "core/data/import/apply_description.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/import/apply_tables.h"

namespace tastebench {

namespace {

constexpr std::size_t most_description_bytes = std::size_t{256} << 20;

bool is_description(const std::string& name) {
    return name == "dataset.json" || name.ends_with(".dataset.json");
}

/// Whether a damaged description would have been this file's: exports name both alike.
bool goes_with(const std::string& description, const std::string& file) {
    if (description == "dataset.json")
        return file.empty() || file.starts_with("interactions.");
    return file.empty() || file.starts_with(description.substr(0, description.size() - 12));
}

bool describes(const Description& description, const std::string& file) {
    return file.empty() || description.interactions.file == file ||
           std::any_of(description.parts.begin(), description.parts.end(),
                       [&](const DescribedPart& part) { return part.file == file; });
}

/// Gives the categories other names and adds some, keeping their natural order.
void rename_categories(ContextColumn& column, const std::map<std::string, std::string>& names,
                       const std::vector<std::string>& more) {
    if (names.empty() && more.empty())
        return;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < column.categories.size(); ++i) {
        const auto at = names.find(std::string(column.categories[i]));
        texts.push_back(at == names.end() ? std::string(column.categories[i]) : at->second);
    }
    const std::set<std::string> used(texts.begin(), texts.end());
    for (const auto& text : more)
        if (!used.contains(text))
            texts.push_back(text);
    std::vector<std::uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return IdMap::less(texts[a], texts[b]); });
    std::vector<std::uint32_t> rank(order.size());
    StringColumn sorted;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        rank[order[i]] = i;
        sorted.push_back(texts[order[i]]);
    }
    for (auto& code : column.codes)
        if (code != ContextColumn::missing)
            code = rank[code];
    column.categories = std::move(sorted);
}

tl::unexpected<Error> broken(const DescribedTable& table, const std::string& what) {
    return bad_data(what, table.file, "export the data set again");
}

Status fold_weights(const DescribedTable& table, const ContextColumn& from, ContextColumn& into) {
    if (from.starts != into.starts)
        return broken(table, fmt::format("'{}' has more or fewer weights than entries", from.name));
    std::vector<float> values;
    for (std::size_t i = 0; i < from.categories.size(); ++i) {
        float value = 0;
        const auto text = from.categories[i];
        const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
        if (code != std::errc() || stop != text.data() + text.size())
            return broken(table, fmt::format("the weight '{}' is no number", text.substr(0, 40)));
        values.push_back(value);
    }
    for (const auto code : from.codes)
        into.weights.push_back(values[code]);
    return {};
}

Status apply_context(const Description& description, DatasetParts& parts) {
    const auto& table = description.interactions;
    auto columns = std::move(parts.context);
    parts.context.clear();
    for (const auto& described : table.columns) {
        const bool kept = described.role == ColumnRole::context || described.role == ColumnRole::weights ||
                          described.role == ColumnRole::fixed_test;
        if (!kept)
            continue;
        const auto at = std::find_if(columns.begin(), columns.end(),
                                     [&](const ContextColumn& column) { return column.name == described.heading; });
        if (at == columns.end())
            return broken(table, fmt::format("the column '{}' was not read", described.heading));
        if (described.role == ColumnRole::fixed_test) {
            parts.fixed_test.clear();
            for (RowIx row = 0; row < at->numbers.size(); ++row)
                if (at->numbers[row] == 1)
                    parts.fixed_test.push_back(row);
        } else if (described.role == ColumnRole::weights) {
            if (parts.context.empty())
                return broken(table, fmt::format("'{}' follows no column of lists", described.heading));
            if (auto status = fold_weights(table, *at, parts.context.back()); !status)
                return status;
        } else {
            at->name = described.name;
            rename_categories(*at, described.spelt, described.unused);
            parts.context.push_back(std::move(*at));
        }
    }
    return {};
}

void apply_events(const std::vector<std::string>& events, DatasetParts& parts) {
    std::vector<EventIx> index;
    for (const auto& event : parts.events) {
        const auto at = std::find(events.begin(), events.end(), event);
        if (at == events.end())
            return;
        index.push_back(static_cast<EventIx>(at - events.begin()));
    }
    for (auto& event : parts.interactions.event)
        event = index[event];
    parts.events = events;
}

} // namespace

std::optional<Result<Description>> find_description(const InputSet& set, const std::string& file) {
    for (const auto& input : set.inputs()) {
        const auto name = input.base_name();
        if (!is_description(name))
            continue;
        const auto text = read_whole(input, "UTF-8", most_description_bytes);
        if (!text) {
            if (goes_with(name, file))
                return fail(text.error());
            continue;
        }
        // Other programs have files of this name too.
        if (text->find("tastebench data set") == std::string::npos)
            continue;
        auto description = read_description(*text, input.shown());
        if (description ? describes(*description, file) : goes_with(name, file))
            return description;
    }
    return {};
}

Status apply_description(const Description& description, const InputSet& set, const ImportOptions& options,
                         DatasetParts& parts, ImportReport& report) {
    if (options.name.empty() && !description.name.empty())
        parts.name = description.name;
    parts.has_pairs = description.has_pairs;
    if (auto status = apply_context(description, parts); !status)
        return status;
    if (!parts.interactions.event.empty())
        apply_events(description.events, parts);
    else
        parts.events = description.events;
    return apply_tables(description, set, options, parts, report);
}

} // namespace tastebench
