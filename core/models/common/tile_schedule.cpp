#include "core/models/common/tile_schedule.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace tastebench {

double for_each_tile(std::uint32_t side, std::uint32_t turn, const Parallel& parallel, Progress& progress,
                     const std::function<double(std::uint32_t row, std::uint32_t column)>& work) {
    // Cell t is that of round t / side and row t % side. It waits only for the two cells of the round before that had
    // its row or its column, so that no thread idles while another ends a long cell.
    const std::size_t cells = std::size_t{side} * side;
    std::vector<double> sums(cells, 0.0);
    std::vector<std::atomic<std::uint8_t>> done(cells);
    std::atomic<std::size_t> next = 0;
    const auto wait_for = [&](std::size_t before) {
        while (done[before].load(std::memory_order_acquire) == 0)
            std::this_thread::yield();
    };
    const auto threads = static_cast<std::size_t>(std::max(1, parallel.threads()));
    parallel.for_blocks(threads, 1, [&](std::size_t, std::size_t) {
        for (auto t = next.fetch_add(1); t < cells; t = next.fetch_add(1)) {
            const std::size_t round = t / side;
            const std::size_t row = t % side;
            if (round > 0) {
                wait_for(t - side);
                wait_for((round - 1) * side + (row + 1) % side);
            }
            if (!progress.cancelled()) {
                sums[t] =
                    work(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>((row + round + turn) % side));
                progress.advance();
            }
            done[t].store(1, std::memory_order_release);
        }
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return total;
}

} // namespace tastebench
