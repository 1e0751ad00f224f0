// Fully connected layers of a few dozen units, where a general matrix product spends more on its setup than on its
// work. Samples are rows; all widths are multiples of `small_lanes`, the rest being zeros, which stay zeros: units that
// are not there have no weights on either side. Sums run in the order of units, or of samples for gradients, whatever
// the number of samples in a call, so that a sample has the same digits alone and among others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tastebench::nn {

constexpr std::uint32_t small_lanes = 8;

constexpr std::uint32_t small_width(std::uint32_t units) {
    return (units + small_lanes - 1) / small_lanes * small_lanes;
}

struct SmallDense {
    std::uint32_t inputs, outputs;
};

/// y = x W + b, and max(y, 0) with `relu`. x [n x inputs], W [inputs x outputs], b [outputs], y [n x outputs].
void small_forward(const SmallDense& layer, std::size_t n, const float* x, const float* weights, const float* bias,
                   bool relu, float* y);
/// dx = dy W', with W' [outputs x inputs]; where a gate [n x inputs] is given, 0 where it is not above 0.
void small_backward(const SmallDense& layer, std::size_t n, const float* dy, const float* transposed, const float* gate,
                    float* dx);
/// Adds the batch's gradients: dW += x' dy, db += the sum of dy.
void small_gradient(const SmallDense& layer, std::size_t n, const float* x, const float* dy, float* d_weights,
                    float* d_bias);
/// W' of W.
void small_transpose(const SmallDense& layer, const float* weights, float* transposed);

} // namespace tastebench::nn
