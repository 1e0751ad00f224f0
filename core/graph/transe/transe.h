// TransE: head + relation is near tail. Bordes, Usunier, Garcia-Duran, Weston, Yakhnenko: Translating Embeddings for
// Modeling Multi-relational Data, NIPS 2013.
#pragma once

#include "core/graph/translation.h"

namespace tastebench {

EmbeddingMethod transe_method();

} // namespace tastebench
