#include "core/graph/transd/transd.h"

#include "core/graph/rows.h"
#include "core/graph/schema.h"

namespace tastebench {

namespace {

/// Projections start small, so that training begins near TransE, from whose result the paper starts.
constexpr double projection_start = 0.1;

/// Entities and relations have the same dimension, so the mapping of e for r is e + (e_p . e) r_p: the paper's
/// r_p e_p^T + I. An entity's row: e, e_p. A relation's: r, r_p.
class TransD final : public Translation {
  public:
    explicit TransD(const TranslationShape& shape) : Translation(shape), width_(shape.width) {}

    std::vector<std::string> entity_parts() const override { return {"entities", "entity_projections"}; }
    std::vector<std::string> relation_parts() const override { return {"relations", "relation_projections"}; }

    void start_entity(Rng& rng, RowEdit row) const override { start(rng, row); }
    void start_relation(Rng& rng, RowEdit row) const override { start(rng, row); }

    float distance(RowView head, RowView relation, RowView tail) const override {
        const float shift = share(head) - share(tail);
        return measure(part(head, width_) + shift * part(relation, width_, 1) + part(relation, width_) -
                           part(tail, width_),
                       shape().norm);
    }

    void add_gradient(RowView head, RowView relation, RowView tail, float scale, RowEdit head_gradient,
                      RowEdit relation_gradient, RowEdit tail_gradient) const override {
        const ConstPart projection = part(relation, width_, 1);
        const float shift = share(head) - share(tail);
        Scratch scratch;
        Part v = scratch.as_part(width_);
        v = part(head, width_) + shift * projection + part(relation, width_) - part(tail, width_);
        differentiate(v, shape().norm, scale);
        const float along = dot(projection, v);
        part(relation_gradient, width_) += v;
        part(relation_gradient, width_, 1) += shift * v;
        part(head_gradient, width_) += v + along * part(head, width_, 1);
        part(head_gradient, width_, 1) += along * part(head, width_);
        part(tail_gradient, width_) -= v + along * part(tail, width_, 1);
        part(tail_gradient, width_, 1) -= along * part(tail, width_);
    }

    /// C ([|h'|^2 - 1]+ + [|t'|^2 - 1]+) for the mapped entities; the other lengths are kept by projecting.
    float penalty(RowView head, RowView relation, RowView tail) const override {
        Scratch scratch;
        const float h = std::max(0.0F, mapped(head, relation, scratch).square().sum() - 1.0F);
        return shape().constraint * (h + std::max(0.0F, mapped(tail, relation, scratch).square().sum() - 1.0F));
    }

    void add_penalty_gradient(RowView head, RowView relation, RowView tail, RowEdit head_gradient,
                              RowEdit relation_gradient, RowEdit tail_gradient) const override {
        add_length_gradient(head, relation, head_gradient, relation_gradient);
        add_length_gradient(tail, relation, tail_gradient, relation_gradient);
    }

    void project_entity(RowEdit row) const override { shrink_into_ball(part(row, width_)); }
    void project_relation(RowEdit row) const override { shrink_into_ball(part(row, width_)); }

  private:
    void start(Rng& rng, RowEdit row) const {
        draw_uniform(rng, part(row, width_), shape().dimension, start_bound(shape()));
        normalize(part(row, width_));
        draw_uniform(rng, part(row, width_, 1), shape().dimension, projection_start * start_bound(shape()));
    }

    float share(RowView entity) const { return dot(part(entity, width_), part(entity, width_, 1)); }

    Part mapped(RowView entity, RowView relation, Scratch& scratch) const {
        Part out = scratch.as_part(width_);
        out = part(entity, width_) + share(entity) * part(relation, width_, 1);
        return out;
    }

    void add_length_gradient(RowView entity, RowView relation, RowEdit entity_gradient,
                             RowEdit relation_gradient) const {
        Scratch scratch;
        Part v = mapped(entity, relation, scratch);
        if (v.square().sum() <= 1.0F)
            return;
        v *= 2.0F * shape().constraint;
        const float along = dot(part(relation, width_, 1), v);
        part(relation_gradient, width_, 1) += share(entity) * v;
        part(entity_gradient, width_) += v + along * part(entity, width_, 1);
        part(entity_gradient, width_, 1) += along * part(entity, width_);
    }

    std::uint32_t width_;
};

} // namespace

EmbeddingMethod transd_method() {
    auto specs = shared_embedding_specs({"l2", 1, "bern"});
    specs.push_back(constraint_spec());
    return {
        "transd",
        "TransD",
        "Maps each entity by a vector of its own and one of the relation before comparing; as the DKN paper uses.",
        "Ji, He, Xu, Liu, Zhao: Knowledge Graph Embedding via Dynamic Mapping Matrix, ACL 2015",
        ParameterSchema(std::move(specs), {fast_embedding_preset(),
                                           {"paper",
                                            "As in the paper",
                                            "100 numbers, margin 2 and squared distances, the way the paper "
                                            "trains.",
                                            {{"dimension", std::int64_t{100}},
                                             {"margin", 2.0},
                                             {"norm", std::string("l2")},
                                             {"negatives", std::string("bern")},
                                             {"epochs", std::int64_t{500}}}}}),
        [](const TranslationShape& shape) -> std::unique_ptr<Translation> { return std::make_unique<TransD>(shape); }};
}

} // namespace tastebench
