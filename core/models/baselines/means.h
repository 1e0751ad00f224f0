// Means: a rating is predicted as r(u, i) = mu + b_i + b_u, mu the mean of all ratings, b_i how much better than that
// the item is liked, b_u how generous the user is, both damped towards 0 where ratings are few:
//   b_i = sum over its ratings of (r - mu - b_u) / (damping_items + count), and b_u likewise with b_i,
// taken in turn, items first, `passes` times from b_u = 0. One pass is LensKit's bias model, ten with dampings 10 and
// 15 are Surprise's BaselineOnly. Predictions stay within the least and greatest training rating. Source: Koren:
// "Factor in the Neighbors: Scalable and Accurate Collaborative Filtering", ACM TKDD 4(1), 2010, section 2.1.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry means_entry();

} // namespace tastebench
