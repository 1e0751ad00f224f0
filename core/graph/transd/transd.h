// TransD: a mapping made from a projection vector of the entity and one of the relation moves each entity before it is
// compared. Ji, He, Xu, Liu, Zhao: Knowledge Graph Embedding via Dynamic Mapping Matrix, ACL 2015.
#pragma once

#include "core/graph/translation.h"

namespace tastebench {

EmbeddingMethod transd_method();

} // namespace tastebench
