#include "core/data/row_scan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>

namespace tastebench {

namespace {

constexpr std::size_t block_rows = std::size_t{1} << 18;
/// Rows whose items are brought together at once where the data is not in the order of its users.
constexpr std::uint64_t group_rows = std::uint64_t{1} << 22;

void for_blocks(const Parallel* parallel, std::size_t n, std::size_t block,
                const std::function<void(std::size_t, std::size_t)>& body) {
    if (parallel) {
        parallel->for_blocks(n, block, body);
        return;
    }
    for (std::size_t first = 0; first < n; first += block)
        body(first, std::min(n, first + block));
}

void scan_values(std::span<const float> values, RowScan& out) {
    float least = std::numeric_limits<float>::infinity();
    float greatest = -least;
    double sum = 0;
    std::uint64_t rated = 0;
    for (const float value : values) {
        // Comparisons with NaN are false, so a missing rating changes neither bound.
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
        const bool known = !std::isnan(value);
        sum += known ? static_cast<double>(value) : 0.0;
        rated += known ? 1 : 0;
    }
    out.rated = rated;
    out.sum = sum;
    if (rated == 0)
        return;
    out.least_value = least;
    out.greatest_value = greatest;
    out.infinite = std::isinf(least) || std::isinf(greatest);
}

template <typename T>
T greatest_of(std::span<const T> values) {
    T greatest = 0;
    for (const T value : values)
        greatest = value > greatest ? value : greatest;
    return greatest;
}

RowScan scan_block(const Interactions& rows, std::size_t first, std::size_t last) {
    const auto part = [&](const auto& column) { return std::span(column).subspan(first, last - first); };
    RowScan out;
    out.greatest_user = greatest_of(part(rows.user));
    out.greatest_item = greatest_of(part(rows.item));
    unsigned falls = first > 0 && rows.user[first] < rows.user[first - 1] ? 1 : 0;
    for (std::size_t row = first + 1; row < last; ++row)
        falls |= rows.user[row] < rows.user[row - 1] ? 1U : 0U;
    out.by_user = falls == 0;
    if (!rows.event.empty())
        out.greatest_event = greatest_of(part(rows.event));
    if (!rows.value.empty())
        scan_values(part(rows.value), out);
    if (!rows.time.empty()) {
        out.first_time = out.last_time = rows.time[first];
        for (const auto time : part(rows.time)) {
            out.first_time = time < out.first_time ? time : out.first_time;
            out.last_time = time > out.last_time ? time : out.last_time;
        }
    }
    return out;
}

void add_block(RowScan& all, const RowScan& block) {
    all.greatest_user = std::max(all.greatest_user, block.greatest_user);
    all.greatest_item = std::max(all.greatest_item, block.greatest_item);
    all.greatest_event = std::max(all.greatest_event, block.greatest_event);
    all.by_user = all.by_user && block.by_user;
    all.infinite = all.infinite || block.infinite;
    if (block.rated > 0) {
        all.least_value = all.rated == 0 ? block.least_value : std::min(all.least_value, block.least_value);
        all.greatest_value = all.rated == 0 ? block.greatest_value : std::max(all.greatest_value, block.greatest_value);
        all.sum += block.sum;
        all.rated += block.rated;
    }
    all.first_time = std::min(all.first_time, block.first_time);
    all.last_time = std::max(all.last_time, block.last_time);
}

/// Counts each item once a user, by remembering the last user who had it.
class PairCounter {
  public:
    explicit PairCounter(std::uint32_t items) : last_(items, none) {}
    void add(UserIx user, ItemIx item) {
        pairs_ += last_[item] != user ? 1 : 0;
        last_[item] = user;
    }
    std::uint64_t pairs() const { return pairs_; }

  private:
    static constexpr UserIx none = 0xFFFFFFFF;
    std::vector<UserIx> last_;
    std::uint64_t pairs_ = 0;
};

std::uint64_t count_in_order(const Interactions& rows, std::uint32_t items, const Parallel* parallel) {
    std::mutex mutex;
    std::uint64_t pairs = 0;
    // Large blocks: each clears a table of all items.
    const auto block = std::max<std::size_t>(block_rows * 8, items);
    for_blocks(parallel, rows.size(), block, [&](std::size_t first, std::size_t last) {
        // A user belongs to the block in which its rows begin.
        const auto at_change = [&](std::size_t row) {
            while (row > 0 && row < rows.size() && rows.user[row] == rows.user[row - 1])
                ++row;
            return row;
        };
        PairCounter counter(items);
        const auto end = at_change(last);
        for (auto row = at_change(first); row < end; ++row)
            counter.add(rows.user[row], rows.item[row]);
        const std::scoped_lock lock(mutex);
        pairs += counter.pairs();
    });
    return pairs;
}

/// The items of users [first, last), brought together user by user; starts[u] is where those of user u begin.
std::uint64_t count_group(const Interactions& rows, std::uint32_t items, std::size_t first, std::size_t last,
                          const std::vector<std::uint64_t>& starts) {
    const auto base = starts[first];
    std::vector<ItemIx> together(starts[last] - base);
    std::vector<std::uint64_t> next(starts.begin() + static_cast<std::ptrdiff_t>(first),
                                    starts.begin() + static_cast<std::ptrdiff_t>(last));
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (const std::size_t user = rows.user[row]; user >= first && user < last)
            together[next[user - first]++ - base] = rows.item[row];
    PairCounter counter(items);
    for (std::size_t user = first; user < last; ++user)
        for (auto at = starts[user]; at < starts[user + 1]; ++at)
            counter.add(static_cast<UserIx>(user), together[at - base]);
    return counter.pairs();
}

} // namespace

RowScan scan_rows(const Interactions& rows, const Parallel* parallel) {
    std::vector<RowScan> blocks((rows.size() + block_rows - 1) / block_rows);
    for_blocks(parallel, rows.size(), block_rows, [&](std::size_t first, std::size_t last) {
        blocks[first / block_rows] = scan_block(rows, first, last);
    });
    RowScan all = blocks.front();
    for (std::size_t b = 1; b < blocks.size(); ++b)
        add_block(all, blocks[b]);
    return all;
}

std::uint64_t count_distinct_pairs(const Interactions& rows, std::uint32_t users, std::uint32_t items, bool by_user,
                                   const Parallel* parallel) {
    if (by_user)
        return count_in_order(rows, items, parallel);
    std::vector<std::uint64_t> starts(std::size_t{users} + 1, 0);
    for (const auto user : rows.user)
        ++starts[user + 1];
    for (std::size_t u = 0; u < users; ++u)
        starts[u + 1] += starts[u];
    std::vector<std::size_t> cuts{0};
    for (std::size_t u = 1; u <= users; ++u)
        if (u == users || starts[u + 1] - starts[cuts.back()] > group_rows)
            cuts.push_back(u);
    std::vector<std::uint64_t> pairs(cuts.size() - 1, 0);
    for_blocks(parallel, pairs.size(), 1, [&](std::size_t group, std::size_t) {
        pairs[group] = count_group(rows, items, cuts[group], cuts[group + 1], starts);
    });
    std::uint64_t sum = 0;
    for (const auto count : pairs)
        sum += count;
    return sum;
}

} // namespace tastebench
