#include "core/nn/word_convolution.h"

#include <algorithm>

#include "core/nn/products.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t chunk = 128;  ///< filters whose sums are kept at hand
constexpr std::size_t summed = 128; ///< rows whose part of a gradient is summed while they are in the cache

template <typename View>
std::size_t rows(const View& m) {
    return static_cast<std::size_t>(m.rows());
}
template <typename View>
std::size_t columns(const View& m) {
    return static_cast<std::size_t>(m.cols());
}
template <typename View>
std::size_t stride(const View& m) {
    return static_cast<std::size_t>(m.outerStride());
}

inline void add(float* __restrict sum, const float* __restrict x, std::size_t n) {
    for (std::size_t f = 0; f < n; ++f)
        sum[f] += x[f];
}

/// Up to `chunk` filters of one width at one position.
struct Position {
    std::span<const TextSide> sides;
    std::size_t row_size, column, filters; ///< floats in a row of products; where the first tap's filters begin in it
    void sum(std::size_t at, std::size_t places, std::size_t n, float* out) const {
        for (std::size_t j = 0; j < places; ++j)
            for (const auto& side : sides)
                if (const auto row = side.rows[at + j]; row != TextSide::none)
                    add(out, side.products + row * row_size + column + j * filters, n);
    }
};

inline void keep_greatest(const float* __restrict sum, std::int32_t at, std::size_t n, float* __restrict best,
                          std::int32_t* __restrict where) {
    for (std::size_t f = 0; f < n; ++f) {
        const bool greater = sum[f] > best[f];
        best[f] = greater ? sum[f] : best[f];
        where[f] = greater ? at : where[f];
    }
}

inline void add_where(const float* __restrict d, const std::int32_t* __restrict where, std::int32_t at, std::size_t n,
                      float* __restrict out) {
    for (std::size_t f = 0; f < n; ++f)
        out[f] += where[f] == at ? d[f] : 0.0F;
}

std::size_t positions(std::size_t words, std::size_t width) {
    return words == 0 ? 0 : words > width ? words - width + 1 : 1;
}

} // namespace

std::size_t WordConvolutionShape::taps() const {
    std::size_t sum = 0;
    for (const auto width : widths)
        sum += width;
    return sum;
}

void row_products(const ConstMatrixView& x, const ConstMatrixView& by_input, MatrixView products) {
    multiply({x.data(), stride(x), 1, by_input.data(), stride(by_input), products.data(), stride(products), rows(x),
              columns(x), columns(by_input)});
}

void row_products_backward(const ConstMatrixView& d_products, const ConstMatrixView& weights, MatrixView dx, bool add) {
    multiply({d_products.data(), stride(d_products), 1, weights.data(), stride(weights), dx.data(), stride(dx),
              rows(d_products), columns(d_products), columns(weights), add});
}

void row_products_weights(const ConstMatrixView& d_products, const ConstMatrixView& x, std::size_t first,
                          MatrixView dw) {
    const std::size_t n = rows(x);
    if (n == 0)
        dw.setZero();
    for (std::size_t from = 0; from < n; from += summed)
        multiply({d_products.data() + from * stride(d_products) + first, 1, stride(d_products),
                  x.data() + from * stride(x), stride(x), dw.data(), stride(dw), static_cast<std::size_t>(dw.rows()),
                  std::min(summed, n - from), columns(x), from > 0});
}

void pool_text(const WordConvolutionShape& shape, std::span<const TextSide> sides, std::size_t words, const float* bias,
               float* pooled, std::int32_t* where) {
    const std::size_t filters = shape.filters;
    std::fill_n(pooled, shape.outputs(), 0.0F);
    std::fill_n(where, shape.outputs(), -1);
    float sum[chunk];
    std::size_t tap = 0;
    for (std::size_t w = 0; w < shape.widths.size(); tap += shape.widths[w++])
        for (std::size_t first = 0; first < filters; first += chunk) {
            const std::size_t n = std::min(chunk, filters - first);
            const std::size_t out = w * filters + first;
            const Position position{sides, shape.products(), tap * filters + first, filters};
            for (std::size_t at = 0; at < positions(words, shape.widths[w]); ++at) {
                std::copy_n(bias + out, n, sum);
                position.sum(at, std::min<std::size_t>(shape.widths[w], words - at), n, sum);
                keep_greatest(sum, static_cast<std::int32_t>(at), n, pooled + out, where + out);
            }
        }
}

void add_place_gradient(const WordConvolutionShape& shape, std::size_t place, const float* d_pooled,
                        const std::int32_t* where, float* d_row) {
    const std::size_t filters = shape.filters;
    std::size_t tap = 0;
    for (std::size_t w = 0; w < shape.widths.size(); tap += shape.widths[w++])
        for (std::size_t j = 0; j < std::min<std::size_t>(shape.widths[w], place + 1); ++j)
            add_where(d_pooled + w * filters, where + w * filters, static_cast<std::int32_t>(place - j), filters,
                      d_row + (tap + j) * filters);
}

} // namespace tastebench::nn
