// What bounds a step: for each edge one row of the neighbour is read, from the second- or third-level cache or from
// memory by the size of the table, and added. Rows ahead are fetched early.
#include <algorithm>
#include <cmath>

#include "core/models/lightgcn/lightgcn_kernels.h"

namespace tastebench {

namespace {

using Lane = float __attribute__((vector_size(32), may_alias));

const Lane* lanes(const float* row) {
    return reinterpret_cast<const Lane*>(row);
}

/// Lanes of a row whose sums stay in registers at a time.
#ifdef __AVX__
constexpr std::uint32_t part = 8;
#else
constexpr std::uint32_t part = 4;
#endif

template <std::uint32_t n>
void step_part(const GraphStep& s, std::size_t row, std::size_t column) {
    Lane sums[n] = {};
    const std::uint64_t end = s.starts[row + 1];
    for (std::uint64_t at = s.starts[row]; at < end; ++at) {
        if (at + 4 < end) {
            const float* later = s.from + std::size_t{s.neighbours[at + 4]} * s.width + column;
            for (std::uint32_t i = 0; i < n; i += 2)
                __builtin_prefetch(later + std::size_t{8} * i);
        }
        const Lane* from = lanes(s.from + std::size_t{s.neighbours[at]} * s.width + column);
        for (std::uint32_t i = 0; i < n; ++i)
            sums[i] += from[i];
    }
    const Lane* own = lanes(s.own + row * s.width + column);
    auto* to = reinterpret_cast<Lane*>(s.to + row * s.width + column);
    const float last = s.end ? s.share : s.scale[row];
    for (std::uint32_t i = 0; i < n; ++i)
        to[i] = (own[i] + s.scale[row] * sums[i]) * last;
}

} // namespace

void scale_rows(const ScaleRows& rows, std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
        const float by = rows.scale[row];
        const float* x = rows.x + row * rows.width;
        float* y = rows.y + row * rows.width;
        for (std::uint32_t i = 0; i < rows.width; ++i)
            y[i] = by * x[i];
    }
}

void step_rows(const GraphStep& step, std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
        std::uint32_t column = 0;
        for (; column + 8 * part <= step.width; column += 8 * part)
            step_part<part>(step, row, column);
        for (; column < step.width; column += 16)
            step_part<2>(step, row, column);
    }
}

double rank_pair(const PairRows& r, float weight) {
    Lane sums = {};
    const Lane* u = lanes(r.user);
    const Lane* i = lanes(r.positive);
    const Lane* j = lanes(r.negative);
    const std::uint32_t n = r.width / 8;
    for (std::uint32_t f = 0; f < n; ++f)
        sums += u[f] * (i[f] - j[f]);
    float x = 0;
    for (int f = 0; f < 8; ++f)
        x += sums[f];
    const auto margin = static_cast<double>(x);
    const double tail = std::log1p(std::exp(-std::abs(margin)));
    const auto z = static_cast<float>(-1 / (1 + std::exp(std::min(margin, 80.0)))) * weight;
    auto* du = reinterpret_cast<Lane*>(r.user_slope);
    auto* di = reinterpret_cast<Lane*>(r.positive_slope);
    auto* dj = reinterpret_cast<Lane*>(r.negative_slope);
    for (std::uint32_t f = 0; f < n; ++f) {
        du[f] += z * (i[f] - j[f]);
        di[f] += z * u[f];
        dj[f] -= z * u[f];
    }
    return margin > 0 ? tail : tail - margin;
}

double shrink_row(const float* row, float* slope, std::uint32_t width, float strength) {
    Lane sums = {};
    const Lane* e = lanes(row);
    auto* d = reinterpret_cast<Lane*>(slope);
    for (std::uint32_t f = 0; f < width / 8; ++f) {
        sums += e[f] * e[f];
        d[f] += strength * e[f];
    }
    float square = 0;
    for (int f = 0; f < 8; ++f)
        square += sums[f];
    return static_cast<double>(square);
}

} // namespace tastebench
