// The popularity baseline: everyone gets the items that most people have.
// Score of an item: the number of distinct users with it in training, or of its events. With a half-life of T days each
// of them (a user's latest event with the item, or every event) counts 2^(-age / T), its age taken at the latest event
// in training.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry popularity_entry();

} // namespace tastebench
