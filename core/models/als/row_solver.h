// One half step of alternating least squares: with one side's factors fixed, each row of the other side has a small
// quadratic problem of its own, so the digits are the same on any number of threads. Entry k of a row has value v_k
// and the fixed factors q_k; the row's x minimises
//   sum_k (w_k (q_k . x)^2 - 2 b_k (q_k . x)) + unobserved * sum over all fixed rows (q . x)^2 + lambda |x|^2
// with w = w_scale v + w_shift and b = b_scale v + b_shift. Explicit ratings: w = 1, b = v, unobserved = 0.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/linalg/sparse_rows.h"
#include "core/models/common/factor_model.h"

namespace tastebench::als {

using Floats = std::vector<float, Eigen::aligned_allocator<float>>;

enum class Solver {
    cholesky,           ///< exact
    conjugate_gradient, ///< some steps from the last x (Takacs, Pilaszy, Tikk: RecSys 2011)
    blocks,             ///< exact in blocks of factors, one after another (iALS++: Rendle, Krichene, Zhang, Koren 2021)
    nonnegative,        ///< exact with x >= 0, by coordinate descent
};

struct Method {
    Solver solver = Solver::cholesky;
    std::uint32_t steps = 3;  ///< conjugate gradient
    std::uint32_t block = 64; ///< blocks: factors in one; rounded up to a multiple of 16
};

struct Objective {
    double regularization = 0;
    double exponent = 0; ///< lambda = regularization * (entries + unobserved * fixed rows)^exponent
    float unobserved = 0;
    float w_scale = 0, w_shift = 1;
    float b_scale = 1, b_shift = 0;

    float lambda(std::size_t entries, std::uint32_t others) const;
};

/// The fixed side.
struct Fixed {
    const FactorTable& factors;
    std::span<const float> gramian; ///< unobserved * Q'Q, width x width and whole; empty where unobserved is 0
    std::uint32_t others = 0;       ///< rows of it that are in training
};

/// Of the minimised expression at x; the penalty lambda |x|^2 is part of the value.
struct Value {
    double value = 0, penalty = 0;
    Value& operator+=(const Value& other) {
        value += other.value;
        penalty += other.penalty;
        return *this;
    }
};

/// Solves one row after another; holds the scratch memory, so one for each thread.
class RowSolver {
  public:
    RowSolver(const Objective& objective, const Method& method) : objective_(objective), method_(method) {}
    /// x has the fixed side's width: the start, where the method has use for one, and the result. Leaves early and
    /// with no meaning when progress is cancelled.
    Value solve(const Fixed& fixed, std::span<const std::uint32_t> columns, std::span<const float> values, float* x,
                const Progress& progress);

  private:
    void build_system(const Fixed& fixed, std::span<const std::uint32_t> columns, const Progress& progress);
    bool take_roots(const float* w, std::size_t n);
    double solve_by_gradient(const Fixed& fixed, std::span<const std::uint32_t> columns, float* x,
                             const Progress& progress);
    /// From x, where the expression has `value`, while the squared residual exceeds `least`.
    double gradient_steps(float* x, double value, double least, const Fixed& fixed, bool dense);
    double solve_by_blocks(const Fixed& fixed, std::span<const std::uint32_t> columns, float* x,
                           const Progress& progress);
    void solve_block(const Fixed& fixed, std::uint32_t first, std::uint32_t size, float* x);
    void apply(const Fixed& fixed, bool dense, const float* x, float* out);

    Objective objective_;
    Method method_;
    float lambda_ = 0;
    std::size_t n_ = 0; ///< entries of the row
    Floats w_, b_, t_, root_, change_, rows_, left_, system_, scratch_, residual_, direction_, image_;
};

/// Lends solvers to threads.
class SolverPool {
  public:
    SolverPool(const Objective& objective, const Method& method) : objective_(objective), method_(method) {}
    std::unique_ptr<RowSolver> take();
    void give_back(std::unique_ptr<RowSolver> solver);
    const Objective& objective() const { return objective_; }

  private:
    Objective objective_;
    Method method_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<RowSolver>> free_;
};

constexpr std::size_t side_block = 16; ///< rows; progress advances by one for each
std::uint64_t side_blocks(std::uint32_t rows);

/// scale * factors' factors, whole, padded to the width; the same on any number of threads.
Floats gramian(const FactorTable& factors, float scale, const Parallel& parallel);
/// Solves every row that has entries; returns the sums over rows.
Value solve_side(const SparseRows& entries, const Fixed& fixed, FactorTable& solved, SolverPool& pool,
                 const Parallel& parallel, Progress& progress);

} // namespace tastebench::als
