#include "core/graph/transh/transh.h"

#include "core/graph/rows.h"
#include "core/graph/schema.h"

namespace tastebench {

namespace {

/// The step of a relation may leave its hyperplane by this sine before it costs anything.
constexpr float slack = 1e-3F;

/// A relation's row: the step d, then the hyperplane's unit normal w.
class TransH final : public Translation {
  public:
    explicit TransH(const TranslationShape& shape) : Translation(shape), width_(shape.width) {}

    std::vector<std::string> entity_parts() const override { return {"entities"}; }
    std::vector<std::string> relation_parts() const override { return {"relations", "relation_normals"}; }

    void start_entity(Rng& rng, RowEdit row) const override {
        draw_uniform(rng, part(row, width_), shape().dimension, start_bound(shape()));
        normalize(part(row, width_));
    }
    void start_relation(Rng& rng, RowEdit row) const override {
        Part step = part(row, width_);
        Part normal = part(row, width_, 1);
        draw_uniform(rng, normal, shape().dimension, start_bound(shape()));
        normalize(normal);
        draw_uniform(rng, step, shape().dimension, start_bound(shape()));
        step -= dot(normal, step) * normal;
        normalize(step);
    }

    float distance(RowView head, RowView relation, RowView tail) const override {
        const ConstPart w = part(relation, width_, 1);
        const auto x = part(head, width_) - part(tail, width_);
        const float along = dot(w, x);
        return measure(x - along * w + part(relation, width_), shape().norm);
    }

    void add_gradient(RowView head, RowView relation, RowView tail, float scale, RowEdit head_gradient,
                      RowEdit relation_gradient, RowEdit tail_gradient) const override {
        const ConstPart w = part(relation, width_, 1);
        const auto x = part(head, width_) - part(tail, width_);
        const float along = dot(w, x);
        Scratch scratch;
        Part v = scratch.as_part(width_);
        v = x - along * w + part(relation, width_);
        differentiate(v, shape().norm, scale);
        const float v_along = dot(w, v);
        part(relation_gradient, width_) += v;
        part(relation_gradient, width_, 1) -= v_along * x + along * v;
        v -= v_along * w;
        part(head_gradient, width_) += v;
        part(tail_gradient, width_) -= v;
    }

    /// C ([|h|^2 - 1]+ + [|t|^2 - 1]+ + [(w.d)^2 / |d|^2 - slack^2]+), the paper's sums taken over the batch.
    float penalty(RowView head, RowView relation, RowView tail) const override {
        const float h = part(head, width_).square().sum() - 1.0F;
        const float t = part(tail, width_).square().sum() - 1.0F;
        return shape().constraint * (std::max(0.0F, h) + std::max(0.0F, t) + std::max(0.0F, lean(relation)));
    }

    void add_penalty_gradient(RowView head, RowView relation, RowView tail, RowEdit head_gradient,
                              RowEdit relation_gradient, RowEdit tail_gradient) const override {
        const float c = 2.0F * shape().constraint;
        if (part(head, width_).square().sum() > 1.0F)
            part(head_gradient, width_) += c * part(head, width_);
        if (part(tail, width_).square().sum() > 1.0F)
            part(tail_gradient, width_) += c * part(tail, width_);
        if (lean(relation) <= 0.0F)
            return;
        const ConstPart d = part(relation, width_);
        const ConstPart w = part(relation, width_, 1);
        const float squared = d.square().sum();
        const float share = dot(w, d) / squared;
        part(relation_gradient, width_) += c * share * (w - share * d);
        part(relation_gradient, width_, 1) += c * share * d;
    }

    void project_entity(RowEdit) const override {}
    void project_relation(RowEdit row) const override { normalize(part(row, width_, 1)); }

  private:
    /// By how much the step leaves the hyperplane; 0 or less: not at all.
    float lean(RowView relation) const {
        const ConstPart d = part(relation, width_);
        const float squared = d.square().sum();
        if (squared <= 0.0F)
            return 0.0F;
        const float along = dot(d, part(relation, width_, 1));
        return along * along / squared - slack * slack;
    }

    std::uint32_t width_;
};

} // namespace

EmbeddingMethod transh_method() {
    auto specs = shared_embedding_specs({"l2", 1, "bern"});
    specs.push_back(constraint_spec());
    return {
        "transh",
        "TransH",
        "Compares head and tail on a plane of the relation's own, so that one head may have many tails.",
        "Wang, Zhang, Feng, Chen: Knowledge Graph Embedding by Translating on Hyperplanes, AAAI 2014",
        ParameterSchema(std::move(specs), {fast_embedding_preset(),
                                           {"paper",
                                            "As in the paper",
                                            "Plain steps and squared distances, the way the paper trains.",
                                            {{"dimension", std::int64_t{50}},
                                             {"norm", std::string("l2")},
                                             {"negatives", std::string("bern")},
                                             {"optimizer", std::string("sgd")},
                                             {"learning_rate", 0.005},
                                             {"batch", std::int64_t{128}},
                                             {"epochs", std::int64_t{500}}}}}),
        [](const TranslationShape& shape) -> std::unique_ptr<Translation> { return std::make_unique<TransH>(shape); }};
}

} // namespace tastebench
