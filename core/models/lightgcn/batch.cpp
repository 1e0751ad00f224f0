#include "core/models/lightgcn/batch.h"

#include <algorithm>

#include "core/models/lightgcn/lightgcn_kernels.h"

namespace tastebench {

double GraphLearner::gradient(std::span<const float> learned, std::span<const GraphSample> samples,
                              std::span<float> gradient, const Parallel& parallel, const Progress& progress) {
    graph_.propagate(learned, final_, width_, layers_, parallel, progress);
    std::fill(slope_.begin(), slope_.end(), 0.0F);
    const auto at = [&](std::uint32_t node) { return std::size_t{node} * width_; };
    const float weight = 1.0F / static_cast<float>(samples.size());
    double loss = 0;
    for (const auto& [user, positive, negative] : samples)
        loss +=
            rank_pair({final_.data() + at(user), final_.data() + at(positive), final_.data() + at(negative),
                       slope_.data() + at(user), slope_.data() + at(positive), slope_.data() + at(negative), width_},
                      weight);
    graph_.propagate(slope_, gradient, width_, layers_, parallel, progress);
    double squares = 0;
    for (const auto& sample : samples)
        for (const std::uint32_t node : {sample.user, sample.positive, sample.negative})
            squares +=
                shrink_row(learned.data() + at(node), gradient.data() + at(node), width_, weight * regularization_);
    return (loss + 0.5 * static_cast<double>(regularization_) * squares) * static_cast<double>(weight);
}

} // namespace tastebench
