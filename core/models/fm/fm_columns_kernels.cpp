#include "core/models/fm/fm_columns.h"

namespace tastebench {

FmMoments fm_moments(FmColumnPart part, const double* sums, double weight, const double* errors) {
    FmMoments out;
    for (std::size_t i = 0; i < part.n; ++i) {
        const auto x = static_cast<double>(part.values[i]);
        const double h = sums == nullptr ? x : x * (sums[part.rows[i]] - x * weight);
        out.product += h * errors[part.rows[i]];
        out.square += h * h;
    }
    return out;
}

void fm_move(FmColumnPart part, double* sums, double weight, double change, double* errors) {
    for (std::size_t i = 0; i < part.n; ++i) {
        const auto x = static_cast<double>(part.values[i]);
        if (sums == nullptr) {
            errors[part.rows[i]] += x * change;
            continue;
        }
        errors[part.rows[i]] += x * (sums[part.rows[i]] - x * weight) * change;
        sums[part.rows[i]] += x * change;
    }
}

} // namespace tastebench
