// The inner loops of neighbour search.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tastebench::kernels {

/// Sums over the columns that two rows share: 1, x, y, x y, x x, y y; the rest is padding.
struct alignas(32) Moments {
    std::array<float, 8> sum{};
    float n() const { return sum[0]; }
    float x() const { return sum[1]; }
    float y() const { return sum[2]; }
    float xy() const { return sum[3]; }
    float xx() const { return sum[4]; }
    float yy() const { return sum[5]; }
};

/// row[rows[at]] takes in (x, values[at]).
void add_moments(std::span<const std::uint32_t> rows, const float* values, float x, Moments* row);

/// out[p] = sums[p] x factor x scale[p].
void scale_sums(std::span<const std::uint32_t> sums, float factor, const float* scale, float* out);
void scale_sums(std::span<const float> sums, float factor, const float* scale, float* out);
/// out[p] = counts[p] / (mine + sizes[p] - counts[p]).
void share_of_either(std::span<const std::uint32_t> counts, float mine, const float* sizes, float* out);
/// out[p] *= counts[p] / (counts[p] + shrinkage), shrinkage > 0.
void shrink(std::span<const std::uint32_t> counts, float shrinkage, float* out);

} // namespace tastebench::kernels
