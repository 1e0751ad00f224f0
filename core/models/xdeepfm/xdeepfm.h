// xDeepFM: linear weights, a compressed interaction network and a deep network over the same embeddings.
// Source: Lian, Zhou, Zhang, Chen, Xie, Sun: "xDeepFM: Combining Explicit and Implicit Feature Interactions for
// Recommender Systems", KDD 2018.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry xdeepfm_entry();

} // namespace tastebench
