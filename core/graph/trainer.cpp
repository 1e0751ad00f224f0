#include "core/graph/trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace tastebench {

namespace {

constexpr std::uint32_t entity_stream = 61, relation_stream = 62, order_stream = 63;
constexpr std::uint32_t negative_stream = 1000; ///< plus the epoch
constexpr std::size_t pairs_at_once = 32;
constexpr std::uint32_t owners = 16;
constexpr float adagrad_floor = 1e-8F;

/// The gradients of one batch. A pair moves three entities (head, tail, the one that was put in) and one relation.
struct Batch {
    static constexpr std::size_t ends = 3;
    static constexpr std::uint32_t nobody = 0xFFFFFFFF; ///< the pair has no gradient
    std::vector<std::uint32_t> entity;                  ///< [pairs, 3]
    std::vector<std::uint32_t> relation;                ///< [pairs]
    RowTable entity_gradient, relation_gradient;
    std::vector<double> loss; ///< by block of pairs

    Batch(std::size_t pairs, const EmbeddingTables& tables)
        : entity(pairs * ends), relation(pairs), entity_gradient(pairs * ends, tables.entities.width),
          relation_gradient(pairs, tables.relations.width), loss((pairs + pairs_at_once - 1) / pairs_at_once) {}
};

class Trainer {
  public:
    Trainer(const Translation& method, EmbeddingTables& tables, std::span<const Triple> train, const TripleIndex& known,
            const TrainingSettings& settings, std::uint64_t seed, const Parallel& parallel, Progress& progress)
        : method_(method), tables_(tables), train_(train), known_(known), settings_(settings), seed_(seed),
          parallel_(parallel), progress_(progress), batch_(std::min<std::size_t>(settings.batch, train.size()), tables),
          order_(train.size()) {
        if (settings.adagrad) {
            entity_squares_ = RowTable(tables.entities.rows(), tables.entities.width);
            relation_squares_ = RowTable(tables.relations.rows(), tables.relations.width);
        }
        std::iota(order_.begin(), order_.end(), 0U);
    }

    Status run() {
        progress_.begin("Training", std::uint64_t{settings_.epochs} * train_.size());
        for (std::uint32_t epoch = 1; epoch <= settings_.epochs; ++epoch) {
            Rng(seed_, order_stream, epoch).shuffle(std::span(order_));
            double loss = 0;
            for (std::size_t first = 0; first < train_.size(); first += settings_.batch) {
                const auto n = std::min<std::size_t>(settings_.batch, train_.size() - first);
                find_gradients(epoch, first, n);
                if (progress_.cancelled())
                    return cancelled_error();
                apply(n);
                const auto blocks = (n + pairs_at_once - 1) / pairs_at_once;
                for (std::size_t b = 0; b < blocks; ++b)
                    loss += batch_.loss[b];
                progress_.advance(n);
            }
            loss /= static_cast<double>(train_.size());
            if (!std::isfinite(loss))
                return run_failed(fmt::format("training diverged in epoch {}", epoch), "learning_rate",
                                  "lower the learning rate, or choose the optimiser adagrad");
            progress_.add_curve_point("loss", epoch, loss);
        }
        return {};
    }

  private:
    void find_gradients(std::uint32_t epoch, std::size_t first, std::size_t n) {
        parallel_.for_blocks(n, pairs_at_once, [&](std::size_t begin, std::size_t end) {
            if (progress_.cancelled())
                return;
            double loss = 0;
            for (std::size_t i = begin; i < end; ++i)
                loss += find_gradient(epoch, first + i, i);
            batch_.loss[begin / pairs_at_once] = loss;
        });
    }

