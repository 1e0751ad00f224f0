#include "core/nn/dense.h"

namespace tastebench::nn {

void dense_forward(const ConstMatrixView& x, const ConstMatrixView& w, const float* b, Activation f, MatrixView y) {
    y.noalias() = x * w;
    const auto width = static_cast<std::size_t>(y.cols());
    for (Eigen::Index row = 0; row < y.rows(); ++row) {
        float* values = y.data() + row * y.outerStride();
        if (b != nullptr)
            add_to(values, b, width);
        activate(f, values, width);
    }
}

void dense_backward_weights(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw, float* db) {
    dw.noalias() += x.transpose() * dz;
    if (db == nullptr)
        return;
    for (Eigen::Index row = 0; row < dz.rows(); ++row)
        add_to(db, dz.data() + row * dz.outerStride(), static_cast<std::size_t>(dz.cols()));
}

void dense_backward_input(const ConstMatrixView& dz, const ConstMatrixView& w, MatrixView dx) {
    dx.noalias() = dz * w.transpose();
}

} // namespace tastebench::nn
