// Losses of a batch of outputs and their derivatives. Sums are in double precision in the order of the samples.
#pragma once

#include <cstddef>

namespace tastebench::nn {

/// Binary cross-entropy of logits; targets within [0, 1]: error = sigmoid(x) - target. Returns the sum of the losses.
double binary_cross_entropy(const float* logits, const float* targets, std::size_t n, float* errors);
/// (x - target)^2 / 2, so error = x - target. Returns the sum of the squares, not halved.
double squared_error(const float* outputs, const float* targets, std::size_t n, float* errors);
/// Rendle et al. 2009: samples 2i (positive) and 2i + 1 (negative) are a pair; -log sigmoid(x_2i - x_2i+1). n is even.
double pairwise_logistic(const float* outputs, std::size_t n, float* errors);
/// Groups of `group` outputs of which the first is the positive one: -log softmax of it. n is a multiple of group.
double softmax_of_groups(const float* outputs, std::size_t n, std::size_t group, float* errors);

} // namespace tastebench::nn
