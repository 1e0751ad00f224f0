#include "core/models/bpr/negatives.h"

#include <algorithm>

namespace tastebench {

void make_alias(std::span<const double> weights, std::span<Alias> out) {
    constexpr double whole = 4294967296.0;
    double sum = 0;
    for (const double weight : weights)
        sum += weight;
    std::vector<double> share(weights.size());
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
        share[i] = weights[i] / sum * static_cast<double>(weights.size());
        (share[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
        const auto low = small.back();
        const auto high = large.back();
        small.pop_back();
        out[low] = {static_cast<std::uint32_t>(std::min(share[low] * whole, whole - 1)), high};
        share[high] -= 1 - share[low];
        if (share[high] < 1) {
            large.pop_back();
            small.push_back(high);
        }
    }
    for (const auto* rest : {&small, &large})
        for (const auto i : *rest)
            out[i] = {0xFFFF'FFFFU, i};
}

} // namespace tastebench
