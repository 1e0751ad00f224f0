// What one pass over the rows tells: the greatest indices, the range of ratings and times. Blocks are fixed, so that
// the digits do not depend on the number of threads.
#pragma once

#include "core/base/parallel.h"
#include "core/data/dataset.h"

namespace tastebench {

struct RowScan {
    UserIx greatest_user = 0;
    ItemIx greatest_item = 0;
    EventIx greatest_event = 0; ///< 0 without an event column
    bool by_user = true;        ///< rows of one user follow one another, users ascending
    bool infinite = false;      ///< some rating is infinite
    std::uint64_t rated = 0;
    double least_value = 0, greatest_value = 0, sum = 0;
    std::int64_t first_time = 0, last_time = 0; ///< 0 without a time column
};

/// Columns of fitting lengths, at least one row. Without `parallel`, on the calling thread.
RowScan scan_rows(const Interactions& rows, const Parallel* parallel);

/// Different (user, item) pairs; every index must be in range. Needs some 4 bytes an item and thread, and where rows
/// do not come by user (see RowScan) 16 MB more.
std::uint64_t count_distinct_pairs(const Interactions& rows, std::uint32_t users, std::uint32_t items, bool by_user,
                                   const Parallel* parallel);

} // namespace tastebench
