#include "core/models/knn/nearest_kernels.h"

namespace tastebench::kernels {

void add_moments(std::span<const std::uint32_t> rows, const float* values, float x, Moments* row) {
    // One product of eight lanes for each entry.
    using Eight = float __attribute__((vector_size(32)));
    const Eight left{1, x, 1, x, x * x, 1, 0, 0};
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const float y = values[at];
        const Eight right{1, 1, y, y, 1, y * y, 0, 0};
        auto& sum = row[rows[at]].sum;
        Eight before;
        __builtin_memcpy(&before, sum.data(), sizeof before);
        before += left * right;
        __builtin_memcpy(sum.data(), &before, sizeof before);
    }
}

void scale_sums(std::span<const std::uint32_t> sums, float factor, const float* scale, float* out) {
    for (std::size_t p = 0; p < sums.size(); ++p) // counts stay below 2^31, and signed ones convert faster
        out[p] = static_cast<float>(static_cast<std::int32_t>(sums[p])) * factor * scale[p];
}

void scale_sums(std::span<const float> sums, float factor, const float* scale, float* out) {
    for (std::size_t p = 0; p < sums.size(); ++p)
        out[p] = sums[p] * factor * scale[p];
}

void share_of_either(std::span<const std::uint32_t> counts, float mine, const float* sizes, float* out) {
    for (std::size_t p = 0; p < counts.size(); ++p) {
        const auto both = static_cast<float>(static_cast<std::int32_t>(counts[p]));
        const float either = mine + sizes[p] - both;
        out[p] = either > 0 ? both / either : 0;
    }
}

void shrink(std::span<const std::uint32_t> counts, float shrinkage, float* out) {
    for (std::size_t p = 0; p < counts.size(); ++p) {
        const auto both = static_cast<float>(static_cast<std::int32_t>(counts[p]));
        out[p] *= both / (both + shrinkage);
    }
}

} // namespace tastebench::kernels
