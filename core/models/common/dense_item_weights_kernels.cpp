#include "core/models/common/dense_item_weights.h"

namespace tastebench {

void add_scaled(const float* __restrict row, double x, double* __restrict out, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        out[i] += x * static_cast<double>(row[i]);
}

} // namespace tastebench
