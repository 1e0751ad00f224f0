// DeepFM: a factorisation machine and a deep network over the same embeddings.
// Source: Guo, Tang, Ye, Li, He: "DeepFM: A Factorization-Machine based Neural Network for CTR Prediction", IJCAI 2017.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry deepfm_entry();

} // namespace tastebench
