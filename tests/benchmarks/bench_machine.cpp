// What this machine can do, as the measure of what the models reach: single-precision multiply-adds by Eigen's matrix
// product and the speed of copying memory, on one and on two threads; one JSON line. Best of seven.
#include <chrono>
#include <vector>

#include <Eigen/Core>
#include <fmt/format.h>

#include "bench_support.h"
#include "core/experiment/run.h"

using namespace tastebench;

namespace {

template <typename Action>
double best_seconds(Action action) {
    double best = 1e9;
    for (int again = 0; again < 7; ++again) {
        const auto start = std::chrono::steady_clock::now();
        action();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

/// Billions of operations a second of `n` threads, each with its own product.
double multiply(int n) {
    constexpr Eigen::Index size = 1024;
    const Parallel parallel(n);
    std::vector<Eigen::MatrixXf> left, right, product;
    for (int thread = 0; thread < n; ++thread) {
        left.push_back(Eigen::MatrixXf::Random(size, size));
        right.push_back(Eigen::MatrixXf::Random(size, size));
        product.push_back(Eigen::MatrixXf::Zero(size, size));
    }
    const double seconds = best_seconds([&] {
        parallel.for_blocks(static_cast<std::size_t>(n), 1,
                            [&](std::size_t at, std::size_t) { product[at].noalias() = left[at] * right[at]; });
    });
    return 2.0 * size * size * size * n / seconds / 1e9;
}

/// Billions of bytes copied a second: those read, as many again are written.
double copy(int n) {
    constexpr std::size_t floats = std::size_t{1} << 26; // 256 MB, far more than any cache
    const Parallel parallel(n);
    const std::vector<float> from(floats, 1.0F);
    std::vector<float> to(floats, 0.0F);
    const double seconds = best_seconds([&] {
        parallel.for_blocks(floats, floats / static_cast<std::size_t>(n), [&](std::size_t first, std::size_t last) {
            std::memcpy(to.data() + first, from.data() + first, (last - first) * sizeof(float));
        });
    });
    return floats * sizeof(float) / seconds / 1e9;
}

} // namespace

int main() {
    const double one = multiply(1), two = multiply(bench::threads);
    fmt::print("{{\"cpu\": \"{}\", \"threads\": {}, \"gflops_one\": {:.1f}, \"gflops\": {:.1f}, ",
               current_environment(bench::threads).cpu, bench::threads, one, two);
    fmt::print("\"copy_gb_one\": {:.1f}, \"copy_gb\": {:.1f}}}\n", copy(1), copy(bench::threads));
    return 0;
}
