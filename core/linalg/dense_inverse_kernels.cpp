#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "core/linalg/dense_inverse.h"

namespace tastebench {

namespace {

/// Rows and columns of a block: two of them and a strip of the result stay in the second-level cache.
constexpr std::uint32_t side = 192;

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Block = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

/// The matrix as blocks; block k has the rows (or columns) [first(k), first(k + 1)).
class Blocks {
  public:
    explicit Blocks(DenseSquare& matrix) : matrix_(matrix) {}
    std::uint32_t count() const { return (matrix_.n + side - 1) / side; }
    std::uint32_t first(std::uint32_t k) const { return std::min(matrix_.n, k * side); }
    std::uint32_t size(std::uint32_t k) const { return first(k + 1) - first(k); }
    /// Block rows [r0, r1), block columns [c0, c1).
    Block part(std::uint32_t r0, std::uint32_t r1, std::uint32_t c0, std::uint32_t c1) const {
        return {matrix_.row(first(r0)) + first(c0), static_cast<Eigen::Index>(first(r1) - first(r0)),
                static_cast<Eigen::Index>(first(c1) - first(c0)),
                Eigen::OuterStride<>(static_cast<Eigen::Index>(matrix_.stride))};
    }
    Block at(std::uint32_t r, std::uint32_t c) const { return part(r, r + 1, c, c + 1); }

  private:
    DenseSquare& matrix_;
};

/// Calls body(k) for k in [first, last), greatest first: rows near the end have most to do.
template <typename Body>
void for_rows(std::uint32_t first, std::uint32_t last, const Parallel& parallel, const Progress& progress,
              const Body& body) {
    if (first >= last)
        return;
    parallel.for_blocks(last - first, 1, [&](std::size_t at, std::size_t) {
        if (!progress.cancelled())
            body(last - 1 - static_cast<std::uint32_t>(at));
    });
}

/// The lower triangle becomes L; the diagonal blocks keep their upper parts.
bool factorise(const Blocks& a, const Parallel& parallel, Progress& progress) {
    for (std::uint32_t k = 0; k < a.count() && !progress.cancelled(); ++k) {
        auto corner = a.at(k, k);
        const Eigen::LLT<Eigen::Ref<Block::PlainObject, 0, Eigen::OuterStride<>>> factor(corner);
        // A pivot that is not a number passes for positive.
        if (factor.info() != Eigen::Success || !corner.diagonal().allFinite())
            return false;
        for_rows(k + 1, a.count(), parallel, progress, [&](std::uint32_t i) {
            auto strip = a.at(i, k);
            corner.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(strip);
        });
        for_rows(k + 1, a.count(), parallel, progress, [&](std::uint32_t i) {
            a.part(i, i + 1, k + 1, i + 1).noalias() -= a.at(i, k) * a.part(k + 1, i + 1, k, k + 1).transpose();
        });
        progress.advance(a.count() - k);
    }
    return true;
}

/// L becomes L^-1; the diagonal blocks get zeros above the diagonal.
void invert_factor(const Blocks& a, const Parallel& parallel, Progress& progress) {
    Matrix old;
    for (std::uint32_t k = a.count(); k-- > 0 && !progress.cancelled();) {
        auto corner = a.at(k, k);
        Matrix inverse = Matrix::Identity(corner.rows(), corner.cols());
        corner.triangularView<Eigen::Lower>().solveInPlace(inverse);
        corner = inverse;
        if (k + 1 < a.count()) {
            old = a.part(k + 1, a.count(), k, k + 1);
            for_rows(k + 1, a.count(), parallel, progress, [&](std::uint32_t i) {
                const auto rows = static_cast<Eigen::Index>(a.first(i + 1) - a.first(k + 1));
                const Matrix left = a.part(i, i + 1, k + 1, i + 1) * old.topRows(rows);
                a.at(i, k).noalias() = -left * inverse;
            });
        }
        progress.advance(a.count() - k);
    }
}

/// L^-1 = W becomes W' W, the inverse of the matrix. Row i of blocks needs the rows of W from i on only.
void multiply_factor(const Blocks& a, const Parallel& parallel, Progress& progress) {
    Matrix row;
    for (std::uint32_t i = 0; i < a.count() && !progress.cancelled(); ++i) {
        row.resize(a.size(i), a.first(i + 1));
        const auto left = a.part(i, a.count(), i, i + 1);
        for_rows(0, i + 1, parallel, progress, [&](std::uint32_t j) {
            row.middleCols(a.first(j), a.size(j)).noalias() = left.transpose() * a.part(i, a.count(), j, j + 1);
        });
        a.part(i, i + 1, 0, i + 1) = row;
        progress.advance(a.count() - i);
    }
}

} // namespace

std::uint64_t inversion_steps(std::uint32_t n) {
    const std::uint64_t count = (std::uint64_t{n} + side - 1) / side;
    return 3 * count * (count + 1) / 2;
}

Inversion invert_positive(DenseSquare& matrix, const Parallel& parallel, Progress& progress) {
    const Blocks blocks(matrix);
    const bool positive = factorise(blocks, parallel, progress);
    if (positive) {
        invert_factor(blocks, parallel, progress);
        multiply_factor(blocks, parallel, progress);
    }
    if (progress.cancelled())
        return Inversion::cancelled;
    return positive ? Inversion::done : Inversion::not_positive;
}

} // namespace tastebench
