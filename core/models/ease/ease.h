// EASE^R: the linear item model that predicts every user's row from itself with a zero diagonal, in closed form.
// min over B of |X - X B|^2 + lambda |B|^2 with diag(B) = 0 gives B = I - P diag(1 / diag P), P = (X'X + lambda I)^-1.
// X is users x items: 1 where a user has an item, or the values added up. Score of item i: sum over the user's items j
// of x(u, j) B(j, i).
// Source: Steck: "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equations 3 and 8.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry ease_entry();

} // namespace tastebench
