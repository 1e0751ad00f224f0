#include <algorithm>

#include "core/models/als/als_kernels.h"
#include "core/models/als/row_solver.h"

namespace tastebench::als {

namespace {

/// At most this many partial sums of a Gramian: wide ones would fill the memory.
constexpr std::size_t most_parts = 16;

/// Upper triangle, of rows [first, last) of the table.
Floats partial_gramian(const FactorTable& table, std::size_t first, std::size_t last) {
    const std::uint32_t width = table.width();
    Floats matrix(std::size_t{width} * width, 0.0F);
    for (std::size_t k = first; k < last; k += chunk) {
        const float* rows = table.data() + k * width;
        add_products({rows, width, rows, width}, std::min<std::size_t>(chunk, last - k), table.factors(), matrix.data(),
                     width);
    }
    return matrix;
}

} // namespace

Floats gramian(const FactorTable& factors, float scale, const Parallel& parallel) {
    const std::uint32_t width = factors.width();
    const std::size_t n = factors.size();
    const std::size_t block = std::max<std::size_t>(1024, (n + most_parts - 1) / most_parts);
    std::vector<Floats> parts((n + block - 1) / block);
    parallel.for_blocks(n, block, [&](std::size_t first, std::size_t last) {
        parts[first / block] = partial_gramian(factors, first, last);
    });
    Floats out(std::size_t{width} * width, 0.0F);
    for (const auto& part : parts)
        for (std::size_t at = 0; at < std::size_t{factors.factors()} * width; ++at)
            out[at] += part[at];
    for (auto& value : out)
        value *= scale;
    complete(out.data(), factors.factors(), width);
    return out;
}

std::uint64_t side_blocks(std::uint32_t rows) {
    return (rows + side_block - 1) / side_block;
}

Value solve_side(const SparseRows& entries, const Fixed& fixed, FactorTable& solved, SolverPool& pool,
                 const Parallel& parallel, Progress& progress) {
    std::vector<Value> parts(side_blocks(entries.n_rows()));
    parallel.for_blocks(entries.n_rows(), side_block, [&](std::size_t first, std::size_t last) {
        auto solver = pool.take();
        for (std::size_t i = first; i < last && !progress.cancelled(); ++i) {
            const auto row = static_cast<std::uint32_t>(i);
            if (!entries.columns_of(row).empty())
                parts[first / side_block] += solver->solve(fixed, entries.columns_of(row), entries.values_of(row),
                                                           solved.row(row).data(), progress);
        }
        pool.give_back(std::move(solver));
        progress.advance();
    });
    Value sum;
    for (const auto& part : parts)
        sum += part;
    return sum;
}

} // namespace tastebench::als
