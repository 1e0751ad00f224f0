// The inner loops of SVD++. Rows are of `width` floats, a multiple of 16, aligned to 64 bytes.
//
// Moving every y_j of a user after each of the user's ratings costs |N(u)| rows a rating. But all of them move alike,
// y_j <- keep y_j + rate e |N|^-1/2 q_i with keep = 1 - rate lambda, so after T ratings
//   y_j = keep^T y_j(0) + |N|^-1/2 h,  p = keep^T p(0) + h,  with h <- keep h + rate e q_i from 0,
// and v = p + |N|^-1/2 sum y_j follows v <- keep v + 2 rate e q_i. So v and h are all that need be moved for a rating,
// and the y_j once a user: the same numbers as moving each, for one row a rating.
#pragma once

#include <span>

#include "core/models/svdpp/user_batches.h"

namespace tastebench {

struct SvdppStep {
    std::uint32_t width;
    float mean;
    float rate, regularization;
    float bias_rate, bias_regularization;
};

/// What one person's pass finds, for the items to be moved by later.
struct SvdppFound {
    float* v;     ///< scratch: one row
    float* h;     ///< one row
    float keep;   ///< keep^T
    float weight; ///< |N|^-1/2
};

/// out = base + weight sum of the rows of `items` in `rows`; without a base where that is null.
void add_rows(std::span<const ItemIx> items, const float* rows, float weight, const float* base, std::uint32_t width,
              float* out);

/// Goes through one person's ratings. p and bias are moved; items are only read. For each rating: its error before the
/// step, and rate e v, by which its item's row is to move. found.v holds p + z to begin with; found.h and found.keep
/// are set. The sum of e^2.
double svdpp_user(std::span<const Rated> ratings, const float* items, const float* item_bias, const SvdppStep& step,
                  float* p, float* bias, SvdppFound& found, float* errors, float* moves);

/// Moves the items of one block by what the people of a batch have found.
void svdpp_items(std::span<const Touch> rated, std::span<const Touch> had, std::span<const SvdppFound> found,
                 const float* errors, const float* moves, const SvdppStep& step, float* items, float* item_bias,
                 float* implicit);

} // namespace tastebench
