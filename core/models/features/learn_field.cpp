#include "core/models/features/learn_field.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include <xxhash.h>

namespace tastebench {

namespace {

constexpr double most_deviations = 8;
/// Numbers none of which is negative are read as logarithms where the greatest is this many times the mean.
constexpr double long_tail = 10;

/// Training rows of each user or item.
std::vector<std::uint64_t> rows_of(const Grouping& groups) {
    std::vector<std::uint64_t> out(groups.starts.size() - 1);
    for (std::size_t g = 0; g < out.size(); ++g)
        out[g] = groups.starts[g + 1] - groups.starts[g];
    return out;
}

/// Gives the values with enough rows the indices from `first`, in the order of their codes; the others get 0. More than
/// hash_buckets of them share as many indices, dealt out by a hash of their texts (Weinberger et al. 2009).
std::uint32_t number_known(std::span<const std::uint64_t> rows, std::uint32_t first, const FeatureOptions& options,
                           const std::function<std::string_view(std::uint32_t code)>& text,
                           std::vector<std::uint32_t>& index_of) {
    const auto is_known = [&](std::uint64_t count) { return count >= options.least_rows; };
    const auto known = std::count_if(rows.begin(), rows.end(), is_known);
    const std::uint32_t buckets = options.hash_buckets;
    const bool hashed = buckets > 0 && known > std::ptrdiff_t{buckets};
    index_of.assign(rows.size(), 0);
    std::uint32_t next = first;
    for (std::uint32_t code = 0; code < rows.size(); ++code) {
        if (!is_known(rows[code]))
            continue;
        const auto name = hashed ? text(code) : std::string_view();
        index_of[code] =
            hashed ? first + static_cast<std::uint32_t>(XXH3_64bits(name.data(), name.size()) % buckets) : next++;
    }
    return hashed ? first + buckets : next;
}

double transformed(bool log, double x) {
    return log ? std::copysign(std::log1p(std::abs(x)), x) : x;
}

struct CountedNumber {
    double x;
    std::uint64_t rows;
};

void cut_into_ranges(Field& field, std::vector<CountedNumber> values, std::uint32_t buckets) {
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    std::uint64_t all = 0;
    for (const auto& value : values)
        all += value.rows;
    std::uint64_t below = 0;
    std::uint32_t bucket = 1;
    for (const auto& value : values) {
        bool edge = false;
        for (; bucket < buckets && below * buckets >= all * bucket; ++bucket)
            edge = true;
        if (edge && (field.edges.empty() || value.x > field.edges.back()))
            field.edges.push_back(value.x);
        below += value.rows;
    }
    field.kind = FieldKind::category;
    field.size = static_cast<std::uint32_t>(field.edges.size()) + 3;
}

void learn_numbers(Field& field, std::vector<CountedNumber> values, bool may_log, const FeatureOptions& options) {
    if (options.numbers == NumberReading::buckets)
        return cut_into_ranges(field, std::move(values), options.buckets);
    double rows = 0;
    double sum = 0;
    double least = std::numeric_limits<double>::infinity();
    double greatest = -least;
    for (const auto& value : values) {
        rows += static_cast<double>(value.rows);
        sum += static_cast<double>(value.rows) * value.x;
        least = std::min(least, value.x);
        greatest = std::max(greatest, value.x);
    }
    field.kind = FieldKind::number;
    field.size = 2;
    if (rows == 0)
        return;
    field.log = may_log && (options.numbers == NumberReading::log || (options.numbers == NumberReading::automatic &&
                                                                      least >= 0 && greatest > long_tail * sum / rows));
    sum = 0;
    for (const auto& value : values)
        sum += static_cast<double>(value.rows) * transformed(field.log, value.x);
    field.mean = sum / rows;
    double squares = 0;
    for (const auto& value : values) {
        const double distance = transformed(field.log, value.x) - field.mean;
        squares += static_cast<double>(value.rows) * distance * distance;
    }
    const double deviation = std::sqrt(squares / rows);
    field.scale = deviation > 0 && std::isfinite(1 / deviation) ? 1 / deviation : 0;
    if (!std::isfinite(field.mean))
        field.mean = field.scale = 0;
}

template <typename Body>
void for_each_category(std::string_view text, const Body& body) {
    while (!text.empty()) {
        const auto bar = std::min(text.find('|'), text.size());
        if (bar > 0)
            body(text.substr(0, bar));
        text.remove_prefix(std::min(text.size(), bar + 1));
    }
}

/// The distinct texts of a column of users or items, in the order of their bytes.
struct Dictionary {
    std::vector<std::string_view> texts;
    std::unordered_map<std::string_view, std::uint32_t> codes;

