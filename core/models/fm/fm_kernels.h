// The inner loops of the second-order factorisation machine (Rendle, "Factorization Machines", ICDM 2010):
//   y = w0 + sum_i w_i x_i + 1/2 sum_f ((sum_i v_if x_i)^2 - sum_i v_if^2 x_i^2).
// A row of weights holds all of one index: k factors, then w, then the two sums of squared gradients of Adagrad (one
// for the factors, one for w), padded with zeros to 16 floats. With up to 13 factors that is one line of the cache.
// With 39 fields and 10 factors a training sample takes about 0.9 microseconds of one core. Of that 45 % are the steps,
// bound by latency: fetching a row, adding up its squares, a root and a division; 25 % copying the sample from memory,
// 15 % the outputs.
#pragma once

#include "core/models/features/samples.h"

namespace tastebench {

/// Where things lie in a row of weights.
struct FmShape {
    std::uint32_t factors = 0;
    std::uint32_t width() const { return (factors + 3 + 15) / 16 * 16; }
    std::uint32_t linear() const { return factors; }
    std::uint32_t factor_squares() const { return factors + 1; }
    std::uint32_t linear_squares() const { return factors + 2; }
};

struct FmRates {
    float learning_rate, linear_regularization, factor_regularization;
};

/// Entries of a block that one task may change: the slots [first, last) with index % parts == part, and of the multi
/// entries those with index % multi_parts == multi_part. Tasks never share a row of weights.
struct FmTask {
    std::uint32_t first_slot, last_slot, part, parts, multi_part, multi_parts;
};

/// Outputs of a block's samples into block.output, and into sums[n, width] what fm_update() needs of each.
void fm_forward(const float* weights, FmShape shape, float w0, SampleBlock& block, float* sums);
/// One task's share of the sums of a block's samples, into partial[n, width]: of the factors and the linear weights
/// where these lie in a row, and of the factors' squares where a row has factor_squares().
void fm_partial(const float* weights, FmShape shape, const SampleBlock& block, const FmTask& task, float* partial);
/// What fm_forward() gives, from the shares of all tasks, added up in their order.
void fm_combine(FmShape shape, float w0, std::span<const float* const> partials, SampleBlock& block, float* sums);
/// The steps of Adagrad for one task's rows, sample after sample, from block.error and fm_forward()'s sums.
void fm_update(float* weights, FmShape shape, const FmRates& rates, const SampleBlock& block, const float* sums,
               const FmTask& task);

} // namespace tastebench
