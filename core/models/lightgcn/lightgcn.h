// He, Deng, Wang, Li, Zhang, Wang: "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
// SIGIR 2020. A person's and an item's embedding is the mean of what 0 .. L steps over the graph of people and items
// make of learned embeddings (equations 3 and 4, alpha = 1 / (L + 1)); score(u, i) is their dot product. Learned by the
// BPR loss of equation 15 with Adam; samples are drawn as in Microsoft Recommenders: a person at random, one of their
// items, one that they do not have.
//
// Every step goes over the whole graph forth and back, so an epoch takes (pairs / batch) x pairs x 4 L row additions:
// the cost grows with the square of the data unless the batch grows with it.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry lightgcn_entry();

} // namespace tastebench
