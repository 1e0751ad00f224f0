// The two steps behind make_split: filters, then the kind's rule. Both change sides in place and give the same on any
// number of threads.
#pragma once

#include <span>

#include "core/base/parallel.h"
#include "core/split/split.h"

namespace tastebench {

/// Sets the rows that a filter leaves out to Side::none; all others are left as they are.
void apply_filter(const Dataset& data, const SplitFilter& filter, std::span<Side> sides, const Parallel& parallel);

/// Sets the side of every row that is not Side::none; all are Side::train before. The recipe has been checked.
Status assign_sides(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides, const Parallel& parallel);

} // namespace tastebench