    std::function<std::string_view(std::uint32_t)> text() const {
        return [this](std::uint32_t code) { return texts[code]; };
    }
    template <typename ForEach>
    explicit Dictionary(const StringColumn& column, const ForEach& for_each) {
        for (std::size_t i = 0; i < column.size(); ++i)
            for_each(column[i], [&](std::string_view text) {
                if (codes.emplace(text, 0).second)
                    texts.push_back(text);
            });
        std::sort(texts.begin(), texts.end());
        for (std::uint32_t code = 0; code < texts.size(); ++code)
            codes[texts[code]] = code;
    }
};

void learn_categories(LearnedField& out, const StringColumn& column, std::span<const std::uint64_t> rows,
                      const FeatureOptions& options) {
    const Dictionary dictionary(column, [](std::string_view text, const auto& body) {
        if (!text.empty())
            body(text);
    });
    std::vector<std::uint64_t> counts(dictionary.texts.size(), 0);
    for (std::size_t i = 0; i < column.size(); ++i)
        if (!column[i].empty())
            counts[dictionary.codes.at(column[i])] += rows[i];
    std::vector<std::uint32_t> index_of;
    out.field.kind = FieldKind::category;
    out.field.size = number_known(counts, 2, options, dictionary.text(), index_of);
    for (std::size_t i = 0; i < column.size(); ++i)
        out.index.push_back(column[i].empty() ? 1 : index_of[dictionary.codes.at(column[i])]);
}

void learn_multi(LearnedField& out, const StringColumn& column, std::span<const std::uint64_t> rows,
                 const FeatureOptions& options) {
    const auto each = [](std::string_view text, const auto& body) { for_each_category(text, body); };
    const Dictionary dictionary(column, each);
    std::vector<std::uint64_t> counts(dictionary.texts.size(), 0);
    for (std::size_t i = 0; i < column.size(); ++i)
        each(column[i], [&](std::string_view text) { counts[dictionary.codes.at(text)] += rows[i]; });
    std::vector<std::uint32_t> index_of;
    out.field.kind = FieldKind::multi;
    out.field.size = number_known(counts, 1, options, dictionary.text(), index_of);
    out.starts.push_back(0);
    for (std::size_t i = 0; i < column.size(); ++i) {
        each(column[i], [&](std::string_view text) { out.multi_index.push_back(index_of[dictionary.codes.at(text)]); });
        const auto n = out.multi_index.size() - out.starts.back();
        out.multi_value.resize(out.multi_index.size(), n > 0 ? 1.0F / static_cast<float>(n) : 0.0F);
        out.starts.push_back(out.multi_index.size());
    }
}

void learn_table(LearnedField& out, const FeatureColumn& column, const Grouping& groups,
                 const FeatureOptions& options) {
    const auto rows = rows_of(groups);
    if (column.type == ColumnType::category)
        return learn_categories(out, column.texts, rows, options);
    if (column.type == ColumnType::multi_category)
        return learn_multi(out, column.texts, rows, options);
    std::vector<CountedNumber> values;
    for (std::size_t i = 0; i < column.numbers.size(); ++i)
        if (rows[i] > 0 && std::isfinite(column.numbers[i]))
            values.push_back({column.numbers[i], rows[i]});
    learn_numbers(out.field, std::move(values), column.type == ColumnType::number, options);
    for (const double x : column.numbers) {
        const auto [index, value] = encode_number(out.field, x);
        out.index.push_back(index);
        out.number.push_back(value);
    }
}

void learn_context(LearnedField& out, const ContextColumn& column, std::span<const RowIx> rows,
                   const FeatureOptions& options) {
    if (column.type == ColumnType::number) {
        std::vector<CountedNumber> values;
        for (const RowIx row : rows)
            if (std::isfinite(column.numbers[row]))
                values.push_back({column.numbers[row], 1});
        return learn_numbers(out.field, std::move(values), true, options);
    }
    const bool multi = column.type == ColumnType::multi_category;
    std::vector<std::uint64_t> counts(column.categories.size(), 0);
    for (const RowIx row : rows) {
        if (!multi && column.codes[row] != ContextColumn::missing)
            ++counts[column.codes[row]];
        for (auto at = multi ? column.starts[row] : 0; multi && at < column.starts[row + 1]; ++at)
            ++counts[column.codes[at]];
    }
    out.field.kind = multi ? FieldKind::multi : FieldKind::category;
    out.field.size = number_known(
        counts, multi ? 1 : 2, options, [&](std::uint32_t code) { return column.categories[code]; },
        out.field.index_of);
}

void learn_ids(LearnedField& out, const IdMap& ids, const Grouping& groups, const FeatureOptions& options) {
    out.field.kind = FieldKind::category;
    out.field.size = number_known(
        rows_of(groups), 2, options, [&](std::uint32_t index) { return ids.id(index); }, out.index);
}

} // namespace

EncodedNumber encode_number(const Field& field, double x) {
    const bool ranges = field.kind == FieldKind::category;
    if (!std::isfinite(x))
        return {ranges ? 1U : 0U, 1.0F};
    if (ranges) {
        const auto at = std::upper_bound(field.edges.begin(), field.edges.end(), x) - field.edges.begin();
        return {static_cast<std::uint32_t>(at) + 2, 1.0F};
    }
    const double value = (transformed(field.log, x) - field.mean) * field.scale;
    return {1, static_cast<float>(std::clamp(value, -most_deviations, most_deviations))};
}

LearnedField learn_field(const TrainingData& training, const FieldColumn& column, const FeatureOptions& options) {
    LearnedField out;
    out.field.name = column.name;
    out.field.source = column.source;
    out.field.column = column.column;
    switch (column.source) {
    case FieldSource::user_id:
        learn_ids(out, training.data.users(), training.by_user, options);
        break;
    case FieldSource::item_id:
        learn_ids(out, training.data.items(), training.by_item, options);
        break;
    case FieldSource::user:
        learn_table(out, training.data.user_features()[column.column], training.by_user, options);
        break;
    case FieldSource::item:
        learn_table(out, training.data.item_features()[column.column], training.by_item, options);
        break;
    case FieldSource::row:
        learn_context(out, training.data.context()[column.column], training.rows, options);
        break;
    }
    return out;
}

} // namespace tastebench
