#include "core/nn/attention.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace tastebench::nn {

namespace {

Eigen::Map<const Eigen::ArrayXf> array(const float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}
Eigen::Map<Eigen::ArrayXf> array(float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}

} // namespace

void add_scaled(float* y, const float* x, float a, std::size_t n) {
    array(y, n) += a * array(x, n);
}

void attend(const AttentionTables& tables, std::span<const std::uint32_t> ids, const float* q, float* weights,
            float* out) {
    std::fill_n(out, tables.value_width, 0.0F);
    if (ids.empty())
        return;
    for (std::size_t k = 0; k < ids.size(); ++k)
        weights[k] = ((array(q, tables.width) + array(tables.keys + ids[k] * tables.width, tables.width)).max(0.0F) *
                      array(tables.v, tables.width))
                         .sum();
    auto all = array(weights, ids.size());
    all = (all - all.maxCoeff()).exp();
    all *= 1.0F / all.sum();
    for (std::size_t k = 0; k < ids.size(); ++k)
        add_scaled(out, tables.values + ids[k] * tables.value_width, weights[k], tables.value_width);
}

void attend_backward(const AttentionTables& tables, std::span<const std::uint32_t> ids, const float* q,
                     const float* weights, const float* d_out, float* d_scores, float* d_q, float* d_v) {
    std::fill_n(d_q, tables.width, 0.0F);
    std::fill_n(d_v, tables.width, 0.0F);
    float mean = 0;
    for (std::size_t k = 0; k < ids.size(); ++k) {
        d_scores[k] =
            (array(tables.values + ids[k] * tables.value_width, tables.value_width) * array(d_out, tables.value_width))
                .sum();
        mean += weights[k] * d_scores[k];
    }
    for (std::size_t k = 0; k < ids.size(); ++k) {
        d_scores[k] = weights[k] * (d_scores[k] - mean);
        const float* key = tables.keys + ids[k] * tables.width;
        for (std::size_t f = 0; f < tables.width; ++f) {
            const float hidden = q[f] + key[f];
            d_q[f] += hidden > 0 ? d_scores[k] * tables.v[f] : 0.0F;
            d_v[f] += hidden > 0 ? d_scores[k] * hidden : 0.0F;
        }
    }
}

void add_key_gradient(const float* q, const float* key, const float* v, float d_score, std::size_t width,
                      float* d_key) {
    for (std::size_t f = 0; f < width; ++f)
        d_key[f] += q[f] + key[f] > 0 ? d_score * v[f] : 0.0F;
}

} // namespace tastebench::nn
