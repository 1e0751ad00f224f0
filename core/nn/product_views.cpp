#include "core/nn/product_views.h"

#include <algorithm>

#include "core/nn/products.h"

namespace tastebench::nn {

namespace {

// Of a transposed matrix at once: 32 KB, which stay in the fastest cache.
constexpr std::size_t panel_columns = 32;
constexpr std::size_t panel_depth = 256;

std::size_t rows_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.rows());
}
std::size_t columns_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.cols());
}
std::size_t stride_of(const ConstMatrixView& x) {
    return static_cast<std::size_t>(x.outerStride());
}
std::size_t stride_of(const MatrixView& x) {
    return static_cast<std::size_t>(x.outerStride());
}

} // namespace

void multiply(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add) {
    multiply({x.data(), stride_of(x), 1, w.data(), stride_of(w), y.data(), stride_of(y), rows_of(x), columns_of(x),
              columns_of(w), add});
}

void multiply_transposed(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add) {
    alignas(64) float panel[panel_depth * panel_columns];
    for (std::size_t column = 0; column < rows_of(w); column += panel_columns) {
        const std::size_t columns = std::min(panel_columns, rows_of(w) - column);
        for (std::size_t k = 0; k == 0 || k < columns_of(x); k += panel_depth) {
            const std::size_t depth = std::min(panel_depth, columns_of(x) - k);
            transpose(w.data() + column * stride_of(w) + k, stride_of(w), columns, depth, panel, panel_columns);
            multiply({x.data() + k, stride_of(x), 1, panel, panel_columns, y.data() + column, stride_of(y), rows_of(x),
                      depth, columns, add || k > 0});
        }
    }
}

void transposed_multiply(const ConstMatrixView& x, const ConstMatrixView& y, MatrixView w, bool add) {
    multiply({x.data(), 1, stride_of(x), y.data(), stride_of(y), w.data(), stride_of(w), columns_of(x), rows_of(x),
              columns_of(y), add});
}

} // namespace tastebench::nn
