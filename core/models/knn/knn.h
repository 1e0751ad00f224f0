// Neighbour models: items that go together (itemknn) and people of like taste (userknn).
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry itemknn_entry();
ModelEntry userknn_entry();

} // namespace tastebench
