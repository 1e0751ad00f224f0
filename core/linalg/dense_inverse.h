// The inverse of a large symmetric positive definite matrix in single precision, in place and in parallel: a
// right-looking Cholesky factorisation G = L L', then L^-1, then L^-T L^-1, all by blocks (as LAPACK's potrf, trtri and
// lauum; Golub, Van Loan: Matrix Computations, section 4.2). n^3 multiplications and additions, each block a matrix
// product. The same digits on any number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/large_pages.h"
#include "core/base/parallel.h"
#include "core/base/progress.h"

namespace tastebench {

/// A square matrix, row-major; rows are `stride` floats apart, a multiple of 16, and aligned to 64 bytes. The padding
/// is zero.
struct DenseSquare {
    std::uint32_t n = 0;
    std::size_t stride = 0;
    std::vector<float, LargePageAllocator<float>> values;

    static std::size_t stride_of(std::uint32_t n) { return (std::size_t{n} + 15) / 16 * 16; }
    /// All zeros.
    void resize(std::uint32_t size) {
        n = size;
        stride = stride_of(n);
        values.assign(std::size_t{n} * stride, 0.0F);
    }
    /// The same bit by bit, since large ones take a while to be made; false, with no use, if progress is cancelled.
    bool resize(std::uint32_t size, const Progress& progress) {
        constexpr std::size_t bit = std::size_t{1} << 20U;
        n = size;
        stride = stride_of(n);
        const std::size_t all = std::size_t{n} * stride;
        values.clear();
        values.reserve(all);
        while (values.size() < all && !progress.cancelled())
            values.resize(std::min(all, values.size() + bit), 0.0F);
        return values.size() == all;
    }
    float* row(std::uint32_t i) { return values.data() + i * stride; }
    const float* row(std::uint32_t i) const { return values.data() + i * stride; }
};

enum class Inversion { done, not_positive, cancelled };

/// Reads and overwrites the lower triangle, diagonal included; the upper one is undefined after. not_positive: the
/// matrix is, in single precision, not positive definite; its values are lost. Advances progress by
/// inversion_steps(n).
Inversion invert_positive(DenseSquare& matrix, const Parallel& parallel, Progress& progress);
std::uint64_t inversion_steps(std::uint32_t n);

} // namespace tastebench
