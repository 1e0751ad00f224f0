#include "core/linalg/sparse_rows.h"

#include <algorithm>

namespace tastebench {

void SparseRows::save(Writer& out) const {
    out.number(n_columns);
    out.array(starts);
    out.array(columns);
    out.array(values);
}

bool SparseRows::load(Reader& in) {
    n_columns = in.number<std::uint32_t>();
    starts = in.array<std::uint64_t>();
    columns = in.array<std::uint32_t>();
    values = in.array<float>();
    bool sound = in.ok() && !starts.empty() && starts.front() == 0 && starts.back() == columns.size() &&
                 values.size() == columns.size() && std::is_sorted(starts.begin(), starts.end());
    for (std::uint32_t row = 0; sound && row < n_rows(); ++row) {
        const auto mine = columns_of(row);
        for (std::size_t at = 0; at < mine.size(); ++at)
            sound = sound && mine[at] < n_columns && (at == 0 || mine[at - 1] < mine[at]);
    }
    if (!sound)
        in.spoil();
    return sound;
}

SparseRows transposed(const SparseRows& matrix, const Parallel& parallel) {
    constexpr std::uint32_t most_parts = 16;
    const std::uint32_t n = matrix.n_rows();
    const std::uint32_t parts = std::clamp<std::uint32_t>(n / 4096, 1, most_parts);
    const auto first_row = [&](std::uint64_t part) { return static_cast<std::uint32_t>(n * part / parts); };
    // next[part][column]: where the entries of this part of the rows go.
    std::vector<std::vector<std::uint64_t>> next(parts);
    parallel.for_blocks(parts, 1, [&](std::size_t part, std::size_t) {
        next[part].assign(matrix.n_columns, 0);
        for (auto at = matrix.starts[first_row(part)]; at < matrix.starts[first_row(part + 1)]; ++at)
            ++next[part][matrix.columns[at]];
    });
    SparseRows out;
    out.n_columns = n;
    out.starts.assign(std::size_t{matrix.n_columns} + 1, 0);
    std::uint64_t total = 0;
    for (std::uint32_t column = 0; column < matrix.n_columns; ++column) {
        out.starts[column] = total;
        for (auto& mine : next) {
            const auto count = mine[column];
            mine[column] = total;
            total += count;
        }
    }
    out.starts[matrix.n_columns] = total;
    out.columns.resize(total);
    out.values.resize(total);
    parallel.for_blocks(parts, 1, [&](std::size_t part, std::size_t) {
        for (auto row = first_row(part); row < first_row(part + 1); ++row)
            for (auto at = matrix.starts[row]; at < matrix.starts[row + 1]; ++at) {
                const auto to = next[part][matrix.columns[at]]++;
                out.columns[to] = row;
                out.values[to] = matrix.values[at];
            }
    });
    return out;
}

} // namespace tastebench
