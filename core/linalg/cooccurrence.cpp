#include "core/linalg/cooccurrence.h"

#include <algorithm>

namespace tastebench {

namespace {

Status damaged() {
    return bad_data("the stored pair counts are damaged", {}, "train the model again");
}

} // namespace

void Cooccurrence::count(const ItemSets& sets, std::uint32_t n_items, std::uint32_t threshold, const Parallel& parallel,
                         Progress& progress, const Cut& cut) {
    const RankedSets ranked(sets, n_items);
    cut_ = static_cast<bool>(cut);
    rows_.assign(n_items, {});
    diagonal_.assign(n_items, 0);
    for (std::uint32_t i = 0; i < n_items; ++i) {
        const auto n = static_cast<std::uint32_t>(ranked.users_of(i).size());
        diagonal_[i] = n < threshold ? 0 : n;
    }
    progress.begin("Counting pairs", n_items);
    // The items of most people take longest: they come first, so that no thread ends alone.
    parallel.for_blocks(n_items, 16, [&](std::size_t first, std::size_t last) {
        std::vector<std::uint32_t> by_rank(n_items);
        std::vector<std::uint32_t> row(n_items);
        std::vector<std::uint32_t> kept;
        for (std::size_t rank = first; rank < last && !progress.cancelled(); ++rank) {
            const auto i = ranked.item_of_rank[rank];
            std::fill(by_rank.begin(), by_rank.end(), 0U);
            ranked.add_counts(i, by_rank.data());
            for (std::uint32_t other = 0; other < n_items; ++other)
                row[other] = by_rank[ranked.rank_of_item[other]];
            if (threshold > 1)
                for (auto& c : row)
                    c = c < threshold ? 0 : c;
            if (cut) {
                kept.clear();
                cut(i, row, kept);
                store_cut_row(i, row, kept);
            } else {
                store_row(i, row);
            }
        }
        progress.advance(last - first);
    });
}

void Cooccurrence::renumber(std::span<const std::uint32_t> to, std::uint32_t n_items, const Progress& progress) {
    auto before = std::move(rows_);
    rows_.assign(n_items, {});
    diagonal_.assign(n_items, 0);
    std::vector<std::uint32_t> row(n_items);
    for (std::uint32_t i = 0; i < before.size() && !progress.cancelled(); ++i) {
        if (to[i] == gone)
            continue;
        std::fill(row.begin(), row.end(), 0U);
        const auto place = [&](std::uint32_t j, std::uint32_t c) { row[to[j]] = c; };
        if (before[i].wide.empty())
            visit_row(before[i].items, before[i].narrow, place);
        else
            visit_row(before[i].items, before[i].wide, place);
        before[i] = {};
        store_row(to[i], row);
    }
}

void Cooccurrence::add(const GrownSets& sets, const Parallel& parallel, Progress& progress) {
    struct Place {
        std::uint32_t set;
        bool fresh;
    };
    std::vector<std::vector<Place>> of_item(n_items());
    std::vector<std::uint32_t> changed;
    for (std::uint32_t set = 0; set + 1 < sets.starts.size(); ++set)
        for (auto at = sets.starts[set]; at < sets.starts[set + 1]; ++at) {
            if (of_item[sets.items[at]].empty())
                changed.push_back(sets.items[at]);
            of_item[sets.items[at]].push_back({set, sets.fresh[at] != 0});
        }
    progress.begin("Counting new pairs", changed.size());
    parallel.for_blocks(changed.size(), 16, [&](std::size_t first, std::size_t last) {
        std::vector<std::uint32_t> row(n_items());
        for (std::size_t c = first; c < last && !progress.cancelled(); ++c) {
            std::fill(row.begin(), row.end(), 0U);
            for_each(changed[c], [&](std::uint32_t j, std::uint32_t count) { row[j] = count; });
            for (const auto& place : of_item[changed[c]])
                for (auto at = sets.starts[place.set]; at < sets.starts[place.set + 1]; ++at)
                    row[sets.items[at]] += place.fresh || sets.fresh[at] != 0 ? 1 : 0;
            rows_[changed[c]] = {};
            store_row(changed[c], row);
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

void Cooccurrence::store_cut_row(std::uint32_t i, std::span<const std::uint32_t> dense,
                                 std::span<const std::uint32_t> kept) {
    Row& row = rows_[i];
    if (dense[i] == 0) // nothing is kept of an item that is in no set
        return;
    row.items.assign(kept.begin(), kept.end());
    const auto copy = [&]<typename Count>(std::vector<Count>& counts) {
        counts.reserve(kept.size());
        for (const auto j : kept)
            counts.push_back(static_cast<Count>(dense[j]));
    };
    if (dense[i] <= 0xFFFF)
        copy(row.narrow);
    else
        copy(row.wide);
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

void Cooccurrence::copy_row(std::uint32_t i, std::span<std::uint32_t> out) const {
    const Row& row = rows_[i];
    if (row.items.empty() && row.wide.empty() && !row.narrow.empty()) {
        std::copy(row.narrow.begin(), row.narrow.end(), out.begin());
        return;
    }
    std::fill(out.begin(), out.end(), 0U);
    for_each(i, [&](std::uint32_t j, std::uint32_t c) { out[j] = c; });
}

void Cooccurrence::save(Writer& out) const {
    out.varint(rows_.size());
    out.number(static_cast<std::uint8_t>(cut_ ? 1 : 0));
    if (cut_)
        return save_whole(out);
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

void Cooccurrence::save_whole(Writer& out) const {
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        std::uint64_t filled = 0;
        for_each(i, [&](std::uint32_t, std::uint32_t) { ++filled; });
        out.varint(diagonal_[i]);
        out.varint(filled);
        std::uint32_t before = 0;
        for_each(i, [&](std::uint32_t j, std::uint32_t c) {
            out.varint(j - before);
            out.varint(c);
            before = j;
        });
    }
}

Status Cooccurrence::load_whole(Reader& in, std::uint32_t n) {
    rows_.assign(n, {});
    diagonal_.assign(n, 0);
    std::vector<std::uint32_t> row(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        std::fill(row.begin(), row.end(), 0U);
        const auto own = in.varint();
        const auto filled = in.varint();
        std::uint64_t j = 0;
        for (std::uint64_t at = 0; at < filled && in.ok(); ++at) {
            j += in.varint();
            const auto c = in.varint();
            if (j >= n || c == 0 || c > 0xFFFFFFFFU)
                return damaged();
            row[j] = static_cast<std::uint32_t>(c);
        }
        if (!in.ok() || row[i] != own)
            return damaged();
        store_row(i, row);
    }
    return {};
}

Status Cooccurrence::load(Reader& in) {
    const std::uint64_t n = in.varint();
    const auto cut = in.number<std::uint8_t>();
    Reader rest = in;
    rest.bytes(n);
    // Every row takes at least a byte, so that a damaged size asks for no memory.
    if (!in.ok() || !rest.ok() || n > 0xFFFFFFFEU || cut > 1)
        return damaged();
    cut_ = cut == 1;
    if (cut_)
        return load_whole(in, static_cast<std::uint32_t>(n));
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
