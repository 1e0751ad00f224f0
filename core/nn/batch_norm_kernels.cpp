#include <Eigen/Core>

#include "core/nn/batch_norm.h"
#include "core/nn/matrix.h"

namespace tastebench::nn {

namespace {

using Row = Eigen::Map<Eigen::Array<float, 1, Eigen::Dynamic>>;
using ConstRow = Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>>;
using OwnRow = Eigen::Array<float, 1, Eigen::Dynamic>;

ConstRow row(const float* data, std::size_t width) {
    return {data, static_cast<Eigen::Index>(width)};
}

} // namespace

void column_moments(const float* x, std::size_t n, std::size_t width, float* mean, float* variance) {
    const auto a = view(x, n, width).array();
    Row m(mean, static_cast<Eigen::Index>(width));
    m = a.colwise().mean();
    Row(variance, static_cast<Eigen::Index>(width)) = (a.rowwise() - m).square().colwise().mean();
}

void batch_norm_forward(float* x, float* normed, std::size_t n, std::size_t width, const float* mean,
                        const float* variance, const float* scale, const float* shift) {
    const OwnRow inverse = (row(variance, width) + batch_norm_epsilon).rsqrt();
    auto values = view(x, n, width).array();
    auto unit = view(normed, n, width).array();
    unit = (values.rowwise() - row(mean, width)).rowwise() * inverse;
    values = (unit.rowwise() * row(scale, width)).rowwise() + row(shift, width);
}

void batch_norm_sums(const float* dy, const float* normed, std::size_t n, std::size_t width, float* d_scale,
                     float* d_shift) {
    const auto d = view(dy, n, width).array();
    Row(d_scale, static_cast<Eigen::Index>(width)) = (d * view(normed, n, width).array()).colwise().sum();
    Row(d_shift, static_cast<Eigen::Index>(width)) = d.colwise().sum();
}

void batch_norm_backward(float* dy, const float* normed, std::size_t n, std::size_t width, const float* variance,
                         const float* scale) {
    const OwnRow factor = row(scale, width) * (row(variance, width) + batch_norm_epsilon).rsqrt();
    auto d = view(dy, n, width).array();
    const auto unit = view(normed, n, width).array();
    const OwnRow mean = d.colwise().mean();
    const OwnRow along = (d * unit).colwise().mean();
    d = ((d - unit.rowwise() * along).rowwise() - mean).rowwise() * factor;
}

} // namespace tastebench::nn
