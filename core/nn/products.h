// Products of matrices of the size that networks have: a slice of a batch by a layer of weights. Register tiles
// straight from row-major memory, nothing packed but the last few columns. Every element is summed in the order of k,
// each term with one fused multiply-add where the processor has it, so its digits depend neither on its place in the
// matrix nor on how wide the registers are: with AVX-512 the tiles are twice as wide, and the digits those of AVX2.
#pragma once

#include <cstddef>

namespace tastebench::nn {

/// c = a b, or c += a b. Shapes: a [n x k], b [k x m], c [n x m]. Rows of b and c are ldb and ldc floats apart;
/// a(i, p) is at a + i a_row + p a_column, one of which is 1.
struct Product {
    const float* a;
    std::size_t a_row, a_column;
    const float* b;
    std::size_t ldb;
    float* c;
    std::size_t ldc;
    std::size_t n, k, m;
    bool add = false;
    const float* bias = nullptr; ///< [m], added at the end
    bool relu = false;           ///< at the very end; a NaN stays one
};
void multiply(const Product& product);

/// to [columns x rows] = from' [rows x columns], rows of the two `lda` and `ldb` floats apart.
void transpose(const float* from, std::size_t lda, std::size_t rows, std::size_t columns, float* to, std::size_t ldb);

/// The same products with registers as wide as the library was compiled for, and with twice as wide ones.
void multiply_narrow(const Product& product);
void multiply_wide(const Product& product);
/// Whether this processor and this variant of the library have the wide ones.
bool has_wide_products();

} // namespace tastebench::nn
