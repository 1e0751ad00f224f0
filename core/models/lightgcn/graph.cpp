#include "core/models/lightgcn/graph.h"

#include <cmath>

#include "core/models/lightgcn/lightgcn_kernels.h"

namespace tastebench {

namespace {

constexpr std::size_t node_block = 64;

} // namespace

void ItemGraph::start(const SparseRows& users_by_items, const Parallel& parallel) {
    const SparseRows items_by_users = transposed(users_by_items, parallel);
    const std::uint32_t n_users = users_by_items.n_rows();
    starts_.assign(1, 0);
    neighbours_.clear();
    neighbours_.reserve(2 * users_by_items.size());
    for (std::uint32_t user = 0; user < n_users; ++user) {
        for (const auto item : users_by_items.columns_of(user))
            neighbours_.push_back(n_users + item);
        starts_.push_back(neighbours_.size());
    }
    for (std::uint32_t item = 0; item < items_by_users.n_rows(); ++item) {
        const auto users = items_by_users.columns_of(item);
        neighbours_.insert(neighbours_.end(), users.begin(), users.end());
        starts_.push_back(neighbours_.size());
    }
    scale_.clear();
    for (std::size_t node = 0; node + 1 < starts_.size(); ++node) {
        const auto n = static_cast<float>(starts_[node + 1] - starts_[node]);
        scale_.push_back(n > 0 ? 1.0F / std::sqrt(n) : 0.0F);
    }
}

void ItemGraph::propagate(std::span<const float> x, std::span<float> y, std::uint32_t width, std::uint32_t layers,
                          const Parallel& parallel, const Progress& progress) {
    // Horner: y = (x + A (x + A (x + ..))) / (L + 1), so that no layer is kept. What travels is scaled by D^-1/2, which
    // leaves plain sums of rows.
    from_.resize(x.size());
    to_.resize(x.size());
    parallel.for_blocks(nodes(), node_block, [&](std::size_t first, std::size_t last) {
        scale_rows({x.data(), from_.data(), width, scale_.data()}, first, last);
    });
    const float share = 1.0F / static_cast<float>(layers + 1);
    for (std::uint32_t layer = 1; layer <= layers; ++layer) {
        const bool end = layer == layers;
        parallel.for_blocks(nodes(), node_block, [&](std::size_t first, std::size_t last) {
            if (progress.cancelled())
                return;
            GraphStep step{starts_.data(), neighbours_.data(), scale_.data(), from_.data(),
                           x.data(),       to_.data(),         width};
            step.end = end;
            step.share = share;
            if (end)
                step.to = y.data();
            step_rows(step, first, last);
        });
        from_.swap(to_);
    }
    if (layers == 0)
        std::copy(x.begin(), x.end(), y.begin());
}

} // namespace tastebench
