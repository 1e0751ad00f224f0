#include "core/models/als/row_solver.h"

#include <algorithm>
#include <cmath>

#include "core/models/als/als_kernels.h"

namespace tastebench::als {

namespace {

/// Rows of factors beyond this no longer stay in the second-level cache while a conjugate gradient goes over them
/// again and again; one pass that adds up the matrix is then cheaper, unless the matrix is wide.
constexpr std::size_t most_gathered = std::size_t{512} << 10U;
constexpr std::uint32_t widest_added = 64;

void make_room(Floats& room, std::size_t n) {
    if (room.size() < n)
        room.resize(n);
}

std::uint32_t gramian_rows(const Fixed& fixed) {
    return fixed.gramian.empty() ? 0 : fixed.factors.width();
}

} // namespace

float Objective::lambda(std::size_t entries, std::uint32_t others) const {
    const double frequency = static_cast<double>(entries) + static_cast<double>(unobserved) * others;
    return static_cast<float>(regularization * std::pow(frequency, exponent));
}

/// Row 0 the right side, then the matrix, upper triangle.
void RowSolver::build_system(const Fixed& fixed, std::span<const std::uint32_t> columns, const Progress& progress) {
    const std::uint32_t width = fixed.factors.width();
    const std::uint32_t factors = fixed.factors.factors();
    make_room(system_, std::size_t{width + 1} * width);
    make_room(rows_, std::size_t{chunk} * width);
    make_room(root_, chunk);
    float* matrix = system_.data() + width;
    std::fill_n(system_.begin(), width, 0.0F);
    if (fixed.gramian.empty())
        std::fill_n(system_.begin() + width, std::size_t{factors} * width, 0.0F);
    else
        std::copy_n(fixed.gramian.begin(), std::size_t{factors} * width, system_.begin() + width);
    for (std::uint32_t f = 0; f < factors; ++f)
        system_[std::size_t{f + 1} * width + f] += lambda_;
    for (std::size_t first = 0; first < columns.size() && !progress.cancelled(); first += chunk) {
        const auto n = std::min<std::size_t>(chunk, columns.size() - first);
        const std::uint32_t* mine = columns.data() + first;
        const float* w = w_.data() + first;
        const float* b = b_.data() + first;
        if (take_roots(w, n)) {
            gather_weighed(fixed.factors.data(), width, mine, n, root_.data(), b, system_.data(), rows_.data());
            add_products({rows_.data(), width, rows_.data(), width}, n, factors, matrix, width);
            continue;
        }
        make_room(left_, std::size_t{chunk} * width);
        gather(fixed.factors.data(), width, mine, n, rows_.data());
        weigh(rows_.data(), width, n, width, w, b, system_.data(), left_.data());
        add_products({left_.data(), width, rows_.data(), width}, n, factors, matrix, width);
    }
}

/// Whether all weights have one: w q q' is then the product of one panel with itself.
bool RowSolver::take_roots(const float* w, std::size_t n) {
    bool all = true;
    for (std::size_t k = 0; k < n; ++k) {
        all &= w[k] >= 0;
        root_[k] = std::sqrt(std::max(w[k], 0.0F));
    }
    return all;
}

/// out = (sum w q q' + gramian + lambda) x.
void RowSolver::apply(const Fixed& fixed, bool dense, const float* x, float* out) {
    const std::uint32_t width = fixed.factors.width();
    if (dense) {
        std::fill_n(out, width, 0.0F);
        multiply(system_.data() + width, fixed.factors.factors(), width, 0, x, out);
        return;
    }
    multiply(fixed.gramian.data(), gramian_rows(fixed), width, lambda_, x, out);
    products(rows_.data(), width, n_, width, x, t_.data());
    for (std::size_t k = 0; k < n_; ++k)
        t_[k] *= w_[k];
    add_rows(rows_.data(), width, n_, width, t_.data(), out);
}

double RowSolver::gradient_steps(float* x, double value, double least, const Fixed& fixed, bool dense) {
    const std::uint32_t width = fixed.factors.width();
    std::copy_n(residual_.begin(), width, direction_.begin());
    double length = dot(residual_.data(), residual_.data(), width);
    for (std::uint32_t step = 0; step < method_.steps && length > std::max(least, 1e-20); ++step) {
        apply(fixed, dense, direction_.data(), image_.data());
        const double curvature = dot(direction_.data(), image_.data(), width);
        if (!(curvature > 0))
            break;
        const double stride = length / curvature;
        add_scaled(x, static_cast<float>(stride), direction_.data(), width);
        add_scaled(residual_.data(), static_cast<float>(-stride), image_.data(), width);
        value -= stride * length;
        const double next = dot(residual_.data(), residual_.data(), width);
        const auto keep = static_cast<float>(next / length);
        for (std::uint32_t f = 0; f < width; ++f)
            direction_[f] = residual_[f] + keep * direction_[f];
        length = next;
    }
    return value;
}

double RowSolver::solve_by_gradient(const Fixed& fixed, std::span<const std::uint32_t> columns, float* x,
                                    const Progress& progress) {
    const std::uint32_t width = fixed.factors.width();
    for (Floats* room : {&residual_, &direction_, &image_})
        make_room(*room, width);
    const bool dense = width <= widest_added && n_ * width * sizeof(float) > most_gathered;
    double along = 0; // b . x
    if (dense) {
        build_system(fixed, columns, progress);
        complete(system_.data() + width, fixed.factors.factors(), width);
        apply(fixed, dense, x, image_.data());
        along = dot(system_.data(), x, width);
        std::copy_n(system_.begin(), width, residual_.begin());
        add_scaled(residual_.data(), -1, image_.data(), width);
    } else {
        make_room(rows_, n_ * width);
        gather(fixed.factors.data(), width, columns.data(), n_, rows_.data());
        multiply(fixed.gramian.data(), gramian_rows(fixed), width, lambda_, x, image_.data());
        products(rows_.data(), width, n_, width, x, t_.data());
        for (std::size_t k = 0; k < n_; ++k) {
            along += static_cast<double>(b_[k]) * static_cast<double>(t_[k]);
            t_[k] = b_[k] - w_[k] * t_[k];
        }
        for (std::uint32_t f = 0; f < width; ++f)
            residual_[f] = -image_[f];
        add_rows(rows_.data(), width, n_, width, t_.data(), residual_.data());
    }
    // |b| >= b'x / |x|: a residual that is nothing beside it is rounding, and no direction to go.
    const double size = dot(x, x, width);
    const double least = size > 0 ? 1e-13 * along * along / size : 0;
    // x'Ax - 2b'x with Ax = b - r; each step then lowers it by stride * |r|^2.
    return gradient_steps(x, -along - dot(residual_.data(), x, width), least, fixed, dense);
}

/// The exact step in factors [first, first + size), the others as they are; t holds q . x of every entry.
void RowSolver::solve_block(const Fixed& fixed, std::uint32_t first, std::uint32_t size, float* x) {
    const std::uint32_t width = fixed.factors.width();
    const std::uint32_t factors = std::min(size, fixed.factors.factors() - first);
    float* right = system_.data();
    std::fill_n(right, std::size_t{size} * (factors + 1), 0.0F);
    if (!fixed.gramian.empty()) {
        const float* rows = fixed.gramian.data() + std::size_t{first} * width;
        products(rows, width, factors, width, x, right);
        for (std::uint32_t i = 0; i < factors; ++i)
            std::copy_n(rows + std::size_t{i} * width + first, size, right + std::size_t{i + 1} * size);
    }
    for (std::uint32_t i = 0; i < factors; ++i) {
        right[i] = -right[i] - lambda_ * x[first + i];
        right[std::size_t{i + 1} * size + i] += lambda_;
    }
    for (std::size_t k = 0; k < n_; ++k)
        change_[k] = b_[k] - w_[k] * t_[k];
    for (std::size_t k = 0; k < n_; k += chunk) {
        const auto n = std::min<std::size_t>(chunk, n_ - k);
        const float* rows = rows_.data() + k * width + first;
        weigh(rows, width, n, size, w_.data() + k, change_.data() + k, right, left_.data());
        add_products({left_.data(), size, rows, width}, n, factors, right + size, size);
    }
    float* step = image_.data();
    solve_cholesky(right, factors, size, step, scratch_.data());
    add_scaled(x + first, 1, step, size);
    products(rows_.data() + first, width, n_, size, step, change_.data());
    for (std::size_t k = 0; k < n_; ++k)
        t_[k] += change_[k];
}

double RowSolver::solve_by_blocks(const Fixed& fixed, std::span<const std::uint32_t> columns, float* x,
                                  const Progress& progress) {
    const std::uint32_t width = fixed.factors.width();
    const std::uint32_t block = std::min(width, FactorTable::padded(method_.block));
    make_room(change_, n_);
    make_room(rows_, n_ * width);
    make_room(left_, std::size_t{chunk} * block);
    make_room(system_, std::size_t{block + 1} * block);
    make_room(image_, width);
    gather(fixed.factors.data(), width, columns.data(), n_, rows_.data());
    products(rows_.data(), width, n_, width, x, t_.data());
    for (std::uint32_t first = 0; first < fixed.factors.factors() && !progress.cancelled(); first += block)
        solve_block(fixed, first, std::min(block, width - first), x);
    multiply(fixed.gramian.data(), gramian_rows(fixed), width, lambda_, x, image_.data());
    double value = dot(image_.data(), x, width);
    for (std::size_t k = 0; k < n_; ++k) {
        const auto t = static_cast<double>(t_[k]);
        value += (static_cast<double>(w_[k]) * t - 2 * static_cast<double>(b_[k])) * t;
    }
    return value;
}

Value RowSolver::solve(const Fixed& fixed, std::span<const std::uint32_t> columns, std::span<const float> values,
                       float* x, const Progress& progress) {
    const std::uint32_t width = fixed.factors.width();
    const std::uint32_t factors = fixed.factors.factors();
    n_ = columns.size();
    for (Floats* room : {&w_, &b_, &t_})
        make_room(*room, n_);
    make_room(scratch_, std::size_t{2} * width);
    for (std::size_t k = 0; k < n_; ++k) {
        w_[k] = objective_.w_scale * values[k] + objective_.w_shift;
        b_[k] = objective_.b_scale * values[k] + objective_.b_shift;
    }
    lambda_ = objective_.lambda(n_, fixed.others);
    Value out;
    switch (method_.solver) {
    case Solver::cholesky:
        build_system(fixed, columns, progress);
        out.value = solve_cholesky(system_.data(), factors, width, x, scratch_.data());
        break;
    case Solver::nonnegative:
        build_system(fixed, columns, progress);
        out.value = solve_nonnegative(system_.data(), factors, width, x, scratch_.data());
        break;
    case Solver::conjugate_gradient:
        out.value = solve_by_gradient(fixed, columns, x, progress);
        break;
    case Solver::blocks:
        out.value = solve_by_blocks(fixed, columns, x, progress);
        break;
    }
    out.penalty = static_cast<double>(lambda_) * dot(x, x, width);
    return out;
}

std::unique_ptr<RowSolver> SolverPool::take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty())
        return std::make_unique<RowSolver>(objective_, method_);
    auto solver = std::move(free_.back());
    free_.pop_back();
    return solver;
}

void SolverPool::give_back(std::unique_ptr<RowSolver> solver) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(solver));
}

} // namespace tastebench::als
