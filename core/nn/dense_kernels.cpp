#include "core/nn/dense.h"

#include "core/nn/products.h"

namespace tastebench::nn {

namespace {

std::size_t rows(const ConstMatrixView& m) {
    return static_cast<std::size_t>(m.rows());
}
std::size_t columns(const ConstMatrixView& m) {
    return static_cast<std::size_t>(m.cols());
}
std::size_t stride(const ConstMatrixView& m) {
    return static_cast<std::size_t>(m.outerStride());
}
std::size_t stride(const MatrixView& m) {
    return static_cast<std::size_t>(m.outerStride());
}

} // namespace

void dense_forward(const ConstMatrixView& x, const ConstMatrixView& w, const float* b, Activation f, MatrixView y) {
    multiply({x.data(), stride(x), 1, w.data(), stride(w), y.data(), stride(y), rows(x), columns(x), columns(w), false,
              b, f == Activation::relu});
    if (f == Activation::relu || f == Activation::identity)
        return;
    for (Eigen::Index row = 0; row < y.rows(); ++row)
        activate(f, y.data() + row * y.outerStride(), columns(w));
}

void dense_gradient(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw) {
    multiply({x.data(), 1, stride(x), dz.data(), stride(dz), dw.data(), stride(dw), columns(x), rows(x), columns(dz)});
}

void dense_backward_weights(const ConstMatrixView& x, const ConstMatrixView& dz, MatrixView dw, float* db) {
    multiply(
        {x.data(), 1, stride(x), dz.data(), stride(dz), dw.data(), stride(dw), columns(x), rows(x), columns(dz), true});
    if (db == nullptr)
        return;
    for (Eigen::Index row = 0; row < dz.rows(); ++row)
        add_to(db, dz.data() + row * dz.outerStride(), static_cast<std::size_t>(dz.cols()));
}

void dense_backward_input(const ConstMatrixView& dz, const ConstMatrixView& w, MatrixView dx) {
    dx.noalias() = dz * w.transpose();
}

void dense_backward_input_by_transposed(const ConstMatrixView& dz, const ConstMatrixView& transposed, MatrixView dx) {
    multiply({dz.data(), stride(dz), 1, transposed.data(), stride(transposed), dx.data(), stride(dx), rows(dz),
              columns(dz), columns(transposed)});
}

} // namespace tastebench::nn
