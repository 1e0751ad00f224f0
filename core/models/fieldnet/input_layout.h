// Where the fields of a sample lie in the input of a network: one row of floats a sample, first the embeddings of its
// fields side by side, then the numbers as they are, then room that the kernels may write to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/models/features/encoder.h"

namespace tastebench {

struct InputLayout {
    static constexpr std::uint32_t none = ~0U;

    /// A single field of a SampleBlock.
    struct Slot {
        std::uint32_t column = none; ///< among the embeddings; none: the field has a linear weight alone
        std::uint32_t number = none; ///< among the numbers
        std::uint32_t missing = 0;   ///< of a number: the index that says there is none; the input is then 0, the mean
    };

    std::uint32_t dim = 0;             ///< of an embedding
    std::vector<Slot> singles;         ///< as in SampleBlock::singles
    std::vector<std::uint32_t> multis; ///< the column of each field number; none where it is no multi field
    std::uint32_t columns = 0, numbers = 0;

    /// A row of the table: the embedding, the linear weight, zeros up to a multiple of 8.
    std::uint32_t width() const { return (dim + 1 + 7) / 8 * 8; }
    std::uint32_t inputs() const { return columns * dim + numbers; }
    std::uint32_t stride() const { return (columns * dim + numbers + width() + 15) / 16 * 16; }
};

/// `embed_numbers`: a number is also a field, whose embedding is the number times a row of the table.
InputLayout lay_out_input(const FeatureEncoder& encoder, std::uint32_t dim, bool embed_numbers);

} // namespace tastebench
