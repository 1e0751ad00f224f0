// Scores and best lists from factors: score(u, i) = (base_u + bias_i) + p_u . q_i in single precision, the products
// added one factor after another. Every function here gives the same digits for the same pair, whatever is computed
// beside it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/models/recommender.h"

namespace tastebench {

struct FactorItems {
    const float* factors; ///< n rows of `width`, row-major, aligned to 64 bytes
    const float* bias;    ///< n
    std::uint32_t n;
    std::uint32_t width; ///< a multiple of 16; the factors beyond the model's are zeros
};

struct FactorUser {
    const float* factors; ///< `width`
    float base;
    std::span<const ItemIx> taken; ///< ascending; not to be listed
};

float factor_score(const FactorItems& items, ItemIx item, const float* user, float base);
/// Of all items; out has items.n.
void factor_scores(const FactorItems& items, const float* user, float base, std::span<double> out);
/// For each user the k best items among those marked known (n bytes), as TopK lists them; out has users.size(). False
/// where a score is infinite or not a number: such an item is not listed.
bool factor_top_k(const FactorItems& items, std::span<const std::uint8_t> known, std::span<const FactorUser> users,
                  std::uint32_t k, std::span<std::vector<Scored>> out);

} // namespace tastebench
