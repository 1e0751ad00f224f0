#include "core/graph/transe/transe.h"

#include "core/graph/rows.h"
#include "core/graph/schema.h"

namespace tastebench {

namespace {

class TransE final : public Translation {
  public:
    explicit TransE(const TranslationShape& shape) : Translation(shape), width_(shape.width) {}

    std::vector<std::string> entity_parts() const override { return {"entities"}; }
    std::vector<std::string> relation_parts() const override { return {"relations"}; }

    void start_entity(Rng& rng, RowEdit row) const override {
        draw_uniform(rng, part(row, width_), shape().dimension, start_bound(shape()));
        project_entity(row);
    }
    /// Of unit length at the start, free afterwards.
    void start_relation(Rng& rng, RowEdit row) const override {
        draw_uniform(rng, part(row, width_), shape().dimension, start_bound(shape()));
        normalize(part(row, width_));
    }

    float distance(RowView head, RowView relation, RowView tail) const override {
        return measure(part(head, width_) + part(relation, width_) - part(tail, width_), shape().norm);
    }

    void add_gradient(RowView head, RowView relation, RowView tail, float scale, RowEdit head_gradient,
                      RowEdit relation_gradient, RowEdit tail_gradient) const override {
        Scratch scratch;
        Part v = scratch.as_part(width_);
        v = part(head, width_) + part(relation, width_) - part(tail, width_);
        differentiate(v, shape().norm, scale);
        part(head_gradient, width_) += v;
        part(relation_gradient, width_) += v;
        part(tail_gradient, width_) -= v;
    }

    void project_entity(RowEdit row) const override { normalize(part(row, width_)); }
    void project_relation(RowEdit) const override {}

  private:
    std::uint32_t width_;
};

} // namespace

EmbeddingMethod transe_method() {
    return {
        "transe",
        "TransE",
        "A relation is a step from head to tail; simple, fast, and hard to beat where most facts are one to one.",
        "Bordes, Usunier, Garcia-Duran, Weston, Yakhnenko: Translating Embeddings for Modeling Multi-relational "
        "Data, NIPS 2013",
        ParameterSchema(shared_embedding_specs({}),
                        {fast_embedding_preset(),
                         {"paper",
                          "Paper",
                          "50 numbers, margin 1 and plain steps of 0.01, as the paper trains on FB15k.",
                          {{"dimension", std::int64_t{50}},
                           {"margin", 1.0},
                           {"norm", std::string("l1")},
                           {"optimizer", std::string("sgd")},
                           {"learning_rate", 0.01},
                           {"batch", std::int64_t{128}},
                           {"epochs", std::int64_t{1000}}}}}),
        [](const TranslationShape& shape) -> std::unique_ptr<Translation> { return std::make_unique<TransE>(shape); }};
}

} // namespace tastebench
