#include "core/data/import/rules.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/base/rng.h"

namespace tastebench {

namespace {

using Mask = std::vector<std::uint8_t>;

template <typename T>
void keep_in(const Mask& keep, std::vector<T>& column) {
    if (column.empty())
        return;
    std::size_t to = 0;
    for (std::size_t row = 0; row < keep.size(); ++row)
        if (keep[row] != 0)
            column[to++] = column[row];
    column.resize(to);
}

void keep_in(const Mask& keep, ContextColumn& column) {
    if (column.type != ColumnType::multi_category) {
        keep_in(keep, column.numbers);
        keep_in(keep, column.codes);
        return;
    }
    std::vector<std::uint64_t> starts{0};
    std::size_t to = 0;
    for (std::size_t row = 0; row < keep.size(); ++row) {
        if (keep[row] == 0)
            continue;
        for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at, ++to) {
            column.codes[to] = column.codes[at];
            if (!column.weights.empty())
                column.weights[to] = column.weights[at];
        }
        starts.push_back(to);
    }
    column.codes.resize(to);
    if (!column.weights.empty())
        column.weights.resize(to);
    column.starts = std::move(starts);
}

/// Texts that no row uses go; the others keep their order. True if any did.
bool drop_unused(std::vector<std::uint32_t>& column, StringColumn& texts) {
    std::vector<std::uint32_t> index(texts.size(), 0);
    for (const auto number : column)
        if (number != ContextColumn::missing)
            index[number] = 1;
    StringColumn kept;
    for (std::uint32_t number = 0; number < index.size(); ++number)
        if (index[number] != 0) {
            index[number] = static_cast<std::uint32_t>(kept.size());
            kept.push_back(texts[number]);
        }
    if (kept.size() == texts.size())
        return false;
    for (auto& number : column)
        if (number != ContextColumn::missing)
            number = index[number];
    texts = std::move(kept);
    return true;
}

void drop_unused(std::vector<std::uint32_t>& column, IdMap& ids) {
    auto texts = ids.ids();
    if (drop_unused(column, texts))
        ids = IdMap(std::move(texts));
}

void give_event_values(const ImportOptions& options, DatasetParts& parts) {
    auto& rows = parts.interactions;
    if (options.event_weights.empty() || rows.event.empty())
        return;
    if (rows.value.empty())
        rows.value.assign(rows.size(), std::numeric_limits<float>::quiet_NaN());
    std::vector<float> weight(parts.events.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t e = 0; e < parts.events.size(); ++e)
        if (const auto given = options.event_weights.find(parts.events[e]); given != options.event_weights.end())
            weight[e] = given->second;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (std::isnan(rows.value[row]))
            rows.value[row] = weight[rows.event[row]];
}

/// Rows grouped by user: rows[starts[u] .. starts[u + 1]), ascending.
struct ByUser {
    std::vector<std::size_t> starts;
    std::vector<RowIx> rows;
    explicit ByUser(const DatasetParts& parts) : starts(parts.users.size() + 1, 0) {
        const auto& user = parts.interactions.user;
        for (const auto u : user)
            ++starts[u + 1];
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        rows.resize(user.size());
        auto next = starts;
        for (RowIx row = 0; row < user.size(); ++row)
            rows[next[user[row]]++] = row;
    }
};

/// Merges rows of one user, item and event; train and test rows are never merged with each other.
class Deduplicator {
  public:
    Deduplicator(const ImportOptions& options, DatasetParts& parts) : how_(options.duplicates), parts_(parts) {
        tests_.assign(parts.fixed_test.empty() ? 0 : parts.interactions.size(), 0);
        for (const auto row : parts.fixed_test)
            tests_[row] = 1;
    }

    Mask run() {
        Mask keep(parts_.interactions.size(), 1);
        const ByUser grouped(parts_);
        std::vector<RowIx> rows;
        for (std::size_t u = 0; u + 1 < grouped.starts.size(); ++u) {
            rows.assign(grouped.rows.begin() + static_cast<std::ptrdiff_t>(grouped.starts[u]),
                        grouped.rows.begin() + static_cast<std::ptrdiff_t>(grouped.starts[u + 1]));
            std::sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) {
                return key(a) != key(b) ? key(a) < key(b) : time(a) != time(b) ? time(a) < time(b) : a < b;
            });
            for (std::size_t first = 0; first < rows.size();) {
                auto last = first;
                while (last + 1 < rows.size() && key(rows[last + 1]) == key(rows[first]))
                    ++last;
                merge(std::span(rows).subspan(first, last - first + 1), keep);
                first = last + 1;
            }
        }
        return keep;
    }

  private:
    std::uint64_t key(RowIx row) const {
        const auto& rows = parts_.interactions;
        const std::uint64_t event = rows.event.empty() ? 0 : rows.event[row];
        return std::uint64_t{rows.item[row]} << 9 | event << 1 | (tests_.empty() ? 0 : tests_[row]);
    }
    std::int64_t time(RowIx row) const { return parts_.interactions.time.empty() ? 0 : parts_.interactions.time[row]; }

    void merge(std::span<const RowIx> same, Mask& keep) {
        if (same.size() < 2)
            return;
        const RowIx kept = how_ == DuplicateRows::first ? same.front() : same.back();
        for (const auto row : same)
            keep[row] = row == kept ? 1 : 0;
        auto& value = parts_.interactions.value;
        if (value.empty() || (how_ != DuplicateRows::sum && how_ != DuplicateRows::mean))
            return;
        double sum = 0;
        std::size_t n = 0;
        for (const auto row : same)
            if (!std::isnan(value[row])) {
                sum += value[row];
                ++n;
            }
        if (n > 0)
            value[kept] = static_cast<float>(how_ == DuplicateRows::sum ? sum : sum / static_cast<double>(n));
    }

    DuplicateRows how_;
    DatasetParts& parts_;
    std::vector<std::uint8_t> tests_;
};

