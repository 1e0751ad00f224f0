// The inner loops of the field-aware factorisation machine (Juan et al. 2016):
//   y = w0 + sum_i w_i x_i + r sum_{i < j} (v_{i, field of j} . v_{j, field of i}) x_i x_j,   r = 1 / |x|^2 or 1.
// The vectors of field a's values for field b and those of field b's values for field a meet each other and nothing
// else. So a pair of fields is a problem of its own, and pairs can be learned side by side without sharing a weight.
#pragma once

#include "core/models/features/samples.h"

namespace tastebench {

/// Samples with their entries in the order of fields.
struct FieldBlock {
    std::uint32_t n = 0, fields = 0;
    std::vector<std::uint32_t> starts; ///< entries of field f in sample i: [starts[i fields + f], the next one)
    std::vector<Entry> entries;        ///< indices within their field
    std::vector<float> scale;          ///< [n]: r
    std::vector<float> error;          ///< [n]

    /// first_of_field[f] is the field's first index, slot_field the field of each slot.
    void arrange(const SampleBlock& block, std::span<const std::uint32_t> first_of_field,
                 std::span<const std::uint16_t> slot_field, bool normalised);
};

/// Where two fields' vectors for each other lie: those of a value are `factors` floats, a multiple of 4, and then as
/// many sums of squared gradients; the next value's are `stride` floats further.
struct FieldPair {
    std::uint32_t a, b; ///< a <= b; equal for the values of one multi field
    float* of_a;
    float* of_b;
};
struct FfmShape {
    std::uint32_t factors;
    std::size_t stride;
};

/// Adds the pairs' part of each sample's output to out[n].
void ffm_forward(std::span<const FieldPair> pairs, FfmShape shape, const FieldBlock& block, float* out);
/// The steps of Adagrad for the pairs' vectors, sample after sample.
void ffm_update(std::span<const FieldPair> pairs, FfmShape shape, float learning_rate, float regularization,
                const FieldBlock& block);

} // namespace tastebench
