// The arithmetic that the translation methods share, on padded parts of rows. Only core/graph includes this.
#pragma once

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "core/graph/translation.h"

namespace tastebench {

using Part = Eigen::Map<Eigen::ArrayXf, Eigen::Aligned64>;
using ConstPart = Eigen::Map<const Eigen::ArrayXf, Eigen::Aligned64>;

inline Part part(RowEdit row, std::uint32_t width, std::uint32_t index = 0) {
    return {row.data() + std::size_t{index} * width, static_cast<Eigen::Index>(width)};
}
inline ConstPart part(RowView row, std::uint32_t width, std::uint32_t index = 0) {
    return {row.data() + std::size_t{index} * width, static_cast<Eigen::Index>(width)};
}

/// Room for one part on the stack.
struct Scratch {
    alignas(64) float values[max_embedding_dimension];
    Part as_part(std::uint32_t width) { return {values, static_cast<Eigen::Index>(width)}; }
};

template <typename A, typename B>
float dot(const A& a, const B& b) {
    return (a * b).sum();
}

/// The norm of a residual.
template <typename Residual>
float measure(const Residual& residual, Norm norm) {
    return norm == Norm::l1 ? residual.abs().sum() : residual.square().sum();
}

/// Turns a residual into scale x the gradient of its norm.
inline void differentiate(Part residual, Norm norm, float scale) {
    if (norm == Norm::l2_squared) {
        residual *= 2.0F * scale;
        return;
    }
    float* v = residual.data();
    for (Eigen::Index i = 0; i < residual.size(); ++i)
        v[i] = scale * (static_cast<float>(v[i] > 0.0F) - static_cast<float>(v[i] < 0.0F));
}

inline void draw_uniform(Rng& rng, Part out, std::uint32_t dimension, double bound) {
    for (std::uint32_t i = 0; i < dimension; ++i)
        out[i] = static_cast<float>((2.0 * rng.uniform() - 1.0) * bound);
}

/// The start values of the TransE paper: uniform in +-6/sqrt(dimension).
inline double start_bound(const TranslationShape& shape) {
    return 6.0 / std::sqrt(static_cast<double>(shape.dimension));
}

inline void normalize(Part values) {
    if (const float length = std::sqrt(values.square().sum()); length > 0.0F)
        values *= 1.0F / length;
}
inline void shrink_into_ball(Part values) {
    if (const float length = std::sqrt(values.square().sum()); length > 1.0F)
        values *= 1.0F / length;
}

} // namespace tastebench
