// Wide & Deep: linear weights of values and of chosen pairs of values, beside a deep network over their embeddings.
// Source: Cheng et al.: "Wide & Deep Learning for Recommender Systems", DLRS 2016. Deviation: both parts have the same
// optimiser, where the paper gives the wide part FTRL with L1 and the deep part Adagrad.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry widedeep_entry();

} // namespace tastebench
