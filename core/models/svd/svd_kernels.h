// The inner loop of matrix factorisation by stochastic gradient descent.
#pragma once

#include <span>

#include "core/models/svd/rating_tiles.h"

namespace tastebench {

struct SgdSide {
    float* factors;             ///< rows of `width` floats, 64-byte aligned, width a multiple of 16
    float* bias;                ///< by slot
    const std::uint32_t* slots; ///< RatingTiles::Slots::of
};

struct SgdStep {
    SgdSide users, items;
    std::uint32_t width;
    float mean;
    float rate, regularization;           ///< of the factors
    float bias_rate, bias_regularization; ///< 0 and 0: the biases stay
};

/// Up to four neighbouring ratings of one user make one step, which loads and stores the user's row once for all of
/// them. With e = r - (mean + b_u + b_i + p . q), taken for all of them before any of them moves p or b_u:
///   b += bias_rate (e - bias_regularization b) for both biases,
///   p += rate (e q - regularization p), q += rate (e p - regularization q), summed over the ratings.
/// The sum of e^2.
double sgd_pass(std::span<const Rating> ratings, const SgdStep& step);

} // namespace tastebench
