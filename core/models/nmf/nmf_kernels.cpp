#include "core/models/nmf/nmf_kernels.h"

#include <algorithm>

namespace tastebench {

namespace {

/// Eight floats; the compiler makes of it what the processor has.
using Lane = float __attribute__((vector_size(32), may_alias));

inline float dot(const Lane* x, const Lane* y, std::uint32_t width) {
    Lane s0 = {};
    Lane s1 = {};
    for (std::uint32_t i = 0; i < width / 8; i += 2) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
    }
    const Lane s = s0 + s1;
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

} // namespace

double nmf_row(std::span<const std::uint32_t> others, std::span<const float> ratings, const float* other_rows,
               const float* other_bias, const NmfStep& step, const float* own, float* own_bias, float* sums,
               float* out) {
    // Smaller than this a factor is as good as zero; numbers near the least a float holds would only be slow.
    constexpr float least = 1e-30F;
    constexpr std::size_t ahead = 4;
    const std::uint32_t width = step.width;
    const auto* mine = reinterpret_cast<const Lane*>(own);
    auto* above = reinterpret_cast<Lane*>(sums);
    auto* below = reinterpret_cast<Lane*>(sums + width);
    std::fill_n(sums, 2 * std::size_t{width}, 0.0F);
    float bias = *own_bias;
    double squared = 0;
    for (std::size_t at = 0; at < others.size(); ++at) {
        if (at + ahead < others.size())
            __builtin_prefetch(other_rows + std::size_t{others[at + ahead]} * width);
        const auto* other = reinterpret_cast<const Lane*>(other_rows + std::size_t{others[at]} * width);
        const float predicted = step.mean + bias + other_bias[others[at]] + dot(mine, other, width);
        const float error = ratings[at] - predicted;
        squared += static_cast<double>(error) * static_cast<double>(error);
        bias += step.bias_rate * (error - step.bias_regularization * bias);
        for (std::uint32_t i = 0; i < width / 8; ++i) {
            above[i] += ratings[at] * other[i];
            below[i] += predicted * other[i];
        }
    }
    *own_bias = bias;
    const float penalty = static_cast<float>(others.size()) * step.regularization;
    for (std::uint32_t i = 0; i < width; ++i) {
        // Biases can push predictions below zero; a factor whose divisor is then no positive number stays.
        const float divisor = sums[width + i] + penalty * own[i];
        const float next = divisor > least ? own[i] * (sums[i] / divisor) : own[i];
        out[i] = next < least ? 0.0F : next;
    }
    return squared;
}

} // namespace tastebench
