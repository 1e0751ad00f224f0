// What the product kernels are made of, for product_*kernels.cpp only: each has its own copy, as wide as the registers
// that its options allow.
#pragma once

#include <cstddef>

#include "core/nn/packed_product.h"

namespace tastebench::nn {

namespace {

// A tile of so many rows and two vectors of columns fills the registers.
#if defined(__AVX512F__)
constexpr std::size_t vector_width = 16;
constexpr std::size_t tile_rows = 8;
#elif defined(__AVX__)
constexpr std::size_t vector_width = 8;
constexpr std::size_t tile_rows = 6;
#else
constexpr std::size_t vector_width = 4;
constexpr std::size_t tile_rows = 6;
#endif
using Floats = float __attribute__((vector_size(vector_width * sizeof(float))));
using Loose = float __attribute__((vector_size(vector_width * sizeof(float)), aligned(4), may_alias));

/// R rows of V vectors of columns. Every number is the sum over k in the order of k, whatever the width of the
/// registers.
template <std::size_t R, std::size_t V>
void tile(const PackedProduct& p, const float* x, const float* panel, float* y, std::size_t columns) {
    Floats sums[R][V] = {};
    for (std::size_t k = 0; k < p.depth; ++k, panel += p.panel_row, x += p.x_depth)
        for (std::size_t r = 0; r < R; ++r)
            for (std::size_t v = 0; v < V; ++v)
                sums[r][v] += x[r * p.x_row] * *reinterpret_cast<const Loose*>(panel + v * vector_width);
    for (std::size_t r = 0; r < R; ++r, y += p.y_row) {
        if (columns >= V * vector_width) {
            for (std::size_t v = 0; v < V; ++v) {
                auto* to = reinterpret_cast<Loose*>(y + v * vector_width);
                *to = p.add ? *to + sums[r][v] : sums[r][v];
            }
            continue;
        }
        float row[V * vector_width];
        for (std::size_t v = 0; v < V; ++v)
            *reinterpret_cast<Loose*>(row + v * vector_width) = sums[r][v];
        for (std::size_t i = 0; i < columns; ++i)
            y[i] = p.add ? y[i] + row[i] : row[i];
    }
}

template <std::size_t R, std::size_t V>
void rows_of_tiles(const PackedProduct& p, std::size_t row, const float* panel, float* y, std::size_t columns) {
    for (; row + R <= p.rows; row += R)
        tile<R, V>(p, p.x + row * p.x_row, panel, y + row * p.y_row, columns);
    if constexpr (R > 1)
        rows_of_tiles<R / 2, V>(p, row, panel, y, columns);
}

inline void multiply_panels(const PackedProduct& p) {
    for (std::size_t first = 0; first < p.columns; first += 2 * vector_width) {
        const float* panel = p.panels + first / panel_width * panel_width * p.depth + first % panel_width;
        const std::size_t columns = p.columns - first;
        if (columns > vector_width)
            rows_of_tiles<tile_rows, 2>(p, 0, panel, p.y + first, columns);
        else
            rows_of_tiles<2 * tile_rows, 1>(p, 0, panel, p.y + first, columns);
    }
}

} // namespace

} // namespace tastebench::nn
