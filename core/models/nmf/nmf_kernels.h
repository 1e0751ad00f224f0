// The inner loop of non-negative matrix factorisation. Rows are of `width` floats, a multiple of 16, aligned to 64
// bytes.
#pragma once

#include <cstdint>
#include <span>

namespace tastebench {

struct NmfStep {
    std::uint32_t width;
    float mean; ///< 0 without biases
    float regularization;
    float bias_rate, bias_regularization; ///< both 0: the bias stays
};

/// One step of a row against the rows and biases of the other side, whose numbers and ratings are given. Its bias moves
/// with each rating by bias_rate (e - bias_regularization b). `sums` is scratch, 2 x width floats, aligned; `out` is
/// the new row, all of it finite and at least 0 where `own` is. The sum of e^2 before the step.
double nmf_row(std::span<const std::uint32_t> others, std::span<const float> ratings, const float* other_rows,
               const float* other_bias, const NmfStep& step, const float* own, float* own_bias, float* sums,
               float* out);

} // namespace tastebench
