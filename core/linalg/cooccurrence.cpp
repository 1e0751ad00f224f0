#include "core/linalg/cooccurrence.h"

#include <algorithm>

namespace tastebench {

namespace {

/// Users by item, the transpose of the sets.
struct UserSets {
    std::vector<std::uint64_t> starts;
    std::vector<std::uint32_t> users;
};

UserSets transpose(const ItemSets& sets, std::uint32_t n_items) {
    UserSets out;
    out.starts.assign(std::size_t{n_items} + 1, 0);
    for (const auto item : sets.items)
        ++out.starts[item + 1];
    for (std::size_t i = 0; i < n_items; ++i)
        out.starts[i + 1] += out.starts[i];
    out.users.resize(sets.items.size());
    std::vector<std::uint64_t> next(out.starts.begin(), out.starts.end() - 1);
    for (std::uint32_t user = 0; user + 1 < sets.starts.size(); ++user)
        for (auto at = sets.starts[user]; at < sets.starts[user + 1]; ++at)
            out.users[next[sets.items[at]]++] = user;
    return out;
}

} // namespace

void Cooccurrence::count(const ItemSets& sets, std::uint32_t n_items, std::uint32_t threshold, const Parallel& parallel,
                         Progress& progress) {
    const UserSets by_item = transpose(sets, n_items);
    rows_.assign(n_items, {});
    diagonal_.assign(n_items, 0);
    progress.begin("Counting pairs", n_items);
    parallel.for_blocks(n_items, 32, [&](std::size_t first, std::size_t last) {
        // One row of counts stays in the first-level cache while all users of its item are gone through.
        std::vector<std::uint32_t> row(n_items);
        for (std::size_t i = first; i < last && !progress.cancelled(); ++i) {
            std::fill(row.begin(), row.end(), 0U);
            for (auto at = by_item.starts[i]; at < by_item.starts[i + 1]; ++at) {
                const auto user = by_item.users[at];
                const auto* item = sets.items.data() + sets.starts[user];
                const auto* end = sets.items.data() + sets.starts[user + 1];
                for (; item != end; ++item)
                    ++row[*item];
            }
            if (threshold > 1)
                for (auto& c : row)
                    c = c < threshold ? 0 : c;
            store_row(static_cast<std::uint32_t>(i), row);
        }
        progress.advance(last - first);
    });
}

void Cooccurrence::store_row(std::uint32_t i, std::span<const std::uint32_t> dense) {
    diagonal_[i] = dense[i];
    Row& row = rows_[i];
    const auto filled =
        static_cast<std::size_t>(std::count_if(dense.begin(), dense.end(), [](std::uint32_t c) { return c > 0; }));
    // No count of a row exceeds the users of its item.
    const bool narrow = dense[i] <= 0xFFFF;
    const bool keep_zeros = 2 * filled > dense.size();
    const auto kept = keep_zeros ? dense.size() : filled;
    row.items.reserve(keep_zeros ? 0 : filled);
    row.narrow.reserve(narrow ? kept : 0);
    row.wide.reserve(narrow ? 0 : kept);
    for (std::uint32_t j = 0; j < dense.size(); ++j) {
        if (dense[j] == 0 && !keep_zeros)
            continue;
        if (!keep_zeros)
            row.items.push_back(j);
        if (narrow)
            row.narrow.push_back(static_cast<std::uint16_t>(dense[j]));
        else
            row.wide.push_back(dense[j]);
    }
}

std::uint32_t Cooccurrence::pair(std::uint32_t i, std::uint32_t j) const {
    const Row& row = rows_[i];
    auto at = static_cast<std::size_t>(j);
    if (!row.items.empty()) {
        const auto found = std::lower_bound(row.items.begin(), row.items.end(), j);
        if (found == row.items.end() || *found != j)
            return 0;
        at = static_cast<std::size_t>(found - row.items.begin());
    }
    if (!row.wide.empty())
        return row.wide[at];
    return row.narrow.empty() ? 0 : row.narrow[at];
}

void Cooccurrence::save(Writer& out) const {
    out.varint(rows_.size());
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        // The lower half is the mirror of the upper; gaps between items and most counts are small numbers.
        std::uint64_t upper = 0;
        for_each(i, [&](std::uint32_t j, std::uint32_t) { upper += j >= i ? 1 : 0; });
        out.varint(upper);
        std::uint32_t before = i;
        for_each(i, [&](std::uint32_t j, std::uint32_t c) {
            if (j < i)
                return;
            out.varint(j - before);
            out.varint(c);
            before = j;
        });
    }
}

Status Cooccurrence::load(Reader& in) {
    const auto damaged = [] { return bad_data("the stored pair counts are damaged", {}, "train the model again"); };
    const std::uint64_t n = in.varint();
    if (!in.ok() || n > 0xFFFFFFFEU)
        return damaged();
    struct Entry {
        std::uint32_t item, count;
    };
    std::vector<std::vector<Entry>> full(n);
    for (std::uint32_t i = 0; i < n && in.ok(); ++i) {
        const std::uint64_t upper = in.varint();
        std::uint64_t j = i;
        for (std::uint64_t at = 0; at < upper && in.ok(); ++at) {
            j += in.varint();
            const auto c = in.varint();
            if (j >= n || c == 0 || c > 0xFFFFFFFFU)
                return damaged();
            const auto other = static_cast<std::uint32_t>(j);
            full[i].push_back({other, static_cast<std::uint32_t>(c)});
            if (other != i)
                full[other].push_back({i, static_cast<std::uint32_t>(c)});
        }
    }
    if (!in.ok())
        return damaged();
    rows_.assign(n, {});
    diagonal_.assign(n, 0);
    std::vector<std::uint32_t> dense(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        std::fill(dense.begin(), dense.end(), 0U);
        for (const auto& entry : full[i])
            dense[entry.item] = entry.count;
        store_row(i, dense);
        full[i] = {};
    }
    return {};
}

} // namespace tastebench
