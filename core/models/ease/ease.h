// EASE^R: the linear item model that predicts every user's row from itself with a zero diagonal, in closed form.
// min over B of |X - X B|^2 + lambda |B|^2 with diag(B) = 0 gives B = I - P diag(1 / diag P), P = (X'X + lambda I)^-1.
// X is users x items: 1 where a user has an item, or the values added up, to a power. Score of item i: sum over the
// user's items j of x(u, j) B(j, i). With dropout p, B is trained to fill in a history of which a share p is hidden: in
// closed form lambda + p / (1 - p) (X'X)_ii takes the place of lambda in row i.
// Sources: Steck: "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equations 3 and 8; dropout: Steck:
// "Autoencoders that don't overfit towards the Identity", NeurIPS 2020, section 3.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry ease_entry();

} // namespace tastebench
