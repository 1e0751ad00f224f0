// What bounds a step: for each edge one row of the neighbour is read, from the second- or third-level cache or from
// memory by the size of the table, and added. Rows ahead are fetched early.
#include "core/models/lightgcn/lightgcn_kernels.h"

namespace tastebench {

namespace {

using Lane = float __attribute__((vector_size(32), may_alias));

const Lane* lanes(const float* row) {
    return reinterpret_cast<const Lane*>(row);
}

/// Sixty-four columns of one row at a time stay in registers.
template <std::uint32_t n>
void step_part(const GraphStep& s, std::size_t row, std::size_t column) {
    Lane sums[n] = {};
    const std::uint64_t end = s.starts[row + 1];
    for (std::uint64_t at = s.starts[row]; at < end; ++at) {
        if (at + 4 < end) {
            const float* later = s.from + std::size_t{s.neighbours[at + 4]} * s.width + column;
            for (std::uint32_t i = 0; i < n; i += 2)
                __builtin_prefetch(later + std::size_t{8} * i);
        }
        const Lane* from = lanes(s.from + std::size_t{s.neighbours[at]} * s.width + column);
        for (std::uint32_t i = 0; i < n; ++i)
            sums[i] += from[i];
    }
    const Lane* own = lanes(s.own + row * s.width + column);
    auto* to = reinterpret_cast<Lane*>(s.to + row * s.width + column);
    const float last = s.end ? s.share : s.scale[row];
    for (std::uint32_t i = 0; i < n; ++i)
        to[i] = (own[i] + s.scale[row] * sums[i]) * last;
}

} // namespace

void scale_rows(const ScaleRows& rows, std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
        const float by = rows.scale[row];
        const float* x = rows.x + row * rows.width;
        float* y = rows.y + row * rows.width;
        for (std::uint32_t i = 0; i < rows.width; ++i)
            y[i] = by * x[i];
    }
}

void step_rows(const GraphStep& step, std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
        std::uint32_t column = 0;
        for (; column + 64 <= step.width; column += 64)
            step_part<8>(step, row, column);
        for (; column < step.width; column += 16)
            step_part<2>(step, row, column);
    }
}

} // namespace tastebench
