// A sparse matrix by rows (CSR), single precision: entries of row r are [starts[r], starts[r + 1]) of columns and
// values; the columns of a row are ascending and distinct.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parallel.h"

namespace tastebench {

struct SparseRows {
    std::uint32_t n_columns = 0;
    std::vector<std::uint64_t> starts{0}; ///< rows + 1
    std::vector<std::uint32_t> columns;
    std::vector<float> values; ///< parallel to columns

    std::uint32_t n_rows() const { return static_cast<std::uint32_t>(starts.size() - 1); }
    std::size_t size() const { return columns.size(); }
    std::span<const std::uint32_t> columns_of(std::uint32_t row) const {
        return std::span(columns).subspan(starts[row], starts[row + 1] - starts[row]);
    }
    std::span<const float> values_of(std::uint32_t row) const {
        return std::span(values).subspan(starts[row], starts[row + 1] - starts[row]);
    }

    void save(Writer& out) const;
    /// False, and the reader spoiled, if what is read is no such matrix.
    bool load(Reader& in);
};

/// Columns become rows. The same on any number of threads.
SparseRows transposed(const SparseRows& matrix, const Parallel& parallel);

} // namespace tastebench
