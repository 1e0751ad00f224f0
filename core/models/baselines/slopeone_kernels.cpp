#include "core/models/baselines/slopeone_kernels.h"

namespace tastebench::slopeone {

void add_item(const float* __restrict deviation, const float* __restrict count, bool weighted, double base,
              double* __restrict sum, double* __restrict total, std::size_t n) {
    if (weighted)
        for (std::size_t i = 0; i < n; ++i) {
            const auto weight = static_cast<double>(count[i]);
            sum[i] += weight * (base - static_cast<double>(deviation[i]));
            total[i] += weight;
        }
    else
        for (std::size_t i = 0; i < n; ++i) {
            const double weight = count[i] > 0 ? 1.0 : 0.0;
            sum[i] += weight * (base - static_cast<double>(deviation[i]));
            total[i] += weight;
        }
}

} // namespace tastebench::slopeone
