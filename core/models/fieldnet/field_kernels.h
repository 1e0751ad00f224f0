// The inner loops between a table of embeddings and the input of a network.
// A row of the table is `stride` floats: `width` floats of values (dim factors, the linear weight, zeros), then as many
// for each moment that the optimiser keeps, so that a step touches two or three lines of the cache side by side.
#pragma once

#include <cstdint>
#include <span>

#include "core/models/features/samples.h"
#include "core/models/fieldnet/input_layout.h"
#include "core/nn/optimizer.h"

namespace tastebench {

struct TableShape {
    std::uint32_t dim = 0, width = 8;
    std::size_t stride = 8;
};

/// The inputs of a block's samples, x [n, layout.stride()], and what is told from the rows alone: block.output gets the
/// sum of the linear weights and, with `pairs`, of the products of every two embeddings (Rendle 2010);
/// slopes [n, width] what the derivative of that output by the rows of a sample starts from: the sum of the embeddings
/// with `pairs`, else 0, and 1 for the linear weight.
void gather_fields(const float* table, const TableShape& shape, const InputLayout& layout, bool pairs,
                   SampleBlock& block, float* x, float* slopes);

/// The rows that a batch touched, with the sums of their gradients in the order of the samples.
struct TouchedRows {
    struct Mark {
        std::uint32_t step = 0, place = 0;
    };
    std::vector<std::uint32_t> rows;
    nn::AlignedFloats sums; ///< [rows, width]
};

/// Where the gradients of one field come from; all arrays begin at the batch's first sample.
struct FieldErrors {
    const float* x = nullptr;  ///< the field's column; rows are `stride` floats apart
    const float* dx = nullptr; ///< the derivatives by it; null: only the linear weight learns
    std::size_t stride = 0;
    const float* slopes = nullptr;
    const float* errors = nullptr; ///< the derivative of the loss by the output of each sample
    bool pairs = false;
};

/// Adds the gradients of a block's samples, which begin at sample `first` of the batch: of the slot's entries, or of
/// those of a multi field. Marks say which rows were met in this step; a field's marks are its own.
void add_slot_gradients(const SampleBlock& block, std::size_t first, std::uint32_t slot, const FieldErrors& errors,
                        const TableShape& shape, TouchedRows::Mark* marks, std::uint32_t step, TouchedRows& touched);
void add_multi_gradients(const SampleBlock& block, std::size_t first, std::uint16_t field, const FieldErrors& errors,
                         const TableShape& shape, TouchedRows::Mark* marks, std::uint32_t step, TouchedRows& touched);

/// The optimiser's step on the touched rows. `clip` above 0 is the greatest norm of the gradient of one row.
void step_rows(float* table, const TableShape& shape, TouchedRows& touched, nn::Method method,
               const nn::StepSizes& sizes, float clip);

} // namespace tastebench