    /// The pair at `position` of the epoch's order, into slot `slot`; returns its loss.
    double find_gradient(std::uint32_t epoch, std::size_t position, std::size_t slot) {
        batch_.relation[slot] = Batch::nobody;
        std::fill_n(batch_.entity.begin() + static_cast<std::ptrdiff_t>(slot * Batch::ends), Batch::ends,
                    Batch::nobody);
        const Triple& good = train_[order_[position]];
        Rng rng(seed_, negative_stream + epoch, static_cast<std::uint32_t>(position));
        const double share = settings_.bernoulli ? known_.head_share()[good.relation] : 0.5;
        const bool at_head = rng.uniform() < share;
        Triple bad{};
        if (!corrupt(good, at_head, known_, static_cast<std::uint32_t>(tables_.entities.rows()), rng, bad))
            return 0;
        const auto relation = tables_.relations.row(good.relation);
        const auto entity = [&](std::uint32_t index) { return tables_.entities.row(index); };
        const float gap = settings_.margin + method_.distance(entity(good.head), relation, entity(good.tail)) -
                          method_.distance(entity(bad.head), relation, entity(bad.tail));
        const float penalty = method_.penalty(entity(good.head), relation, entity(good.tail));
        // A gap that is not a number must reach the loss, so that the run ends there.
        if (gap <= 0.0F && penalty <= 0.0F)
            return 0;
        batch_.relation[slot] = good.relation;
        const std::array<std::uint32_t, Batch::ends> moved{good.head, good.tail, at_head ? bad.head : bad.tail};
        std::array<RowEdit, Batch::ends> ends;
        for (std::size_t e = 0; e < Batch::ends; ++e) {
            batch_.entity[slot * Batch::ends + e] = moved[e];
            ends[e] = batch_.entity_gradient.edit(slot * Batch::ends + e);
            std::fill(ends[e].begin(), ends[e].end(), 0.0F);
        }
        const auto of_relation = batch_.relation_gradient.edit(slot);
        std::fill(of_relation.begin(), of_relation.end(), 0.0F);
        if (gap > 0.0F) {
            method_.add_gradient(entity(good.head), relation, entity(good.tail), 1.0F, ends[0], of_relation, ends[1]);
            method_.add_gradient(entity(bad.head), relation, entity(bad.tail), -1.0F, ends[at_head ? 2 : 0],
                                 of_relation, ends[at_head ? 1 : 2]);
        }
        if (penalty > 0.0F)
            method_.add_penalty_gradient(entity(good.head), relation, entity(good.tail), ends[0], of_relation, ends[1]);
        return static_cast<double>(penalty) + static_cast<double>(gap <= 0.0F ? 0.0F : gap);
    }

    void apply(std::size_t n) {
        parallel_.for_blocks(2 * owners, 1, [&](std::size_t part, std::size_t) {
            const auto owner = static_cast<std::uint32_t>(part / 2);
            if (part % 2 == 0)
                move_entities(owner, n);
            else
                move_relations(owner, n);
        });
    }

    void move_entities(std::uint32_t owner, std::size_t n) {
        for (std::size_t i = 0; i < n * Batch::ends; ++i) {
            const auto entity = batch_.entity[i];
            if (entity % owners != owner || entity == Batch::nobody)
                continue;
            step(tables_.entities, entity_squares_, entity, batch_.entity_gradient.row(i));
            method_.project_entity(tables_.entities.edit(entity));
        }
    }

    void move_relations(std::uint32_t owner, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const auto relation = batch_.relation[i];
            if (relation % owners != owner || relation == Batch::nobody)
                continue;
            step(tables_.relations, relation_squares_, relation, batch_.relation_gradient.row(i));
            method_.project_relation(tables_.relations.edit(relation));
        }
    }

    void step(RowTable& table, RowTable& squares, std::uint32_t index, RowView gradient) const {
        float* __restrict x = table.edit(index).data();
        const float* __restrict g = gradient.data();
        const float rate = settings_.learning_rate;
        if (!settings_.adagrad) {
            for (std::size_t i = 0; i < gradient.size(); ++i)
                x[i] -= rate * g[i];
            return;
        }
        float* __restrict sum = squares.edit(index).data();
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            sum[i] += g[i] * g[i];
            x[i] -= rate * g[i] / (std::sqrt(sum[i]) + adagrad_floor);
        }
    }

    const Translation& method_;
    EmbeddingTables& tables_;
    std::span<const Triple> train_;
    const TripleIndex& known_;
    const TrainingSettings& settings_;
    std::uint64_t seed_;
    const Parallel& parallel_;
    Progress& progress_;
    Batch batch_;
    std::vector<std::uint32_t> order_;
    RowTable entity_squares_, relation_squares_;
};

} // namespace

EmbeddingTables start_tables(const Translation& method, std::uint32_t n_entities, std::uint32_t n_relations,
                             std::uint64_t seed, const Parallel& parallel) {
    const auto width = [&](const std::vector<std::string>& parts) {
        return static_cast<std::uint32_t>(parts.size()) * method.shape().width;
    };
    EmbeddingTables tables{RowTable(n_entities, width(method.entity_parts())),
                           RowTable(n_relations, width(method.relation_parts()))};
    parallel.for_blocks(n_entities, 256, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            Rng rng(seed, entity_stream, static_cast<std::uint32_t>(i));
            method.start_entity(rng, tables.entities.edit(i));
        }
    });
    for (std::uint32_t r = 0; r < n_relations; ++r) {
        Rng rng(seed, relation_stream, r);
        method.start_relation(rng, tables.relations.edit(r));
    }
    return tables;
}

Status train_translation(const Translation& method, EmbeddingTables& tables, std::span<const Triple> train,
                         const TripleIndex& known, const TrainingSettings& settings, std::uint64_t seed,
                         const Parallel& parallel, Progress& progress) {
    return Trainer(method, tables, train, known, settings, seed, parallel, progress).run();
}

} // namespace tastebench
