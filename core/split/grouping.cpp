#include "core/split/grouping.h"

#include <algorithm>

namespace tastebench {

RowGroups group_rows(std::span<const std::uint32_t> keys, std::size_t groups, std::span<const Side> sides,
                     const Parallel& parallel) {
    const std::size_t n = keys.size();
    // Each stretch of rows counts on its own and then knows where its rows of a group begin. With many small groups
    // the counters would outweigh the rows, so that then there is one stretch.
    const std::size_t stretches = parallel.threads() > 1 && groups < n / 16 ? std::size_t(parallel.threads()) : 1;
    const std::size_t length = (n + stretches - 1) / stretches;
    std::vector<std::vector<std::uint32_t>> next(stretches);
    const auto each_row = [&](std::size_t first, std::size_t last, auto&& visit) {
        for (std::size_t row = first; row < last; ++row)
            if (sides[row] != Side::none)
                visit(row);
    };
    parallel.for_blocks(n, length, [&](std::size_t first, std::size_t last) {
        auto& count = next[first / length];
        count.assign(groups, 0);
        each_row(first, last, [&](std::size_t row) { ++count[keys[row]]; });
    });
    RowGroups out;
    out.starts.resize(groups + 1);
    std::uint32_t at = 0;
    for (std::size_t g = 0; g < groups; ++g) {
        out.starts[g] = at;
        for (auto& count : next)
            if (!count.empty())
                at += std::exchange(count[g], at);
    }
    out.starts[groups] = at;
    out.rows.resize(at);
    parallel.for_blocks(n, length, [&](std::size_t first, std::size_t last) {
        auto& place = next[first / length];
        each_row(first, last, [&](std::size_t row) { out.rows[place[keys[row]]++] = static_cast<RowIx>(row); });
    });
    return out;
}

} // namespace tastebench
