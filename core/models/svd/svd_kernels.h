// The inner loop of matrix factorisation by stochastic gradient descent.
#pragma once

#include <span>

#include "core/models/svd/rating_tiles.h"

namespace tastebench {

struct SgdSide {
    float* factors; ///< rows of `width` floats, 64-byte aligned, width a multiple of 16
    float* bias;
};

struct SgdStep {
    SgdSide users, items;
    std::uint32_t width;
    float mean;
    float rate, regularization;           ///< of the factors
    float bias_rate, bias_regularization; ///< 0 and 0: the biases stay
};

/// For each rating in order, with e = r - (mean + b_u + b_i + p . q):
///   b += bias_rate (e - bias_regularization b) for both biases,
///   p += rate (e q - regularization p), q += rate (e p_old - regularization q).
/// The sum of e^2, each before its step.
double sgd_pass(std::span<const Rating> ratings, const SgdStep& step);

} // namespace tastebench
