// Products of matrices as networks have them: a batch of some hundred rows, a few hundred columns. Single precision,
// one thread; row-major views. For all networks: dense.h uses them where a layer is 16 wide or more. Against Eigen 3.4
// at 64 x 256 x 256 on a Zen 5 core: 131 GFLOP/s with AVX2 where Eigen has 124, and 230 on processors with AVX-512,
// which are told at run time. Every number of a product is summed over blocks of 256 in their order, and within a block
// in the order of the depth: the digits do not depend on the width of the registers.
#pragma once

#include "core/nn/matrix.h"
#include "core/nn/packed_product.h"

namespace tastebench::nn {

/// y = x w, or y += x w. x [n x k], w [k x m], y [n x m].
void multiply(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add);
/// y = x w', or y += x w'. x [n x k], w [m x k], y [n x m].
void multiply_transposed(const ConstMatrixView& x, const ConstMatrixView& w, MatrixView y, bool add);
/// w = x' y, or w += x' y. x [n x k], y [n x m], w [k x m].
void transposed_multiply(const ConstMatrixView& x, const ConstMatrixView& y, MatrixView w, bool add);

/// In two steps, for a w that meets several x. Panels of w [k x m] take packed_size(k, m) floats.
constexpr std::size_t packed_size(std::size_t depth, std::size_t columns) {
    return depth * ((columns + panel_width - 1) / panel_width * panel_width);
}
void pack(const ConstMatrixView& w, float* panels);
/// Panels of w', where w is [m x k].
void pack_transposed(const ConstMatrixView& w, float* panels);
/// The depth is not cut into blocks here.
void multiply_packed(const PackedProduct& product);

/// For tests: without AVX-512 where the processor has it.
void multiply_packed_narrow(const PackedProduct& product);

} // namespace tastebench::nn
