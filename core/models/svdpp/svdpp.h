// SVD++ (Koren: Factorization Meets the Neighborhood, KDD 2008, section 4):
//   r(u, i) = mean + b_u + b_i + q_i . (p_u + |N(u)|^-1/2 sum over j in N(u) of y_j),
// where N(u) are the items of u in training, those without a rating too: having chosen an item already says something.
// The loss is the sum over ratings of e^2 / 2 + lambda / 2 (b_u^2 + b_i^2 + |p_u|^2 + |q_i|^2 + sum of |y_j|^2).
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry svdpp_entry();

} // namespace tastebench
