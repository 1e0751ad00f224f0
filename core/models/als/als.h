// Matrix factorisation by alternating least squares: users' factors are solved with the items' fixed, then the other
// way round.
//   als: ratings with the regularisation weighted by how many ratings a row has (Zhou, Wilkinson, Schreiber, Pan:
//   "Large-scale Parallel Collaborative Filtering for the Netflix Prize", AAIM 2008);
//   ials: events, all unseen pairs counting as weak dislikes (Hu, Koren, Volinsky: "Collaborative Filtering for
//   Implicit Feedback Datasets", ICDM 2008), with the regularisation scaled by frequency of Rendle, Krichene, Zhang,
//   Koren: "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022.
// Both by Cholesky, conjugate gradients (Takacs, Pilaszy, Tikk: "Applications of the Conjugate Gradient Method for
// Implicit Feedback Collaborative Filtering", RecSys 2011) or block coordinate descent ("iALS++: Speeding up Matrix
// Factorization with Subspace Optimization", 2021), or with no factor below 0.
// Start values are normal numbers of deviation init_deviation / sqrt(factors).
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry als_entry();
ModelEntry ials_entry();

} // namespace tastebench
