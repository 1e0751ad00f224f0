// The inner loops of NCF that are not those of dense layers. Widths are multiples of nn::small_lanes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/nn/kernels.h"
#include "core/nn/optimizer.h"

namespace tastebench {

/// Rows of GMF's `gmf` and the MLP's `half` numbers side by side, `stride` floats apart.
struct NcfRows {
    const float* users;
    const float* items;
    std::size_t stride, gmf, half;
};

/// products [n x gmf] = p_u * q_i.
void ncf_products(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                  float* products);
/// inputs [n x 2 half]: the user's embedding, then the item's.
void ncf_inputs(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                float* inputs);
/// inputs [n x half]: the item's embedding.
void ncf_item_inputs(const NcfRows& rows, const std::uint32_t* items, std::size_t n, float* inputs);

/// out[s] += h . x_s, x [n x width]. x and out have room for n rounded up to small_lanes.
void ncf_add_dots(const float* x, std::size_t width, const float* h, std::size_t n, float* out);
/// The way back: dh += sum of error x_s; dx, if it is asked for, = error h where x is above 0.
void ncf_dots_backward(const float* x, std::size_t width, const float* h, const float* errors, std::size_t n, float* dh,
                       float* dx);
/// The rows' gradients [n x gmf + half] from the errors and from dx of the inputs. Either part may be left out by null.
void ncf_row_gradients(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                       const float* h, const float* errors, const float* d_inputs, float* user_gradients,
                       float* item_gradients);

/// Adds up the gradients of samples with the same row into that of its first, for rows of the blocks of 16 that belong
/// to `part` of `parts`, and names those first samples. first_of has 2^32 - 1 for every row, and again when the caller
/// has put it back. Returns their number.
std::size_t ncf_gather_touched(const std::uint32_t* ids, std::size_t n, std::size_t part, std::size_t parts,
                               std::size_t width, float* gradients, std::uint32_t* first_of, std::uint32_t* touched);
/// One optimiser's step of a row's numbers; its moments lie `apart` floats further on, one after another.
void ncf_step_row(nn::Method method, float* values, const float* gradient, std::size_t n, std::size_t apart,
                  const nn::StepSizes& sizes);

} // namespace tastebench
