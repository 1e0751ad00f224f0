// Attention of a query over keys by a small network on both (Wang et al.: DKN, WWW 2018, equations 9 and 10):
//   score_k = v . relu(q + h_k),  weight = softmax(score),  out = sum_k weight_k value_k.
// q = query Wq + b and h_k = key Wk are the halves of the network's first layer, which callers compute once for each
// distinct vector. A bias of the score would fall out of the softmax. Without keys, out is zero.
// Shapes: q, v and rows of keys [width]; rows of values and out [value_width]; ids name rows of both tables.
#pragma once

#include <cstdint>
#include <span>

namespace tastebench::nn {

struct AttentionTables {
    const float* keys;   ///< [rows x width]
    const float* values; ///< [rows x value_width]
    const float* v;      ///< [width]
    std::size_t width, value_width;
};

/// weights [ids] and out are set.
void attend(const AttentionTables& tables, std::span<const std::uint32_t> ids, const float* q, float* weights,
            float* out);
/// From d_out: d_scores [ids], d_q and d_v [width], all set. What values and keys gain is d_out x weight, and
/// add_key_gradient(): callers add these up by row.
void attend_backward(const AttentionTables& tables, std::span<const std::uint32_t> ids, const float* q,
                     const float* weights, const float* d_out, float* d_scores, float* d_q, float* d_v);
/// d_key += the derivative by one key of the score it took part in.
void add_key_gradient(const float* q, const float* key, const float* v, float d_score, std::size_t width, float* d_key);

/// y += a x
void add_scaled(float* y, const float* x, float a, std::size_t n);

} // namespace tastebench::nn
