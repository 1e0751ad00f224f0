// RP3beta and P3alpha: a random walk of three steps from a user over the graph of users and items, x(u, i) the weights
// of its edges. P_ui = (x(u, i) / sum_k x(u, k))^alpha, P_iu = (x(u, i) / sum_v x(v, i))^alpha. An item j of the
// history leads to item i with w(j, i) = sum over users v of P_jv P_vi, divided by d_i^beta, d_i the number of users of
// i; of each row the greatest `neighbours` are kept, the item itself left out. Score of item i: sum over the user's
// items j of P_uj w(j, i). beta 0 is P3alpha; with alpha 1 too and all neighbours, scores are the probabilities of the
// walk.
// Sources: Cooper, Lee, Radzik, Siantos: "Random Walks in Recommender Systems: Exact Computation and Simulations", WWW
// Companion 2014; Paudel, Christoffel, Newell, Bernstein: "Updatable, Accurate, Diverse, and Scalable Recommendations
// for Interactive Applications", ACM TiiS 7(1), 2017.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry rp3beta_entry();

} // namespace tastebench
