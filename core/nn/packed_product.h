// The product that the kernels compute: plain numbers, so that files compiled for other processors share no code.
#pragma once

#include <cstddef>

namespace tastebench::nn {

inline constexpr std::size_t panel_width = 32; ///< columns of w that are packed, and multiplied, together

/// y [rows x columns] = x [rows x depth] w, or += where `add`. w comes as panels of panel_width columns, each
/// [depth x panel_width], the last filled up with zeros.
struct PackedProduct {
    const float* x;
    std::size_t x_row, x_depth; ///< x(r, k) is x[r x_row + k x_depth]: a matrix as it is, or transposed
    const float* panels;
    std::size_t panel_row; ///< from one row of a panel to the next: panel_width, unless one panel is left as it lay
    float* y;
    std::size_t y_row; ///< from one row of y to the next
    std::size_t rows, depth, columns;
    bool add;
};

/// With the registers of AVX-512; the digits are those of AVX2. Only where the processor has them.
void multiply_packed_avx512(const PackedProduct& product);

} // namespace tastebench::nn
