// SLIM: each item is predicted from the others by a sparse, non-negative linear model with a zero diagonal. For every
// item i, independently: min over w of 1/2 |x_i - X w|^2 + l2 / 2 |w|^2 + l1 |w|_1, w >= 0, w_i = 0, by coordinate
// descent on the Gram matrix X'X. X is users x items: 1 where a user has an item, or the values added up. Score of item
// i: sum over the user's items j of x(u, j) w(j, i). With `neighbours`, only that many items, most alike by cosine, may
// speak for an item (fsSLIM).
// Source: Ning, Karypis: "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011, equations 2-4 and
// section 3.3; the steps as in Friedman, Hastie, Tibshirani: "Regularization Paths for Generalized Linear Models via
// Coordinate Descent", 2010, covariance updates.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry slim_entry();

} // namespace tastebench
