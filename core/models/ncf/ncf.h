// NCF (core/models/ncf/network.h) as a recommender. Negatives are drawn as samples.h says. With pre-training the epochs
// of a run are those of GMF, then those of the MLP, each from an optimiser of its own, then those of NeuMF, which
// begins with the two networks' weights and their outputs weighed by alpha and 1 - alpha; the paper goes on by plain
// SGD, since Adam's moments are those of other networks. Checks for early stopping count from NeuMF's first epoch.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry ncf_entry();

} // namespace tastebench
