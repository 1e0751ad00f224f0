#include "core/models/lightgcn/batch.h"

#include <algorithm>
#include <cmath>

#include "core/nn/kernels.h"

namespace tastebench {

namespace {

using Row = Eigen::Map<Eigen::VectorXf>;
using ConstRow = Eigen::Map<const Eigen::VectorXf>;

} // namespace

/// The loss of a sample; its slope goes to the propagated rows.
double GraphLearner::add_sample(const GraphSample& sample, float weight) {
    const auto n = static_cast<Eigen::Index>(width_);
    const auto row = [&](nn::AlignedFloats& table, std::uint32_t node) {
        return Row(table.data() + std::size_t{node} * width_, n);
    };
    const Row u = row(final_, sample.user);
    const Row i = row(final_, sample.positive);
    const Row j = row(final_, sample.negative);
    const float x = u.dot(i - j);
    const float z = -nn::logistic(-x) * weight;
    row(slope_, sample.user) += z * (i - j);
    row(slope_, sample.positive) += z * u;
    row(slope_, sample.negative) -= z * u;
    const double margin = static_cast<double>(x);
    return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
}

double GraphLearner::gradient(std::span<const float> learned, std::span<const GraphSample> samples,
                              std::span<float> gradient, const Parallel& parallel, const Progress& progress) {
    graph_.propagate(learned, final_, width_, layers_, parallel, progress);
    std::fill(slope_.begin(), slope_.end(), 0.0F);
    const float weight = 1.0F / static_cast<float>(samples.size());
    double loss = 0;
    for (const auto& sample : samples)
        loss += add_sample(sample, weight);
    graph_.propagate(slope_, gradient, width_, layers_, parallel, progress);
    const auto n = static_cast<Eigen::Index>(width_);
    double squares = 0;
    for (const auto& sample : samples)
        for (const std::uint32_t node : {sample.user, sample.positive, sample.negative}) {
            const ConstRow e(learned.data() + std::size_t{node} * width_, n);
            Row(gradient.data() + std::size_t{node} * width_, n) += weight * regularization_ * e;
            squares += static_cast<double>(e.squaredNorm());
        }
    return (loss + 0.5 * static_cast<double>(regularization_) * squares) * static_cast<double>(weight);
}

} // namespace tastebench
