// The popularity baseline: everyone gets the items that most people have.
// Score of an item = number of distinct users with it in training.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry popularity_entry();

} // namespace tastebench
