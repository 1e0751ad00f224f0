// The triples of a knowledge graph, each once, and quick answers to what is known of an entity.
#pragma once

#include <span>
#include <vector>

#include "core/base/rng.h"
#include "core/data/dataset.h"

namespace tastebench {

using Triple = KnowledgeGraph::Triple;

/// Order by head, relation, tail, so that training does not depend on the order of the file.
std::vector<Triple> distinct_triples(const KnowledgeGraph& graph);

/// Read-only and thread-safe.
class TripleIndex {
  public:
    /// `triples` ascending and distinct, as distinct_triples() gives them.
    TripleIndex(std::span<const Triple> triples, std::uint32_t n_entities, std::uint32_t n_relations);

    bool contains(const Triple& triple) const;
    /// Known tails of (head, relation, ?), ascending.
    std::span<const std::uint32_t> tails(std::uint32_t head, std::uint32_t relation) const;
    /// Known heads of (?, relation, tail), ascending.
    std::span<const std::uint32_t> heads(std::uint32_t relation, std::uint32_t tail) const;
    /// How likely the head, not the tail, is exchanged under `bern`: tails per head / (tails per head + heads per
    /// tail), by relation; 1/2 for a relation without triples.
    const std::vector<double>& head_share() const { return head_share_; }

  private:
    /// Partners of (entity, relation), by entity, then relation, then partner.
    struct Side {
        std::vector<std::uint64_t> starts; ///< entities + 1
        std::vector<std::uint32_t> relation, partner;
        std::vector<std::uint64_t> pairs; ///< different entities by relation
        std::span<const std::uint32_t> of(std::uint32_t entity, std::uint32_t wanted) const;
    };
    template <typename Ends>
    static Side make_side(std::span<const Triple> sorted, std::uint32_t n_entities, std::uint32_t n_relations,
                          Ends ends);
    Side by_head_, by_tail_;
    std::vector<double> head_share_;
};

struct TripleSplit {
    std::vector<Triple> train, test; ///< ascending
};
/// Holds out a random share, rounded to whole triples.
TripleSplit hold_out(std::span<const Triple> triples, double share, std::uint64_t seed);

/// A false triple, made by exchanging one end for a random entity; `known` does not hold it. False where none was
/// found in a few tries.
bool corrupt(const Triple& triple, bool exchange_head, const TripleIndex& known, std::uint32_t n_entities, Rng& rng,
             Triple& out);

} // namespace tastebench
