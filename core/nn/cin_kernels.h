// The elementwise part of a compressed interaction layer: products of pairs of maps, and their backward pass.
#pragma once

#include <cstddef>

namespace tastebench::nn {

/// Rows of x0 [rows x fields] and of the maps x [rows x inputs] that meet them. Pairs are numbered by m of x0, then by
/// h of x: m inputs + h, or with `triangle`, where x is x0, m (m + 1) / 2 + h for h up to m.
struct CinRows {
    const float* x0;
    std::size_t fields;
    const float* x;
    std::size_t x_stride;
    std::size_t inputs;
    bool triangle;
};

/// The products of pairs [pair, pair + n) in `rows` rows of `out`, each the sum over `together` rows of the inputs.
void cin_products(const CinRows& inputs, std::size_t rows, std::size_t together, std::size_t pair, std::size_t n,
                  float* out, std::size_t stride);
/// Adds the derivatives by x0 and by x (which may be the same array), given those by the products.
void cin_products_backward(const CinRows& inputs, std::size_t rows, std::size_t together, std::size_t pair,
                           std::size_t n, const float* d_out, std::size_t stride, float* d_x0, float* d_x,
                           std::size_t d_x_stride);

/// [fields x dim] of a sample -> [dim x fields], and back, added.
void cin_rows_of_sample(const float* embeddings, std::size_t fields, std::size_t dim, float* rows);
void cin_add_to_sample(const float* rows, std::size_t fields, std::size_t dim, float* embeddings);

} // namespace tastebench::nn
