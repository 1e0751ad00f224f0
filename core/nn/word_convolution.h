// Convolution over the words of short texts with filters of several widths, relu, and the maximum over all positions
// (Kim 2014; the KCNN of Wang, Zhang, Xie, Guo: DKN, WWW 2018, equations 6 to 8).
//
// A position has one row on each side: the word's vector on one, its entity's on another; the sides are channels. What
// a row adds to a filter of width w at its place j depends on that row alone, so it is multiplied with the weights of
// all places ("taps") once for each distinct row of a batch, however many texts it stands in; a convolution is then a
// sum of such products. Backward, only the position that won passes a gradient on.
//
// Shapes: taps = the sum of the widths; a row of products is [taps x filters], taps by width and then by place; pooled
// is [widths x filters]. Weights of a side are [taps x filters, inputs], so that a tap is one block of rows.
// A text of n words has n - w + 1 positions for width w, one where it is shorter than w, and none where it is empty:
// what lies beyond its end adds nothing, and pooled of an empty text is zero.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/nn/matrix.h"

namespace tastebench::nn {

struct WordConvolutionShape {
    std::uint32_t filters = 100;                ///< of each width
    std::vector<std::uint32_t> widths{1, 2, 3}; ///< distinct
    std::size_t taps() const;
    std::size_t products() const { return taps() * filters; }
    std::size_t outputs() const { return widths.size() * filters; }
};

/// One side of a text.
struct TextSide {
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max(); ///< adds nothing
    const float* products;                                                           ///< [rows x products()]
    const std::uint32_t* rows;                                                       ///< of each word
};

/// products = x by_input, by_input [inputs x products()] being the weights transposed.
void row_products(const ConstMatrixView& x, const ConstMatrixView& by_input, MatrixView products);
/// dx = d_products weights, or dx += that.
void row_products_backward(const ConstMatrixView& d_products, const ConstMatrixView& weights, MatrixView dx,
                           bool add = false);
/// The gradient of rows [first, first + dw.rows()) of the weights: dw = (those columns of d_products)' x.
void row_products_weights(const ConstMatrixView& d_products, const ConstMatrixView& x, std::size_t first,
                          MatrixView dw);

/// pooled[f] = max(0, the greatest sum over positions); where[f] is the first position that has it, -1 where none is
/// above 0. bias is [outputs()].
void pool_text(const WordConvolutionShape& shape, std::span<const TextSide> sides, std::size_t words, const float* bias,
               float* pooled, std::int32_t* where);
/// Adds what the word at `place` of a text passes on to the products of its row: d_row is [products()].
void add_place_gradient(const WordConvolutionShape& shape, std::size_t place, const float* d_pooled,
                        const std::int32_t* where, float* d_row);

} // namespace tastebench::nn
