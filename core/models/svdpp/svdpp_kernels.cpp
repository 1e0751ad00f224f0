#include "core/models/svdpp/svdpp_kernels.h"

#include <algorithm>

namespace tastebench {

namespace {

/// Eight floats; the compiler makes of it what the processor has.
using Lane = float __attribute__((vector_size(32), may_alias));

inline Lane* lanes(float* row) {
    return reinterpret_cast<Lane*>(row);
}
inline const Lane* lanes(const float* row) {
    return reinterpret_cast<const Lane*>(row);
}

inline void prefetch(const float* row, std::uint32_t width) {
    for (std::uint32_t i = 0; i < width; i += 16)
        __builtin_prefetch(row + i, 1);
}

inline float dot(const float* a, const float* b, std::uint32_t width) {
    const Lane* x = lanes(a);
    const Lane* y = lanes(b);
    Lane s0 = {};
    Lane s1 = {};
    for (std::uint32_t i = 0; i < width / 8; i += 2) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
    }
    const Lane s = s0 + s1;
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

/// row = keep row + step other.
inline void blend(float* row, float keep, float step, const float* other, std::uint32_t width) {
    Lane* x = lanes(row);
    const Lane* y = lanes(other);
    for (std::uint32_t i = 0; i < width / 8; ++i)
        x[i] = keep * x[i] + step * y[i];
}

constexpr std::size_t ahead = 4;

} // namespace

void add_rows(std::span<const ItemIx> items, const float* rows, float weight, const float* base, std::uint32_t width,
              float* out) {
    Lane* sum = lanes(out);
    std::fill_n(out, width, 0.0F);
    for (std::size_t at = 0; at < items.size(); ++at) {
        if (at + ahead < items.size())
            prefetch(rows + std::size_t{items[at + ahead]} * width, width);
        const Lane* y = lanes(rows + std::size_t{items[at]} * width);
        for (std::uint32_t i = 0; i < width / 8; ++i)
            sum[i] += y[i];
    }
    for (std::uint32_t i = 0; i < width / 8; ++i)
        sum[i] *= weight;
    if (base == nullptr)
        return;
    const Lane* p = lanes(base);
    for (std::uint32_t i = 0; i < width / 8; ++i)
        sum[i] += p[i];
}

double svdpp_user(std::span<const Rated> ratings, const float* items, const float* item_bias, const SvdppStep& step,
                  float* p, float* bias, SvdppFound& found, float* errors, float* moves) {
    const std::uint32_t width = step.width;
    const float keep = 1.0F - step.rate * step.regularization;
    Lane* v = lanes(found.v);
    Lane* h = lanes(found.h);
    std::fill_n(found.h, width, 0.0F);
    float b = *bias;
    double kept = 1;
    double squared = 0;
    for (std::size_t at = 0; at < ratings.size(); ++at) {
        if (at + ahead < ratings.size())
            prefetch(items + std::size_t{ratings[at + ahead].item} * width, width);
        const auto [item, value] = ratings[at];
        const Lane* q = lanes(items + std::size_t{item} * width);
        const float error =
            value - (step.mean + b + item_bias[item] + dot(found.v, items + std::size_t{item} * width, width));
        squared += static_cast<double>(error) * static_cast<double>(error);
        b += step.bias_rate * (error - step.bias_regularization * b);
        errors[at] = error;
        const float s = step.rate * error;
        Lane* move = lanes(moves + at * width);
        for (std::uint32_t i = 0; i < width / 8; ++i) {
            const Lane by = s * q[i];
            move[i] = s * v[i];
            v[i] = keep * v[i] + (by + by);
            h[i] = keep * h[i] + by;
        }
        kept *= static_cast<double>(keep);
    }
    *bias = b;
    found.keep = static_cast<float>(kept);
    blend(p, found.keep, 1.0F, found.h, width);
    return squared;
}

void svdpp_items(std::span<const Touch> rated, std::span<const Touch> had, std::span<const SvdppFound> found,
                 const float* errors, const float* moves, const SvdppStep& step, float* items, float* item_bias,
                 float* implicit) {
    const std::uint32_t width = step.width;
    const float keep = 1.0F - step.rate * step.regularization;
    for (std::size_t at = 0; at < rated.size(); ++at) {
        if (at + ahead < rated.size())
            prefetch(items + std::size_t{rated[at + ahead].item} * width, width);
        const auto [item, slot] = rated[at];
        blend(items + std::size_t{item} * width, keep, 1.0F, moves + std::size_t{slot} * width, width);
        item_bias[item] += step.bias_rate * (errors[slot] - step.bias_regularization * item_bias[item]);
    }
    for (std::size_t at = 0; at < had.size(); ++at) {
        if (at + ahead < had.size())
            prefetch(implicit + std::size_t{had[at + ahead].item} * width, width);
        const auto [item, slot] = had[at];
        const auto& one = found[slot];
        blend(implicit + std::size_t{item} * width, one.keep, one.weight, one.h, width);
    }
}

} // namespace tastebench
