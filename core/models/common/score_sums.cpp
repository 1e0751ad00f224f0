#include "core/models/common/score_sums.h"

#include <algorithm>
#include <limits>

#include "core/linalg/count_kernels.h"

namespace tastebench {

namespace {

constexpr std::uint32_t chunk = 16;

}

ScoreSums::ScoreSums(std::uint32_t n_items) : n_items_(n_items), sums_((n_items + chunk - 1) / chunk * chunk, 0.0) {}

void ScoreSums::add(const SparseRows& matrix, std::uint32_t row, double factor) {
    kernels::add_scaled(matrix.columns_of(row), matrix.values_of(row).data(), factor, sums_.data());
}

void ScoreSums::add(std::span<const ItemIx> items, const double* values, double factor) {
    double* sums = sums_.data();
    const std::size_t n = items.size();
    std::size_t at = 0;
    for (; at + 4 <= n; at += 4) {
        // Items are distinct: four sums at a time do not wait for one another.
        const double a = sums[items[at]] + factor * values[at];
        const double b = sums[items[at + 1]] + factor * values[at + 1];
        const double c = sums[items[at + 2]] + factor * values[at + 2];
        const double d = sums[items[at + 3]] + factor * values[at + 3];
        sums[items[at]] = a;
        sums[items[at + 1]] = b;
        sums[items[at + 2]] = c;
        sums[items[at + 3]] = d;
    }
    for (; at < n; ++at)
        sums[items[at]] += factor * values[at];
}

std::vector<Scored> ScoreSums::take_list(const Recommender& model, UserIx user, const TopKOptions& options) {
    if (options.remove_seen)
        for (const auto item : model.seen(user))
            sums_[item] = -std::numeric_limits<double>::infinity();
    TopK best(options.k);
    for (std::uint32_t first = 0; first < sums_.size(); first += chunk) {
        // Items come in ascending order, so one that only equals the cut has lost to those before it.
        // What is not a number passes the cut too, to be told of.
        if (!kernels::any_of_16_not_within(&sums_[first], best.cut()))
            continue;
        for (std::uint32_t item = first; item < std::min(n_items_, first + chunk); ++item)
            if (!(sums_[item] <= best.cut()) && model.item_in_training(item))
                best.offer(item, sums_[item]);
    }
    options.tell(best.all_finite());
    std::fill(sums_.begin(), sums_.end(), 0.0);
    return best.take();
}

} // namespace tastebench
