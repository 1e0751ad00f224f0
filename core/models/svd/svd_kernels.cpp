#include "core/models/svd/svd_kernels.h"

#include <algorithm>

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

/// The user's row moves by all n items' old values, theirs by the user's old value.
template <std::uint32_t n>
inline void move(float* user, float* const* items, const float* steps, std::uint32_t width, float keep_user,
                 float keep_item) {
    auto* x = reinterpret_cast<Lane*>(user);
    for (std::uint32_t i = 0; i < width / 8; ++i) {
        const Lane old = x[i];
        Lane moved = keep_user * old;
        for (std::uint32_t k = 0; k < n; ++k) {
            auto* y = reinterpret_cast<Lane*>(items[k]);
            const Lane mine = y[i];
            moved += steps[k] * mine;
            y[i] = keep_item * mine + steps[k] * old;
        }
        x[i] = moved;
    }
}

inline void prefetch(const float* row, std::uint32_t width) {
    for (std::uint32_t i = 0; i < width; i += 16)
        __builtin_prefetch(row + i, 1);
}

/// One step on n ratings of one user.
template <std::uint32_t n>
inline double together(const Rating* ratings, const SgdStep& s, std::uint32_t width) {
    float* p = s.users.factors + std::size_t{ratings[0].user} * width;
    float& bu = s.users.bias[s.users.slots[ratings[0].user]];
    float* q[n];
    float steps[n];
    float sum = 0;
    double squared = 0;
    for (std::uint32_t k = 0; k < n; ++k)
        q[k] = s.items.factors + std::size_t{ratings[k].item} * width;
    for (std::uint32_t k = 0; k < n; ++k) {
        float& bi = s.items.bias[s.items.slots[ratings[k].item]];
        const float error = ratings[k].value - (s.mean + bu + bi + dot(p, q[k], width));
        squared += static_cast<double>(error) * static_cast<double>(error);
        bi += s.bias_rate * (error - s.bias_regularization * bi);
        sum += error;
        steps[k] = s.rate * error;
    }
    bu += s.bias_rate * (sum - static_cast<float>(n) * s.bias_regularization * bu);
    const float pull = s.rate * s.regularization;
    move<n>(p, q, steps, width, 1.0F - static_cast<float>(n) * pull, 1.0F - pull);
    return squared;
}

/// With the width known to the compiler where it is a common one.
template <std::uint32_t fixed>
double pass(std::span<const Rating> ratings, const SgdStep& s) {
    const std::uint32_t width = fixed > 0 ? fixed : s.width;
    constexpr std::size_t ahead = 6;
    double squared = 0;
    for (std::size_t at = 0; at < ratings.size();) {
        std::size_t n = 1;
        while (n < RatingTiles::together && at + n < ratings.size() && ratings[at + n].user == ratings[at].user)
            ++n;
        for (std::size_t next = at + ahead; next < std::min(at + ahead + n, ratings.size()); ++next) {
            prefetch(s.items.factors + std::size_t{ratings[next].item} * width, width);
            if (ratings[next].user != ratings[next - 1].user)
                prefetch(s.users.factors + std::size_t{ratings[next].user} * width, width);
        }
        const Rating* first = ratings.data() + at;
        squared += n == 4   ? together<4>(first, s, width)
                   : n == 3 ? together<3>(first, s, width)
                   : n == 2 ? together<2>(first, s, width)
                            : together<1>(first, s, width);
        at += n;
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
