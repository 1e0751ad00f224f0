// Biased matrix factorisation trained by stochastic gradient descent (Funk 2006; Koren, Bell, Volinsky:
// "Matrix Factorization Techniques for Recommender Systems", IEEE Computer 2009):
//   rating(u, i) = mean + b_u + b_i + p_u . q_i, clipped to the range of the training ratings.
// Parallel by conflict-free blocks (Gemulla et al., "Large-Scale Matrix Factorization with Distributed Stochastic
// Gradient Descent", KDD 2011): the grid of user and item blocks is fixed, so the digits are the same on any number
// of threads.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry svd_entry();

} // namespace tastebench
