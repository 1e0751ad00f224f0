// TransH: heads and tails are compared on the relation's hyperplane, so an entity may look different to each relation.
// Wang, Zhang, Feng, Chen: Knowledge Graph Embedding by Translating on Hyperplanes, AAAI 2014.
#pragma once

#include "core/graph/translation.h"

namespace tastebench {

EmbeddingMethod transh_method();

} // namespace tastebench
