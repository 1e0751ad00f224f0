// One batch of LightGCN: its samples, and loss and gradient with respect to the learned embeddings.
#pragma once

#include "core/models/lightgcn/graph.h"

namespace tastebench {

struct GraphSample {
    std::uint32_t user, positive, negative; ///< nodes of the graph
};

/// The embeddings and what one step needs; rows of `width` floats.
class GraphLearner {
  public:
    GraphLearner(ItemGraph& graph, std::uint32_t width, std::uint32_t layers, float regularization)
        : graph_(graph), width_(width), layers_(layers), regularization_(regularization),
          final_(std::size_t{graph.nodes()} * width), slope_(final_.size()) {}

    /// With e the learned and f the propagated embeddings: mean over the samples of
    ///   ln(1 + exp(-f_u . (f_i - f_j))) + regularization / 2 (|e_u|^2 + |e_i|^2 + |e_j|^2).
    /// Sets the gradient, of the size of `learned`. The same digits on any number of threads.
    double gradient(std::span<const float> learned, std::span<const GraphSample> samples, std::span<float> gradient,
                    const Parallel& parallel, const Progress& progress);

  private:
    ItemGraph& graph_;
    std::uint32_t width_, layers_;
    float regularization_;
    nn::AlignedFloats final_, slope_;
};

} // namespace tastebench
