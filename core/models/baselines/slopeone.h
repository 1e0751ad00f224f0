// Slope One: from a person's rating of one item to another by the mean difference of the two among the people who rated
// both. dev(i, j) = mean over those people of r(v, i) - r(v, j). Predictions of item i, R the rated items j != i of the
// user that someone has rated together with i, c(i, j) how many people have:
//   plain     mean rating of the user + mean over R of dev(i, j)       (as Surprise's SlopeOne)
//   weighted  sum over R of c(i, j) (dev(i, j) + r(u, j)) / sum over R of c(i, j)
// Without R the user's mean, for unknown users the mean of all ratings. Kept within the least and greatest training
// rating where ratings are asked for.
// Source: Lemire, Maclachlan: "Slope One Predictors for Online Rating-Based Collaborative Filtering", SDM 2005,
// sections 3.1 and 3.2.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry slopeone_entry();

} // namespace tastebench
