// Co-occurrence counts c_ij = number of users who have both items i and j; c_ii = users of i. Symmetric.
// A row is kept dense (n counts) where more than half of it is filled, else as (item, count) pairs, and in 16 bits
// where its counts allow; rows may be cut down to some of their pairs, and then are no longer symmetric. So memory is
// at most 2 n^2 bytes below 65,536 users and small for long-tailed data.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/linalg/ranked_sets.h"

namespace tastebench {

/// Sets that gained items: those of the u-th are items[starts[u] .. starts[u+1]), ascending; fresh[at]: new in it.
struct GrownSets {
    std::vector<std::uint64_t> starts{0};
    std::vector<std::uint32_t> items;
    std::vector<std::uint8_t> fresh; ///< parallel to items
};

class Cooccurrence {
  public:
    /// Appends the items whose counts of row i are to be kept, ascending, i among them and none of count 0 beside it;
    /// called from many threads. Diagonals are known by then.
    using Cut =
        std::function<void(std::uint32_t i, std::span<const std::uint32_t> row, std::vector<std::uint32_t>& kept)>;

    /// Counts below `threshold` become 0, the diagonal included. Leaves early, unusable, if progress is cancelled.
    void count(const ItemSets& sets, std::uint32_t n_items, std::uint32_t threshold, const Parallel& parallel,
               Progress& progress, const Cut& cut = {});

    /// Item i becomes to[i], ascending; `gone` where it is in no set. For counts without threshold and cut. This and
    /// add() leave early, the counts unusable, if progress is cancelled.
    static constexpr std::uint32_t gone = 0xFFFFFFFF;
    void renumber(std::span<const std::uint32_t> to, std::uint32_t n_items, const Progress& progress);
    /// Adds the pairs that the fresh items make. For counts without threshold and cut.
    void add(const GrownSets& sets, const Parallel& parallel, Progress& progress);

    std::uint32_t n_items() const { return static_cast<std::uint32_t>(rows_.size()); }
    std::uint32_t of_item(std::uint32_t i) const { return diagonal_[i]; }
    std::uint32_t pair(std::uint32_t i, std::uint32_t j) const;

    /// Calls visit(j, c_ij) for every j with c_ij > 0, ascending.
    template <typename Visit>
    void for_each(std::uint32_t i, Visit&& visit) const {
        const Row& row = rows_[i];
        if (row.wide.empty())
            visit_row(row.items, row.narrow, visit);
        else
            visit_row(row.items, row.wide, visit);
    }

    /// Writes the counts of all pairs of i; out has n_items().
    void copy_row(std::uint32_t i, std::span<std::uint32_t> out) const;

    void save(Writer& out) const;
    Status load(Reader& in);

  private:
    struct Row {
        std::vector<std::uint32_t> items; ///< empty: dense
        std::vector<std::uint16_t> narrow;
        std::vector<std::uint32_t> wide; ///< instead of narrow where a count needs more than 16 bits
    };
    template <typename Count, typename Visit>
    static void visit_row(const std::vector<std::uint32_t>& items, const std::vector<Count>& counts, Visit& visit) {
        if (items.empty()) {
            for (std::uint32_t j = 0; j < counts.size(); ++j)
                if (counts[j] > 0)
                    visit(j, std::uint32_t{counts[j]});
        } else {
            for (std::size_t at = 0; at < items.size(); ++at)
                visit(items[at], std::uint32_t{counts[at]});
        }
    }
    void save_whole(Writer& out) const;
    Status load_whole(Reader& in, std::uint32_t n);
    void store_row(std::uint32_t i, std::span<const std::uint32_t> dense);
    void store_cut_row(std::uint32_t i, std::span<const std::uint32_t> dense, std::span<const std::uint32_t> kept);
    std::vector<Row> rows_;
    std::vector<std::uint32_t> diagonal_;
    bool cut_ = false;
};

} // namespace tastebench
