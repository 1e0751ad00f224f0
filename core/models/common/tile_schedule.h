// Conflict-free turns on a square board: rows of blocks (users) by columns of blocks (items). At any time no two
// threads work on cells of one row or one column (Gemulla et al., KDD 2011), and the order in which the cells of a
// row or a column are worked on is fixed, so that digits do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/parallel.h"
#include "core/base/progress.h"

namespace tastebench {

/// Calls work(row, column) once for each cell of a side x side board and returns the sum of what it returned, cell by
/// cell in a fixed order. `turn` shifts the columns that the rows begin with. Leaves early when progress is cancelled,
/// which advances by one a cell.
double for_each_tile(std::uint32_t side, std::uint32_t turn, const Parallel& parallel, Progress& progress,
                     const std::function<double(std::uint32_t row, std::uint32_t column)>& work);

} // namespace tastebench
