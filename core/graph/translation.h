// Embeddings of a knowledge graph by translation: a triple (head, relation, tail) is plausible where the tail lies
// near the head moved by the relation. A method says how far off a triple is and how that changes with the vectors;
// training, ranking and storing are the same for all (trainer.h, ranking.h, embedding.h).
//
// An entity's row holds one or more parts of `width` floats each, the embedding itself first; a relation's likewise.
// Each part is `dimension` numbers, padded with zeros to `width`, a multiple of 16, so that rows stay aligned to 64
// bytes. All members are const and safe from any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/rng.h"

namespace tastebench {

inline constexpr std::uint32_t translation_lane = 16;
inline constexpr std::uint32_t max_embedding_dimension = 1024;

enum class Norm { l1, l2_squared };

struct TranslationShape {
    std::uint32_t dimension = 0;
    std::uint32_t width = 0; ///< dimension, rounded up to the lane
    Norm norm = Norm::l1;
    float constraint = 0; ///< weight of the soft constraints (TransH, TransD)
};

using RowView = std::span<const float>;
using RowEdit = std::span<float>;

class Translation {
  public:
    explicit Translation(const TranslationShape& shape) : shape_(shape) {}
    virtual ~Translation() = default;
    Translation(const Translation&) = delete;
    Translation& operator=(const Translation&) = delete;

    const TranslationShape& shape() const { return shape_; }
    /// Names of the parts of a row, such as "entities", "entity_projections".
    virtual std::vector<std::string> entity_parts() const = 0;
    virtual std::vector<std::string> relation_parts() const = 0;

    /// Random start values; the row comes zeroed.
    virtual void start_entity(Rng& rng, RowEdit row) const = 0;
    virtual void start_relation(Rng& rng, RowEdit row) const = 0;

    /// How far off the triple is: 0 where it fits perfectly.
    virtual float distance(RowView head, RowView relation, RowView tail) const = 0;
    /// Adds scale x the gradient of distance() to the three rows.
    virtual void add_gradient(RowView head, RowView relation, RowView tail, float scale, RowEdit head_gradient,
                              RowEdit relation_gradient, RowEdit tail_gradient) const = 0;
    /// The soft constraints' part of the loss, and its gradient, added to the three rows.
    virtual float penalty(RowView, RowView, RowView) const { return 0; }
    virtual void add_penalty_gradient(RowView, RowView, RowView, RowEdit, RowEdit, RowEdit) const {}

    /// The hard constraints, applied to a row after each step.
    virtual void project_entity(RowEdit row) const = 0;
    virtual void project_relation(RowEdit row) const = 0;

  private:
    TranslationShape shape_;
};

struct EmbeddingMethod {
    std::string id;       ///< "transe"
    std::string title;    ///< "TransE"
    std::string summary;  ///< one plain sentence
    std::string citation; ///< the paper
    ParameterSchema schema;
    std::unique_ptr<Translation> (*make)(const TranslationShape& shape);
};

/// Every method, in the order they are shown. Adding one: its folder, and one line in registry.cpp.
const std::vector<EmbeddingMethod>& embedding_methods();
/// usage error naming the nearest id.
Result<const EmbeddingMethod*> find_embedding_method(std::string_view id);

} // namespace tastebench
