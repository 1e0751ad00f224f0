// The fully connected layer y = f(x W + b) and its backward pass, on views, so that callers may cut any dimension into
// blocks for several threads. Shapes: x [n x in], W [in x out], b [out], y and dy [n x out].
#pragma once

#include "core/nn/kernels.h"
#include "core/nn/matrix.h"

namespace tastebench::nn {

/// y = f(x W + b); b may be null.
void dense_forward(const ConstMatrixView& x, const ConstMatrixView& w, const float* b, Activation f, MatrixView y);
/// dW += x' dz and db += the sum of the rows of dz, where dz = dy * f'(y) (see activate_backward); db may be null.
void dense_backward_weights(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw, float* db);
/// dW = x' dz
void dense_gradient(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw);
/// dx = dz W'
void dense_backward_input(const ConstMatrixView& dz, const ConstMatrixView& w, MatrixView dx);
/// The same, given W' [out x in].
void dense_backward_input_by_transposed(const ConstMatrixView& dz, const ConstMatrixView& transposed, MatrixView dx);

} // namespace tastebench::nn
