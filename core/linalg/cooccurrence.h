// Co-occurrence counts c_ij = number of users who have both items i and j; c_ii = users of i. Symmetric.
// A row is kept dense (n counts) where more than half of it is filled, else as (item, count) pairs, so memory is at
// most 4 n^2 bytes and small for long-tailed data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/base/progress.h"

namespace tastebench {

/// Sets of item indices by user: those of u are items[starts[u] .. starts[u+1]), ascending and distinct.
struct ItemSets {
    std::span<const std::uint64_t> starts;
    std::span<const std::uint32_t> items;
};

class Cooccurrence {
  public:
    /// Counts below `threshold` become 0, the diagonal included. Leaves early, unusable, if progress is cancelled.
    void count(const ItemSets& sets, std::uint32_t n_items, std::uint32_t threshold, const Parallel& parallel,
               Progress& progress);

    std::uint32_t n_items() const { return static_cast<std::uint32_t>(rows_.size()); }
    std::uint32_t of_item(std::uint32_t i) const { return diagonal_[i]; }
    std::uint32_t pair(std::uint32_t i, std::uint32_t j) const;

    /// Calls visit(j, c_ij) for every j with c_ij > 0, ascending.
    template <typename Visit>
    void for_each(std::uint32_t i, Visit&& visit) const {
        const Row& row = rows_[i];
        if (row.items.empty()) {
            for (std::uint32_t j = 0; j < row.counts.size(); ++j)
                if (row.counts[j] > 0)
                    visit(j, row.counts[j]);
        } else {
            for (std::size_t at = 0; at < row.items.size(); ++at)
                visit(row.items[at], row.counts[at]);
        }
    }

    void save(Writer& out) const;
    Status load(Reader& in);

  private:
    struct Row {
        std::vector<std::uint32_t> items; ///< empty: dense
        std::vector<std::uint32_t> counts;
    };
    void store_row(std::uint32_t i, std::span<const std::uint32_t> dense);
    std::vector<Row> rows_;
    std::vector<std::uint32_t> diagonal_;
};

} // namespace tastebench
