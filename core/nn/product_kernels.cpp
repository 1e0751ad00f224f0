#include "core/nn/product_kernels.h"

#include <algorithm>

#include "core/linalg/lanes.h"
#include "core/nn/product_tiles.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t most_depth = 256; ///< a panel so deep, 32 KB, stays in the fastest cache
constexpr std::size_t few_rows = 8;     ///< do not pay for packing

/// AVX-512 only beside FMA: without it a sum of products has other digits.
bool has_avx512() {
#if defined(__x86_64__) && defined(__FMA__)
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512cd") != 0;
#else
    return false;
#endif
}

std::size_t rows_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.rows());
}
std::size_t columns_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.cols());
}
std::size_t stride_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.outerStride());
}

/// One panel: `columns` columns, at most panel_width, of w [depth x ...].
void pack_panel(const float* w, std::size_t stride, std::size_t depth, std::size_t columns, float* panel) {
    for (std::size_t k = 0; k < depth; ++k, w += stride, panel += panel_width) {
        std::copy_n(w, columns, panel);
        std::fill(panel + columns, panel + panel_width, 0.0F);
    }
}

/// One panel of w': `columns` rows of w [... x depth] become columns.
void pack_panel_transposed(const float* w, std::size_t stride, std::size_t depth, std::size_t columns, float* panel) {
    constexpr std::size_t step = lanes::count;
    const std::size_t whole = columns / step * step;
    const std::size_t deep = depth / step * step;
    for (std::size_t column = 0; column < whole; column += step)
        for (std::size_t k = 0; k < deep; k += step) {
            lanes::Floats block[step];
            for (std::size_t i = 0; i < step; ++i)
                block[i] = lanes::load(w + (column + i) * stride + k);
            lanes::transpose(block);
            for (std::size_t i = 0; i < step; ++i)
                lanes::store(panel + (k + i) * panel_width + column, block[i]);
        }
    for (std::size_t k = 0; k < depth; ++k)
        for (std::size_t column = k < deep ? whole : 0; column < panel_width; ++column)
            panel[k * panel_width + column] = column < columns ? w[column * stride + k] : 0.0F;
}

/// y = or += x w by blocks of the depth and panels of columns; panel_at(k, column, part, buffer) sets the part's panel,
/// packed into the buffer or where it lies.
template <typename PanelAt>
void multiply_blocks(const PackedProduct& p, const PanelAt& panel_at) {
    if (p.depth == 0 && !p.add)
        for (std::size_t row = 0; row < p.rows; ++row)
            std::fill_n(p.y + row * p.y_row, p.columns, 0.0F);
    alignas(64) float buffer[most_depth * panel_width];
    PackedProduct part = p;
    for (std::size_t k = 0; k < p.depth; k += most_depth) {
        part.x = p.x + k * p.x_depth;
        part.depth = std::min(most_depth, p.depth - k);
        part.add = p.add || k > 0;
        for (std::size_t column = 0; column < p.columns; column += panel_width) {
            part.columns = std::min(panel_width, p.columns - column);
            part.y = p.y + column;
            part.panels = buffer;
            part.panel_row = panel_width;
            panel_at(k, column, part, buffer);
            multiply_packed(part);
        }
    }
}

} // namespace

void multiply_packed(const PackedProduct& product) {
    static const bool wide = has_avx512();
    wide ? multiply_packed_avx512(product) : multiply_panels(product);
}

void multiply_packed_narrow(const PackedProduct& product) {
    multiply_panels(product);
}

void pack(const ConstMatrixView& w, float* panels) {
    const std::size_t depth = rows_of(w);
    for (std::size_t column = 0; column < columns_of(w); column += panel_width, panels += depth * panel_width)
        pack_panel(w.data() + column, stride_of(w), depth, std::min(panel_width, columns_of(w) - column), panels);
}

void pack_transposed(const ConstMatrixView& w, float* panels) {
    const std::size_t depth = columns_of(w);
    for (std::size_t row = 0; row < rows_of(w); row += panel_width, panels += depth * panel_width)
        pack_panel_transposed(w.data() + row * stride_of(w), stride_of(w), depth,
                              std::min(panel_width, rows_of(w) - row), panels);
}

void multiply(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add) {
    const std::size_t stride = stride_of(w);
    multiply_blocks({x.data(), stride_of(x), 1, nullptr, 0, y.data(), static_cast<std::size_t>(y.outerStride()),
                     rows_of(x), columns_of(x), columns_of(w), add},
                    [&](std::size_t k, std::size_t column, PackedProduct& part, float* buffer) {
                        const float* from = w.data() + k * stride + column;
                        if (part.rows > few_rows || part.columns < panel_width)
                            return pack_panel(from, stride, part.depth, part.columns, buffer);
                        part.panels = from;
                        part.panel_row = stride;
                    });
}

void multiply_transposed(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add) {
    const std::size_t stride = stride_of(w);
    multiply_blocks({x.data(), stride_of(x), 1, nullptr, 0, y.data(), static_cast<std::size_t>(y.outerStride()),
                     rows_of(x), columns_of(x), rows_of(w), add},
                    [&](std::size_t k, std::size_t column, const PackedProduct& part, float* buffer) {
                        pack_panel_transposed(w.data() + column * stride + k, stride, part.depth, part.columns, buffer);
                    });
}

void transposed_multiply(const ConstMatrixView& x, const ConstMatrixView& y, MatrixView w, bool add) {
    const std::size_t stride = stride_of(y);
    multiply_blocks({x.data(), 1, stride_of(x), nullptr, 0, w.data(), static_cast<std::size_t>(w.outerStride()),
                     columns_of(x), rows_of(x), columns_of(y), add},
                    [&](std::size_t k, std::size_t column, const PackedProduct& part, float* buffer) {
                        pack_panel(y.data() + k * stride + column, stride, part.depth, part.columns, buffer);
                    });
}

} // namespace tastebench::nn
