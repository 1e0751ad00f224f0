// How well an embedding finds what was held out: filtered ranking (Bordes et al. 2013). For each triple every entity is
// put in place of the tail, then of the head, and all are ranked by distance; entities that make another true triple
// are left out. Rank = 1 + nearer ones + half of the equally near ones.
#pragma once

#include <map>

#include "core/graph/trainer.h"

namespace tastebench {

struct RankingResult {
    std::uint64_t triples = 0;             ///< ranked
    std::map<std::string, double> metrics; ///< mean_rank, mrr, hits@1, hits@3, hits@10; also head_... and tail_...
};

/// Ranks at most `limit` of the triples, drawn at random for the seed. `known` holds all true triples. No triples: no
/// metrics. Errors: cancelled.
Result<RankingResult> rank_triples(const Translation& method, const EmbeddingTables& tables,
                                   std::span<const Triple> test, const TripleIndex& known, std::size_t limit,
                                   std::uint64_t seed, const Parallel& parallel, Progress& progress);

} // namespace tastebench