Mask sample(const ImportOptions& options, const DatasetParts& parts) {
    // One number for each row or user: what is drawn does not depend on the others.
    const auto drawn = [&](std::size_t which) {
        return Rng(options.sample_seed, 3, static_cast<std::uint32_t>(which)).uniform() < options.sample;
    };
    const auto n = parts.interactions.size();
    Mask keep(n);
    if (options.sample_unit == SampleUnit::rows) {
        for (std::size_t row = 0; row < n; ++row)
            keep[row] = drawn(row) ? 1 : 0;
        return keep;
    }
    Mask users(parts.users.size());
    for (std::size_t u = 0; u < users.size(); ++u)
        users[u] = drawn(u) ? 1 : 0;
    for (std::size_t row = 0; row < n; ++row)
        keep[row] = users[parts.interactions.user[row]];
    return keep;
}

/// Rows of users and items with enough rows; repeated until stable for a core.
Mask frequent(const ImportOptions& options, const DatasetParts& parts) {
    const auto& rows = parts.interactions;
    Mask keep(rows.size(), 1);
    for (bool again = true; again;) {
        again = false;
        std::vector<std::uint32_t> users(parts.users.size(), 0);
        std::vector<std::uint32_t> items(parts.items.size(), 0);
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (keep[row] != 0) {
                ++users[rows.user[row]];
                ++items[rows.item[row]];
            }
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (keep[row] != 0 &&
                (users[rows.user[row]] < options.least_per_user || items[rows.item[row]] < options.least_per_item)) {
                keep[row] = 0;
                again = options.core;
            }
    }
    return keep;
}

void apply(const Mask& keep, DatasetParts& parts, std::uint64_t& dropped) {
    const auto kept = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), std::uint8_t{1}));
    dropped += keep.size() - kept;
    if (kept < keep.size())
        keep_rows(keep, parts);
}

} // namespace

void keep_rows(const Mask& keep, DatasetParts& parts) {
    if (!parts.fixed_test.empty()) {
        std::vector<RowIx> tests;
        std::size_t next = 0;
        RowIx row = 0;
        for (RowIx old = 0; old < keep.size(); ++old) {
            const bool test = next < parts.fixed_test.size() && parts.fixed_test[next] == old;
            next += test ? 1 : 0;
            if (keep[old] == 0)
                continue;
            if (test)
                tests.push_back(row);
            ++row;
        }
        parts.fixed_test = std::move(tests);
    }
    auto& rows = parts.interactions;
    keep_in(keep, rows.user);
    keep_in(keep, rows.item);
    keep_in(keep, rows.value);
    keep_in(keep, rows.time);
    keep_in(keep, rows.event);
    for (auto& column : parts.context)
        keep_in(keep, column);
    if (parts.has_pairs) {
        drop_unused(rows.user, parts.users);
        drop_unused(rows.item, parts.items);
    }
}

RowRules row_rules(const ImportOptions& options, const RowShape& shape) {
    RowRules rules;
    // An event such as a view has no rating: that is no fault of the row.
    const bool keep = shape.event || shape.keeps_missing;
    rules.missing = keep && options.missing == MissingValues::refuse ? MissingValues::keep : options.missing;
    if (options.least_value)
        rules.least = static_cast<float>(*options.least_value);
    if (options.greatest_value)
        rules.greatest = static_cast<float>(*options.greatest_value);
    return rules;
}

Status apply_rules(const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    give_event_values(options, parts);
    if (options.duplicates != DuplicateRows::all && parts.has_pairs)
        apply(Deduplicator(options, parts).run(), parts, report.duplicates);
    if (options.sample < 1)
        apply(sample(options, parts), parts, report.sampled_out);
    if ((options.least_per_user > 1 || options.least_per_item > 1) && parts.has_pairs)
        apply(frequent(options, parts), parts, report.below_minimum);
    for (auto& column : parts.context)
        if (column.type != ColumnType::number)
            drop_unused(column.codes, column.categories);
    report.rows_kept = parts.interactions.size();
    if (parts.interactions.size() == 0)
        return bad_data("the rules leave no row", options.files.front().string(),
                        "lower the minimum counts, or keep a greater share");
    return {};
}

} // namespace tastebench
