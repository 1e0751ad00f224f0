#include "core/graph/triples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace tastebench {

namespace {

constexpr std::uint32_t hold_out_stream = 60;
constexpr int corruption_tries = 16;

bool less(const Triple& a, const Triple& b) {
    return std::tie(a.head, a.relation, a.tail) < std::tie(b.head, b.relation, b.tail);
}
bool equal(const Triple& a, const Triple& b) {
    return a.head == b.head && a.relation == b.relation && a.tail == b.tail;
}

} // namespace

std::vector<Triple> distinct_triples(const KnowledgeGraph& graph) {
    auto out = graph.triples;
    std::sort(out.begin(), out.end(), less);
    out.erase(std::unique(out.begin(), out.end(), equal), out.end());
    return out;
}

template <typename Ends>
TripleIndex::Side TripleIndex::make_side(std::span<const Triple> sorted, std::uint32_t n_entities,
                                         std::uint32_t n_relations, Ends ends) {
    Side side;
    side.starts.assign(std::size_t{n_entities} + 1, 0);
    side.pairs.assign(n_relations, 0);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto [entity, partner] = ends(sorted[i]);
        ++side.starts[entity + 1];
        side.relation.push_back(sorted[i].relation);
        side.partner.push_back(partner);
        if (i == 0 || ends(sorted[i - 1]).first != entity || sorted[i - 1].relation != sorted[i].relation)
            ++side.pairs[sorted[i].relation];
    }
    std::partial_sum(side.starts.begin(), side.starts.end(), side.starts.begin());
    return side;
}

TripleIndex::TripleIndex(std::span<const Triple> triples, std::uint32_t n_entities, std::uint32_t n_relations) {
    by_head_ = make_side(triples, n_entities, n_relations, [](const Triple& t) { return std::pair(t.head, t.tail); });
    std::vector<Triple> turned(triples.begin(), triples.end());
    std::sort(turned.begin(), turned.end(), [](const Triple& a, const Triple& b) {
        return std::tie(a.tail, a.relation, a.head) < std::tie(b.tail, b.relation, b.head);
    });
    by_tail_ = make_side(turned, n_entities, n_relations, [](const Triple& t) { return std::pair(t.tail, t.head); });
    // Tails per head is triples / heads and heads per tail is triples / tails: the triples cancel.
    for (std::uint32_t r = 0; r < n_relations; ++r) {
        const auto heads = static_cast<double>(by_head_.pairs[r]);
        const auto tails = static_cast<double>(by_tail_.pairs[r]);
        head_share_.push_back(heads + tails > 0 ? tails / (heads + tails) : 0.5);
    }
}

std::span<const std::uint32_t> TripleIndex::Side::of(std::uint32_t entity, std::uint32_t wanted) const {
    const auto first = relation.begin() + static_cast<std::ptrdiff_t>(starts[entity]);
    const auto last = relation.begin() + static_cast<std::ptrdiff_t>(starts[entity + 1]);
    const auto [low, high] = std::equal_range(first, last, wanted);
    return std::span(partner).subspan(static_cast<std::size_t>(low - relation.begin()),
                                      static_cast<std::size_t>(high - low));
}

std::span<const std::uint32_t> TripleIndex::tails(std::uint32_t head, std::uint32_t relation) const {
    return by_head_.of(head, relation);
}

std::span<const std::uint32_t> TripleIndex::heads(std::uint32_t relation, std::uint32_t tail) const {
    return by_tail_.of(tail, relation);
}

bool TripleIndex::contains(const Triple& triple) const {
    const auto known = tails(triple.head, triple.relation);
    return std::binary_search(known.begin(), known.end(), triple.tail);
}

TripleSplit hold_out(std::span<const Triple> triples, double share, std::uint64_t seed) {
    std::vector<std::uint32_t> order(triples.size());
    std::iota(order.begin(), order.end(), 0U);
    Rng(seed, hold_out_stream).shuffle(std::span(order));
    const auto n_test = static_cast<std::size_t>(std::llround(share * static_cast<double>(triples.size())));
    const auto test_end = order.begin() + static_cast<std::ptrdiff_t>(n_test);
    std::sort(order.begin(), test_end);
    std::sort(test_end, order.end());
    TripleSplit out;
    for (auto at = order.begin(); at != order.end(); ++at)
        (at < test_end ? out.test : out.train).push_back(triples[*at]);
    return out;
}

bool corrupt(const Triple& triple, bool exchange_head, const TripleIndex& known, std::uint32_t n_entities, Rng& rng,
             Triple& out) {
    // Both ends that stay are the true triple's, so what is known of them is looked up once.
    const auto others =
        exchange_head ? known.heads(triple.relation, triple.tail) : known.tails(triple.head, triple.relation);
    out = triple;
    for (int i = 0; i < corruption_tries; ++i) {
        const auto entity = rng.below(n_entities);
        (exchange_head ? out.head : out.tail) = entity;
        if (!std::binary_search(others.begin(), others.end(), entity))
            return true;
    }
    return false;
}

} // namespace tastebench
