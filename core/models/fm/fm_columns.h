// The training samples by index, and the passes over one index's samples that coordinate descent is made of (Rendle et
// al., "Fast Context-aware Recommendations with Factorization Machines", SIGIR 2011). Errors are output - target.
#pragma once

#include <span>
#include <vector>

#include "core/models/features/samples.h"

namespace tastebench {

/// Samples of index c are rows[starts[c] .. starts[c + 1]), ascending, with the values beside.
struct FmColumns {
    std::vector<std::uint64_t> starts;
    std::vector<std::uint32_t> rows;
    std::vector<float> values;
    FmColumns(const Samples& samples, std::uint32_t n_indices);
};

/// A stretch of one column.
struct FmColumnPart {
    const std::uint32_t* rows;
    const float* values;
    std::size_t n;
};

/// sum h e and sum h^2, where h is the derivative of the output by the weight: x for linear weights (sums == null),
/// x (sums - x weight) for factors, where sums are those of the factor over each sample's entries.
struct FmMoments {
    double product = 0, square = 0;
};
FmMoments fm_moments(FmColumnPart part, const double* sums, double weight, const double* errors);
/// Moves the weight by `change`: the errors and sums of its samples follow.
void fm_move(FmColumnPart part, double* sums, double weight, double change, double* errors);

} // namespace tastebench
