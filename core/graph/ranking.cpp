#include "core/graph/ranking.h"

#include <algorithm>
#include <array>

namespace tastebench {

namespace {

constexpr std::uint32_t sample_stream = 64;
constexpr std::uint32_t entities_at_once = 4096; ///< between looks at the cancel flag

std::vector<Triple> sample(std::span<const Triple> test, std::size_t limit, std::uint64_t seed) {
    std::vector<Triple> out(test.begin(), test.end());
    if (out.size() <= limit)
        return out;
    Rng(seed, sample_stream).shuffle(std::span(out));
    out.resize(limit);
    return out;
}

/// The rank of `truth` among all entities but those in `others` (ascending); 0 where it was cancelled.
template <typename Distance>
double rank_of(std::uint32_t truth, std::uint32_t n_entities, std::span<const std::uint32_t> others,
               const Progress& progress, Distance distance) {
    const float limit = distance(truth);
    std::uint64_t nearer = 0;
    std::uint64_t equal = 0;
    auto skip = others.begin();
    for (std::uint32_t entity = 0; entity < n_entities; ++entity) {
        if (entity % entities_at_once == 0 && progress.cancelled())
            return 0;
        while (skip != others.end() && *skip < entity)
            ++skip;
        if (entity == truth || (skip != others.end() && *skip == entity))
            continue;
        const float d = distance(entity);
        nearer += d < limit ? 1 : 0;
        equal += d == limit ? 1 : 0;
    }
    return 1.0 + static_cast<double>(nearer) + 0.5 * static_cast<double>(equal);
}

void add_metrics(std::map<std::string, double>& out, const std::string& prefix, std::span<const double> ranks) {
    double sum = 0;
    double reciprocal = 0;
    std::array<std::pair<int, double>, 3> hits{{{1, 0}, {3, 0}, {10, 0}}};
    for (const double rank : ranks) {
        sum += rank;
        reciprocal += 1.0 / rank;
        for (auto& [k, count] : hits)
            count += rank <= k ? 1 : 0;
    }
    const auto n = static_cast<double>(ranks.size());
    out[prefix + "mean_rank"] = sum / n;
    out[prefix + "mrr"] = reciprocal / n;
    for (const auto& [k, count] : hits)
        out[prefix + "hits@" + std::to_string(k)] = count / n;
}

} // namespace

Result<RankingResult> rank_triples(const Translation& method, const EmbeddingTables& tables,
                                   std::span<const Triple> test, const TripleIndex& known, std::size_t limit,
                                   std::uint64_t seed, const Parallel& parallel, Progress& progress) {
    const auto chosen = sample(test, limit, seed);
    const auto n_entities = static_cast<std::uint32_t>(tables.entities.rows());
    RankingResult out;
    out.triples = chosen.size();
    if (chosen.empty())
        return out;
    progress.begin("Ranking held-out triples", chosen.size());
    std::vector<double> ranks(2 * chosen.size()); // heads first, then tails
    parallel.for_blocks(chosen.size(), 1, [&](std::size_t i, std::size_t) {
        const auto& triple = chosen[i];
        const auto relation = tables.relations.row(triple.relation);
        const auto head = tables.entities.row(triple.head);
        const auto tail = tables.entities.row(triple.tail);
        ranks[i] = rank_of(triple.head, n_entities, known.heads(triple.relation, triple.tail), progress,
                           [&](std::uint32_t e) { return method.distance(tables.entities.row(e), relation, tail); });
        ranks[chosen.size() + i] =
            rank_of(triple.tail, n_entities, known.tails(triple.head, triple.relation), progress,
                    [&](std::uint32_t e) { return method.distance(head, relation, tables.entities.row(e)); });
        progress.advance();
    });
    if (progress.cancelled())
        return cancelled_error();
    add_metrics(out.metrics, "", ranks);
    add_metrics(out.metrics, "head_", std::span(ranks).first(chosen.size()));
    add_metrics(out.metrics, "tail_", std::span(ranks).last(chosen.size()));
    return out;
}

} // namespace tastebench
