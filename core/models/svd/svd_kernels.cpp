#include "core/models/svd/svd_kernels.h"

namespace tastebench {

namespace {

/// Eight floats; the compiler makes of it what the processor has. Rows are aligned to it.
using Lane = float __attribute__((vector_size(32), may_alias));

inline float dot(const float* a, const float* b, std::uint32_t width) {
    const auto* x = reinterpret_cast<const Lane*>(a);
    const auto* y = reinterpret_cast<const Lane*>(b);
    const std::uint32_t n = width / 8;
    // Four sums, since one would wait for itself.
    Lane s0 = x[0] * y[0];
    Lane s1 = x[1] * y[1];
    Lane s2 = {};
    Lane s3 = {};
    std::uint32_t i = 2;
    for (; i + 4 <= n; i += 4) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
        s2 += x[i + 2] * y[i + 2];
        s3 += x[i + 3] * y[i + 3];
    }
    if (i < n) {
        s2 += x[i] * y[i];
        s3 += x[i + 1] * y[i + 1];
    }
    const Lane s = (s0 + s1) + (s2 + s3);
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

/// Both rows move by each other's old value.
inline void move(float* a, float* b, std::uint32_t width, float keep, float step) {
    auto* x = reinterpret_cast<Lane*>(a);
    auto* y = reinterpret_cast<Lane*>(b);
    for (std::uint32_t i = 0; i < width / 8; ++i) {
        const Lane old = x[i];
        x[i] = keep * old + step * y[i];
        y[i] = keep * y[i] + step * old;
    }
}

inline void prefetch(const float* row, std::uint32_t width) {
    for (std::uint32_t i = 0; i < width; i += 16)
        __builtin_prefetch(row + i, 1);
}

/// With the width known to the compiler where it is a common one.
template <std::uint32_t fixed>
double pass(std::span<const Rating> ratings, const SgdStep& s) {
    const std::uint32_t width = fixed > 0 ? fixed : s.width;
    const float keep = 1.0F - s.rate * s.regularization;
    constexpr std::size_t ahead = 2;
    double squared = 0;
    for (std::size_t at = 0; at < ratings.size(); ++at) {
        const Rating& rating = ratings[at];
        if (at + ahead < ratings.size())
            prefetch(s.items.factors + std::size_t{ratings[at + ahead].item} * width, width);
        float* p = s.users.factors + std::size_t{rating.user} * width;
        float* q = s.items.factors + std::size_t{rating.item} * width;
        float& bu = s.users.bias[rating.user];
        float& bi = s.items.bias[rating.item];
        const float error = rating.value - (s.mean + bu + bi + dot(p, q, width));
        squared += static_cast<double>(error) * static_cast<double>(error);
        bu += s.bias_rate * (error - s.bias_regularization * bu);
        bi += s.bias_rate * (error - s.bias_regularization * bi);
        move(p, q, width, keep, s.rate * error);
    }
    return squared;
}

} // namespace

double sgd_pass(std::span<const Rating> ratings, const SgdStep& step) {
    switch (step.width) {
    case 16:
        return pass<16>(ratings, step);
    case 32:
        return pass<32>(ratings, step);
    case 64:
        return pass<64>(ratings, step);
    case 112:
        return pass<112>(ratings, step);
    case 128:
        return pass<128>(ratings, step);
    case 160:
        return pass<160>(ratings, step);
    default:
        return pass<0>(ratings, step);
    }
}

} // namespace tastebench
