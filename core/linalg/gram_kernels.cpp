#include "core/linalg/gram.h"

#include <algorithm>

namespace tastebench {

namespace {

/// Adds to the row of `item`, up to the diagonal, what each of its users contributes, in the order of users.
void fill_row(const SparseRows& x, const SparseRows& users_of, std::uint32_t item, float* row) {
    const auto users = users_of.columns_of(item);
    const auto weights = users_of.values_of(item);
    for (std::size_t at = 0; at < users.size(); ++at) {
        const std::uint32_t* column = x.columns.data() + x.starts[users[at]];
        const float* value = x.values.data() + x.starts[users[at]];
        const float weight = weights[at];
        for (; *column < item; ++column, ++value)
            row[*column] += weight * *value;
        row[item] += weight * weight;
    }
}

} // namespace

DenseSquare gram_matrix(const SparseRows& x, Triangle triangle, const Parallel& parallel, Progress& progress) {
    constexpr std::size_t block = 8;
    const SparseRows users_of = transposed(x, parallel);
    DenseSquare out;
    if (!out.resize(x.n_columns, progress))
        return out;
    parallel.for_blocks(out.n, block, [&](std::size_t first, std::size_t last) {
        if (progress.cancelled())
            return;
        for (std::size_t item = first; item < last; ++item)
            fill_row(x, users_of, static_cast<std::uint32_t>(item), out.row(static_cast<std::uint32_t>(item)));
        progress.advance(last - first);
    });
    if (triangle == Triangle::both)
        parallel.for_blocks(out.n, 64, [&](std::size_t first, std::size_t last) {
            // Reads run along rows; writes go to the same 64 rows all the time.
            for (std::size_t j = first + 1; j < out.n && !progress.cancelled(); ++j)
                for (std::size_t i = first; i < std::min(last, j); ++i)
                    out.values[i * out.stride + j] = out.values[j * out.stride + i];
        });
    return out;
}

} // namespace tastebench
