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

/// The rows of one sample and where their slopes are added; `width` floats, aligned to 64 bytes.
struct PairRows {
    const float *user, *positive, *negative;
    float *user_slope, *positive_slope, *negative_slope;
    std::uint32_t width;
};
/// ln(1 + exp(-u . (i - j))); its slopes times `weight` are added.
double rank_pair(const PairRows& rows, float weight);
/// slope += strength x row; the squared length of the row.
double shrink_row(const float* row, float* slope, std::uint32_t width, float strength);

} // namespace tastebench
