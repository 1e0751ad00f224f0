// Sums of neighbours' rows: the inner loops of steps over a graph.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tastebench {

struct ScaleRows {
    const float* x;
    float* y;
    std::uint32_t width; ///< floats in a row, a multiple of 16; rows are aligned to 64 bytes
    const float* scale;  ///< by row
};
/// y = scale x
void scale_rows(const ScaleRows& rows, std::size_t first, std::size_t last);

struct GraphStep {
    const std::uint64_t* starts; ///< of the neighbours of row r: starts[r] .. starts[r + 1]
    const std::uint32_t* neighbours;
    const float* scale;
    const float* from; ///< rows times their scale
    const float* own;
    float* to;
    std::uint32_t width;
    bool end = false; ///< the last of several
    float share = 1.0F;
};
/// to[r] = (own[r] + scale[r] sum_n from[n]) c over the neighbours n of r in their order; c is scale[r], at the end
/// `share`.
void step_rows(const GraphStep& step, std::size_t first, std::size_t last);

} // namespace tastebench
