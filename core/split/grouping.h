// Rows by user or item without a vector for each: a counting sort.
#pragma once

#include <span>
#include <vector>

#include "core/base/parallel.h"
#include "core/split/split.h"

namespace tastebench {

/// The rows of group g, ascending, are rows[starts[g] .. starts[g + 1]).
struct RowGroups {
    std::vector<std::uint32_t> starts; ///< groups + 1
    std::vector<RowIx> rows;
    std::size_t size() const { return starts.size() - 1; }
    std::span<RowIx> of(std::size_t g) { return std::span(rows).subspan(starts[g], starts[g + 1] - starts[g]); }
    std::span<const RowIx> of(std::size_t g) const {
        return std::span(rows).subspan(starts[g], starts[g + 1] - starts[g]);
    }
};

/// The rows whose side is not `none`, by key. The result does not depend on the number of threads.
RowGroups group_rows(std::span<const std::uint32_t> keys, std::size_t groups, std::span<const Side> sides,
                     const Parallel& parallel);

/// How many groups one block of a parallel loop over groups holds.
inline constexpr std::size_t groups_per_block = 512;
/// How many rows one block of a parallel loop over rows holds.
inline constexpr std::size_t rows_per_block = std::size_t{1} << 17;

} // namespace tastebench
