#include "core/experiment/speed_kernels.h"

namespace tastebench {

float speed_work(const float* a, const float* b) {
    constexpr int times = 40;
    constexpr std::size_t lanes = 64; // sums of their own, so that the additions need not wait for one another
    float sums[lanes] = {};
    for (int i = 0; i < times; ++i)
        for (std::size_t at = 0; at < speed_work_size; at += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums[lane] += a[at + lane] * b[at + lane];
    float total = 0;
    for (const float sum : sums)
        total += sum;
    return total;
}

} // namespace tastebench
