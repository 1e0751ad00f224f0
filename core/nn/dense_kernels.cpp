#include "core/nn/dense.h"
#include "core/nn/product_kernels.h"

namespace tastebench::nn {

namespace {

/// Eigen wastes less on the last, narrow layers.
bool narrow(Eigen::Index columns) {
    return columns < 16;
}

} // namespace

void dense_forward(const ConstMatrixView& x, const ConstMatrixView& w, const float* b, Activation f, MatrixView y) {
    if (narrow(y.cols()))
        y.noalias() = x * w;
    else
        multiply(x, w, y, false);
    const auto width = static_cast<std::size_t>(y.cols());
    for (Eigen::Index row = 0; row < y.rows(); ++row) {
        float* values = y.data() + row * y.outerStride();
        if (b != nullptr)
            add_to(values, b, width);
        activate(f, values, width);
    }
}

void dense_backward_weights(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw, float* db) {
    if (narrow(dw.cols()))
        dw.noalias() += x.transpose() * dz;
    else
        transposed_multiply(x, dz, dw, true);
    if (db == nullptr)
        return;
    for (Eigen::Index row = 0; row < dz.rows(); ++row)
        add_to(db, dz.data() + row * dz.outerStride(), static_cast<std::size_t>(dz.cols()));
}

void dense_backward_input(const ConstMatrixView& dz, const ConstMatrixView& w, MatrixView dx) {
    if (narrow(dx.cols()))
        dx.noalias() = dz * w.transpose();
    else
        multiply_transposed(dz, w, dx, false);
}

} // namespace tastebench::nn
