#include "core/data/statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>

#include "core/base/radix_order.h"

namespace tastebench {

namespace {

constexpr std::size_t most_exact_values = 20;
constexpr std::size_t most_time_bins = 60;
constexpr double points_per_decade = 60;
constexpr std::uint32_t most_cells = 200;
constexpr std::size_t block = std::size_t{1} << 20; // rows of one task

/// Exact values with their rows, ascending; gives up beyond most_exact_values.
struct ExactValues {
    std::vector<std::pair<float, std::uint64_t>> counts;
    bool too_many = false;

    void add(float value, std::uint64_t rows) {
        const auto at = std::lower_bound(counts.begin(), counts.end(), value,
                                         [](const auto& entry, float wanted) { return entry.first < wanted; });
        if (at != counts.end() && at->first == value)
            at->second += rows;
        else if (counts.size() == most_exact_values)
            too_many = true;
        else
            counts.insert(at, {value, rows});
    }
};

ExactValues exact_values(const std::vector<float>& values, const Parallel& parallel) {
    ExactValues all;
    std::mutex mutex;
    parallel.for_blocks(values.size(), block, [&](std::size_t first, std::size_t last) {
        ExactValues own;
        for (std::size_t row = first; row < last && !own.too_many; ++row)
            if (!std::isnan(values[row]))
                own.add(values[row], 1);
        const std::lock_guard lock(mutex);
        all.too_many = all.too_many || own.too_many;
        for (const auto& [value, rows] : own.counts)
            all.add(value, rows);
    });
    return all;
}

/// Sums what count(row) names, block by block; whole numbers, so the order of blocks does not matter.
template <typename Count>
std::vector<std::uint64_t> histogram(std::size_t rows, std::size_t bins, const Parallel& parallel, const Count& bin) {
    std::vector<std::uint64_t> out(bins);
    std::mutex mutex;
    parallel.for_blocks(rows, block, [&](std::size_t first, std::size_t last) {
        std::vector<std::uint32_t> own(bins);
        for (std::size_t row = first; row < last; ++row)
            if (const std::size_t at = bin(row); at < bins)
                ++own[at];
        const std::lock_guard lock(mutex);
        for (std::size_t i = 0; i < bins; ++i)
            out[i] += own[i];
    });
    return out;
}

std::vector<ValueBin> rating_bins(const Dataset& data, const Parallel& parallel) {
    const auto& values = data.interactions().value;
    const auto exact = exact_values(values, parallel);
    std::vector<ValueBin> bins;
    if (!exact.too_many) {
        for (const auto& [value, rows] : exact.counts)
            bins.push_back({value, value, rows});
        return bins;
    }
    const auto& summary = data.summary();
    const double width = (summary.greatest_value - summary.least_value) / static_cast<double>(most_exact_values);
    const auto rows = histogram(values.size(), most_exact_values, parallel, [&](std::size_t row) {
        const float value = values[row];
        return std::isnan(value)
                   ? most_exact_values
                   : std::min(most_exact_values - 1, static_cast<std::size_t>((value - summary.least_value) / width));
    });
    for (std::size_t i = 0; i < most_exact_values; ++i)
        bins.push_back({summary.least_value + width * static_cast<double>(i),
                        summary.least_value + width * static_cast<double>(i + 1), rows[i]});
    return bins;
}

std::vector<TimeBin> time_bins(const Dataset& data, const Parallel& parallel) {
    const auto& summary = data.summary();
    if (!data.has_times() || !summary.first_time || !summary.last_time)
        return {};
    // Unsigned, because the span of two extreme times does not fit into a signed number.
    const auto first = static_cast<std::uint64_t>(*summary.first_time);
    const std::uint64_t longest = static_cast<std::uint64_t>(*summary.last_time) - first;
    const std::uint64_t width = longest / most_time_bins + 1;
    const auto& times = data.interactions().time;
    const auto rows = histogram(times.size(), longest / width + 1, parallel, [&](std::size_t row) {
        return (static_cast<std::uint64_t>(times[row]) - first) / width;
    });
    std::vector<TimeBin> bins;
    for (std::size_t i = 0; i < rows.size(); ++i)
        bins.push_back({static_cast<std::int64_t>(first + i * width), rows[i]});
    return bins;
}

GroupFigures group_figures(const Interactions& rows, const std::vector<std::uint32_t>& group, std::uint32_t groups) {
    GroupFigures out;
    out.rows.assign(groups, 0);
    for (const auto index : group)
        ++out.rows[index];
    if (!rows.time.empty()) {
        out.first.assign(groups, std::numeric_limits<std::int64_t>::max());
        out.last.assign(groups, std::numeric_limits<std::int64_t>::min());
        for (std::size_t row = 0; row < group.size(); ++row) {
            out.first[group[row]] = std::min(out.first[group[row]], rows.time[row]);
            out.last[group[row]] = std::max(out.last[group[row]], rows.time[row]);
        }
    }
    if (!rows.value.empty()) {
        out.mean_value.assign(groups, 0);
        std::vector<std::uint32_t> rated(groups);
        for (std::size_t row = 0; row < group.size(); ++row)
            if (!std::isnan(rows.value[row])) {
                out.mean_value[group[row]] += static_cast<double>(rows.value[row]);
                ++rated[group[row]];
            }
        for (std::uint32_t g = 0; g < groups; ++g)
            out.mean_value[g] = rated[g] == 0 ? std::numeric_limits<double>::quiet_NaN() : out.mean_value[g] / rated[g];
    }
    return out;
}

/// Indices with the greatest count first; equal ones by index.
std::vector<std::uint32_t> by_count(const std::vector<std::uint32_t>& counts) {
    std::vector<std::uint32_t> order(counts.size());
    std::iota(order.begin(), order.end(), 0U);
    const std::uint32_t greatest = *std::max_element(counts.begin(), counts.end());
    radix_order(
        order, [&](std::uint32_t i) { return greatest - counts[i]; }, greatest, [] { return false; });
    return order;
}

Spread spread(const std::vector<std::uint32_t>& counts, const std::vector<std::uint32_t>& order) {
    Spread out;
    const std::size_t n = order.size();
    const auto count = [&](std::size_t rank) { return counts[order[rank]]; };
    out.greatest = count(0);
    out.median = (static_cast<double>(count((n - 1) / 2)) + static_cast<double>(count(n / 2))) / 2;
    double total = 0;
    double weighted = 0;
    double top = 0;
    const std::size_t tenth = (n + 9) / 10;
    for (std::size_t rank = 0; rank < n; ++rank) {
        const double c = count(rank);
        total += c;
        weighted += c * static_cast<double>(n - rank); // its rank from 1, least first
        top += rank < tenth ? c : 0;
        out.once += count(rank) == 1 ? 1 : 0;
    }
    out.top_tenth_share = top / total;
    // G = 2 sum(i x_i) / (n sum x) - (n + 1) / n, with x ascending and i from 1.
    out.gini = 2 * weighted / (static_cast<double>(n) * total) - (static_cast<double>(n) + 1) / static_cast<double>(n);
    return out;
}

/// Ranks spread evenly on a logarithmic axis, the first and last always among them.
std::vector<std::pair<double, double>> thinned_tail(const std::vector<std::uint32_t>& counts,
                                                    const std::vector<std::uint32_t>& order) {
    std::vector<std::pair<double, double>> out;
    double next = 0;
    for (std::size_t i = 0; i < order.size() && counts[order[i]] > 0; ++i) {
        const double at = std::log10(static_cast<double>(i + 1)) * points_per_decade;
        const bool last = i + 1 == order.size() || counts[order[i + 1]] == 0;
        if (at < next && !last)
            continue;
        out.emplace_back(static_cast<double>(i + 1), static_cast<double>(counts[order[i]]));
        next = std::floor(at) + 1;
    }
    return out;
}

std::vector<CountBin> doubling_bins(const std::vector<std::uint32_t>& counts) {
    std::vector<CountBin> bins;
    for (const auto count : counts) {
        if (count == 0)
            continue;
        const auto at = static_cast<std::size_t>(std::bit_width(count) - 1);
        while (bins.size() <= at) {
            const std::uint64_t low = std::uint64_t{1} << bins.size();
            bins.push_back({low, 2 * low - 1, 0});
        }
        ++bins[at].members;
    }
    return bins;
}

std::pair<std::uint32_t, std::uint32_t> cell_range(std::uint32_t cell, std::uint32_t cells, std::uint32_t members) {
    // The cell of rank r is floor(r cells / members); these are the ranks for which that is `cell`.
    const auto start = [&](std::uint64_t at) { return static_cast<std::uint32_t>((at * members + cells - 1) / cells); };
    return {start(cell), start(std::uint64_t{cell} + 1)};
}

std::vector<std::uint8_t> cells_of(const std::vector<std::uint32_t>& order, std::uint32_t cells) {
    std::vector<std::uint8_t> out(order.size());
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        out[order[rank]] = static_cast<std::uint8_t>(rank * cells / order.size());
    return out;
}

SparsityGrid sparsity_grid(const Interactions& rows, const std::vector<std::uint32_t>& users,
                           const std::vector<std::uint32_t>& items, const Parallel& parallel) {
    static_assert(most_cells <= 256);
    SparsityGrid out;
    out.users = static_cast<std::uint32_t>(users.size());
    out.items = static_cast<std::uint32_t>(items.size());
    out.user_cells = std::min(most_cells, out.users);
    out.item_cells = std::min(most_cells, out.items);
    const auto user_cell = cells_of(users, out.user_cells);
    const auto item_cell = cells_of(items, out.item_cells);
    out.rows = histogram(rows.size(), std::size_t{out.user_cells} * out.item_cells, parallel, [&](std::size_t row) {
        return std::size_t{user_cell[rows.user[row]]} * out.item_cells + item_cell[rows.item[row]];
    });
    return out;
}

std::vector<CountBin> repeat_bins(const Dataset& data, const std::vector<std::uint32_t>& per_user,
                                  const Parallel& parallel) {
    constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
    std::vector<CountBin> bins{{1, 1, 0}, {2, 2, 0}, {3, 3, 0}, {4, 4, 0}, {5, 9, 0}, {10, no_end, 0}};
    const auto& summary = data.summary();
    if (summary.distinct_pairs == summary.interactions) {
        bins[0].members = summary.interactions;
        return bins;
    }
    const auto& rows = data.interactions();
    std::vector<std::uint64_t> starts(per_user.size() + 1, 0);
    std::partial_sum(per_user.begin(), per_user.end(), starts.begin() + 1, std::plus<std::uint64_t>());
    std::vector<ItemIx> items(rows.size());
    auto next = starts;
    for (std::size_t row = 0; row < rows.size(); ++row)
        items[next[rows.user[row]]++] = rows.item[row];
    std::mutex mutex;
    // Few blocks: each needs a counter for every item.
    const std::size_t users_per_block = per_user.size() / 16 + 1;
    parallel.for_blocks(per_user.size(), users_per_block, [&](std::size_t first, std::size_t last) {
        std::vector<std::uint32_t> times(data.items().size());
        std::array<std::uint64_t, 6> own{};
        for (std::size_t user = first; user < last; ++user) {
            for (std::uint64_t at = starts[user]; at < starts[user + 1]; ++at)
                ++times[items[at]];
            for (std::uint64_t at = starts[user]; at < starts[user + 1]; ++at)
                if (const auto count = std::exchange(times[items[at]], 0); count > 0)
                    ++own[count < 5 ? count - 1 : count < 10 ? 4 : 5];
        }
        const std::lock_guard lock(mutex);
        for (std::size_t i = 0; i < own.size(); ++i)
            bins[i].members += own[i];
    });
    return bins;
}

ColumnFigures feature_figures(const FeatureColumn& column, ColumnPlace place) {
    ColumnFigures out{place, column.name, column.type, 0, column.numbers.size() + column.texts.size(), {}};
    for (const double number : column.numbers)
        out.missing += std::isnan(number) ? 1 : 0;
    for (std::size_t i = 0; i < column.texts.size(); ++i)
        out.missing += column.texts[i].empty() ? 1 : 0;
    return out;
}

ColumnFigures context_figures(const ContextColumn& column) {
    ColumnFigures out{ColumnPlace::context, column.name, column.type, 0, column.rows(), {}};
    if (column.type == ColumnType::number) {
        for (const double number : column.numbers)
            out.missing += std::isnan(number) ? 1 : 0;
        return out;
    }
    out.distinct = column.categories.size();
    if (column.type == ColumnType::category)
        out.missing =
            static_cast<std::uint64_t>(std::count(column.codes.begin(), column.codes.end(), ContextColumn::missing));
    else
        for (std::size_t row = 0; row + 1 < column.starts.size(); ++row)
            out.missing += column.starts[row] == column.starts[row + 1] ? 1 : 0;
    return out;
}

/// One task a column, in the order: ratings, titles, features of users and items, context.
std::vector<ColumnFigures> column_figures(const Dataset& data, const Parallel& parallel) {
    std::vector<std::function<ColumnFigures()>> tasks;
    const auto& titles = data.parts().item_titles;
    if (data.has_values())
        tasks.emplace_back([&] {
            const std::uint64_t rows = data.interactions().size();
            return ColumnFigures{ColumnPlace::rating, {}, ColumnType::number, rows - data.summary().rated, rows, {}};
        });
    if (!titles.empty())
        tasks.emplace_back([&] {
            ColumnFigures out{ColumnPlace::title, {}, ColumnType::text, 0, titles.size(), {}};
            for (std::size_t item = 0; item < titles.size(); ++item)
                out.missing += titles[item].empty() ? 1 : 0;
            return out;
        });
    for (const auto& column : data.user_features())
        tasks.emplace_back([&] { return feature_figures(column, ColumnPlace::user_feature); });
    for (const auto& column : data.item_features())
        tasks.emplace_back([&] { return feature_figures(column, ColumnPlace::item_feature); });
    for (const auto& column : data.context())
        tasks.emplace_back([&] { return context_figures(column); });
    std::vector<ColumnFigures> out(tasks.size());
    parallel.for_blocks(tasks.size(), 1, [&](std::size_t first, std::size_t) { out[first] = tasks[first](); });
    return out;
}

void count_pairs(const Dataset& data, const Parallel& parallel, DataStatistics& out) {
    const auto& rows = data.interactions();
    std::vector<std::uint32_t> user_order;
    std::vector<std::uint32_t> item_order;
    // Users on one thread and items on another: a sum of ratings has the same digits however many there are.
    parallel.for_blocks(2, 1, [&](std::size_t side, std::size_t) {
        if (side == 0) {
            out.users = group_figures(rows, rows.user, data.users().size());
            user_order = by_count(out.users.rows);
            out.activity = spread(out.users.rows, user_order);
            out.activity_bins = doubling_bins(out.users.rows);
        } else {
            out.items = group_figures(rows, rows.item, data.items().size());
            item_order = by_count(out.items.rows);
            out.popularity = spread(out.items.rows, item_order);
            out.long_tail = thinned_tail(out.items.rows, item_order);
        }
    });
    out.sparsity = sparsity_grid(rows, user_order, item_order, parallel);
    out.repeats = repeat_bins(data, out.users.rows, parallel);
}

} // namespace

std::pair<std::uint32_t, std::uint32_t> SparsityGrid::user_range(std::uint32_t cell) const {
    return cell_range(cell, user_cells, users);
}

std::pair<std::uint32_t, std::uint32_t> SparsityGrid::item_range(std::uint32_t cell) const {
    return cell_range(cell, item_cells, items);
}

double SparsityGrid::density(std::uint32_t user_cell, std::uint32_t item_cell) const {
    const auto [first_user, last_user] = user_range(user_cell);
    const auto [first_item, last_item] = item_range(item_cell);
    const double pairs = static_cast<double>(last_user - first_user) * static_cast<double>(last_item - first_item);
    return static_cast<double>(rows[std::size_t{user_cell} * item_cells + item_cell]) / pairs;
}

DataStatistics data_statistics(const Dataset& data, const Parallel& parallel) {
    DataStatistics out;
    const auto& rows = data.interactions();
    if (data.has_values())
        out.ratings = rating_bins(data, parallel);
    out.mean_value = data.summary().mean_value;
    if (data.summary().rated > 0) {
        const auto above = histogram(rows.size(), 1, parallel,
                                     [&](std::size_t row) -> std::size_t { return rows.value[row] > 0 ? 0 : 1; });
        out.positive_share = static_cast<double>(above[0]) / static_cast<double>(data.summary().rated);
    }
    out.over_time = time_bins(data, parallel);
    const auto events =
        histogram(rows.event.size(), data.events().size(), parallel, [&](std::size_t row) { return rows.event[row]; });
    for (std::size_t i = 0; i < events.size(); ++i)
        out.events.emplace_back(data.events()[i], events[i]);
    out.columns = column_figures(data, parallel);
    if (data.has_pairs())
        count_pairs(data, parallel, out);
    return out;
}

} // namespace tastebench
