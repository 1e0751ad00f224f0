// The seven item similarities of SAR as functions of co-occurrence counts. A pair never seen together has
// similarity 0 under every measure (so mutual information of such a pair is 0, not minus infinity).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace tastebench {

enum class Similarity {
    cooccurrence,                      ///< c_ij
    jaccard,                           ///< c_ij / (c_ii + c_jj - c_ij)
    lift,                              ///< c_ij / (c_ii c_jj)
    cosine,                            ///< c_ij / sqrt(c_ii c_jj)
    inclusion_index,                   ///< c_ij / min(c_ii, c_jj)
    mutual_information,                ///< log2(N c_ij / (c_ii c_jj)), N = items in training
    lexicographers_mutual_information, ///< c_ij times the above
};

/// Whether a similarity can be below 0.
constexpr bool may_be_negative(Similarity kind) {
    return kind == Similarity::mutual_information || kind == Similarity::lexicographers_mutual_information;
}

/// Similarity of one pair; c > 0, n = items in training.
template <Similarity kind>
double similarity_of(std::uint32_t c, std::uint32_t ci, std::uint32_t cj, double n) {
    const double both = c;
    const double a = ci;
    const double b = cj;
    if constexpr (kind == Similarity::cooccurrence)
        return both;
    else if constexpr (kind == Similarity::jaccard)
        return both / (a + b - both);
    else if constexpr (kind == Similarity::lift)
        return both / (a * b);
    else if constexpr (kind == Similarity::cosine)
        return both / std::sqrt(a * b);
    else if constexpr (kind == Similarity::inclusion_index)
        return both / std::min(a, b);
    else if constexpr (kind == Similarity::mutual_information)
        return std::log2(n * (both / (a * b)));
    else
        return both * std::log2(n * (both / (a * b)));
}

/// Calls use(constant) with the measure as a compile-time constant, so that inner loops hold no branch.
template <typename Use>
decltype(auto) with_similarity(Similarity kind, Use&& use) {
    using enum Similarity;
    switch (kind) {
    case cooccurrence:
        return use(std::integral_constant<Similarity, cooccurrence>());
    case jaccard:
        return use(std::integral_constant<Similarity, jaccard>());
    case lift:
        return use(std::integral_constant<Similarity, lift>());
    case cosine:
        return use(std::integral_constant<Similarity, cosine>());
    case inclusion_index:
        return use(std::integral_constant<Similarity, inclusion_index>());
    case mutual_information:
        return use(std::integral_constant<Similarity, mutual_information>());
    case lexicographers_mutual_information:
        break;
    }
    return use(std::integral_constant<Similarity, lexicographers_mutual_information>());
}

} // namespace tastebench
