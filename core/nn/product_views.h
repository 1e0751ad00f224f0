// Products of views of matrices, for layers that are not made of dense.h. One thread; see products.h, which they call,
// for their digits.
#pragma once

#include "core/nn/matrix.h"

namespace tastebench::nn {

/// y = x w, or y += x w. x [n x k], w [k x m], y [n x m].
void multiply(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add);
/// y = x w', or y += x w'. x [n x k], w [m x k], y [n x m].
void multiply_transposed(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add);
/// w = x' y, or w += x' y. x [n x k], y [n x m], w [k x m].
void transposed_multiply(const ConstMatrixView& x, const ConstMatrixView& y, MatrixView w, bool add);

} // namespace tastebench::nn
