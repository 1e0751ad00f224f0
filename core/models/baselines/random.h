// The random baseline: everyone gets items at random; what is no better has learned nothing.
// Score of (user, item): uniform in [0, 1), the first number of the stream (seed, user, item), so it depends on nothing
// else.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry random_entry();

} // namespace tastebench
