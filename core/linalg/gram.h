// The Gram matrix of the items, X'X, as a dense matrix: entry (i, j) is the sum over users of x(u, i) x(u, j).
#pragma once

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/linalg/dense_inverse.h"
#include "core/linalg/sparse_rows.h"

namespace tastebench {

enum class Triangle { lower, both };

/// X is users x items. With Triangle::lower the part above the diagonal is left zero. Integers are exact to 2^24.
/// Advances progress by the number of items; leaves early, unusable, if it is cancelled. The same digits on any number
/// of threads.
DenseSquare gram_matrix(const SparseRows& x, Triangle triangle, const Parallel& parallel, Progress& progress);

} // namespace tastebench
