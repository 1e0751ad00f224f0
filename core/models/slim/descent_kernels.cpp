#include "core/models/slim/descent.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tastebench::slim {

namespace {

/// A step over scattered entries costs about this many times a step over the same number in a row.
constexpr std::size_t scatter_cost = 6;

/// Steps of one pass and the largest of them.
struct Steps {
    explicit Steps(const Settings& settings)
        : l1(static_cast<float>(settings.l1)), l2(static_cast<float>(settings.l2)),
          tolerance(static_cast<float>(settings.tolerance)) {}
    /// Where a weight of `old` goes, open being what is left to explain and own the entry on the diagonal.
    float next(float old, float open, float own) {
        const float now = std::max(0.0F, (open + own * old - l1) / (own + l2));
        largest = std::max(largest, std::abs(now - old));
        largest_weight = std::max(largest_weight, now);
        return now;
    }
    bool all_small() const { return largest <= tolerance * largest_weight; }

    float l1, l2, tolerance;
    float largest = 0, largest_weight = 0;
};

} // namespace

/// The candidates of this item, and the state before the first pass.
void Descent::choose(std::uint32_t item) {
    const float* row = gram_.row(item);
    const auto least = static_cast<float>(settings_.l1);
    candidates_.clear();
    for (std::uint32_t j = 0; j < gram_.n; ++j)
        if (j != item && gram_.row(j)[j] > 0 && (settings_.screen ? row[j] > least : row[j] != 0))
            candidates_.push_back(j);
    if (settings_.neighbours > 0 && candidates_.size() > settings_.neighbours)
        keep_most_alike(item);
    whole_ = candidates_.size() * scatter_cost > gram_.n;
    if (whole_) {
        places_ = candidates_;
        open_.assign(row, row + gram_.n);
    } else {
        places_.resize(candidates_.size());
        std::iota(places_.begin(), places_.end(), 0U);
        open_.resize(candidates_.size());
        for (std::size_t at = 0; at < candidates_.size(); ++at)
            open_[at] = row[candidates_[at]];
    }
    weights_.assign(open_.size(), 0.0F);
}

void Descent::keep_most_alike(std::uint32_t item) {
    const float* row = gram_.row(item);
    // The item's own norm is the same for all.
    const auto alike = [&](std::uint32_t j) { return row[j] / std::sqrt(gram_.row(j)[j]); };
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        const float of_a = alike(a);
        const float of_b = alike(b);
        return of_a != of_b ? of_a > of_b : a < b;
    };
    const auto cut = candidates_.begin() + settings_.neighbours;
    std::nth_element(candidates_.begin(), cut - 1, candidates_.end(), before);
    candidates_.erase(cut, candidates_.end());
    std::sort(candidates_.begin(), candidates_.end());
}

void Descent::move(std::uint32_t item, float step) {
    const float* __restrict row = gram_.row(item);
    float* __restrict open = open_.data();
    if (whole_) {
        for (std::uint32_t k = 0; k < gram_.n; ++k)
            open[k] -= step * row[k];
    } else {
        const std::uint32_t* __restrict items = candidates_.data();
        for (std::size_t at = 0; at < candidates_.size(); ++at)
            open[at] -= step * row[items[at]];
    }
}

/// One step for each of these candidates; true if all of them were small.
bool Descent::run_pass(const std::vector<std::uint32_t>& places) {
    Steps steps(settings_);
    for (const std::uint32_t place : places) {
        const float old = weights_[place];
        if (old == 0 && open_[place] <= steps.l1)
            continue;
        const std::uint32_t item = whole_ ? place : candidates_[place];
        const float now = steps.next(old, open_[place], gram_.row(item)[item]);
        if (now == old)
            continue;
        weights_[place] = now;
        move(item, now - old);
    }
    return steps.all_small();
}

/// Steps for those with a weight until they rest.
void Descent::settle_active(const Progress& progress) {
    active_.clear();
    for (const std::uint32_t place : places_)
        if (weights_[place] > 0)
            active_.push_back(place);
    if (active_.size() <= settings_.corner)
        return settle_in_corner(progress);
    for (std::uint32_t pass = 0; pass < settings_.passes && !progress.cancelled(); ++pass)
        if (run_pass(active_))
            break;
}

/// They are few, so their corner of the Gram matrix fits the cache; the others learn of the changes at the end.
void Descent::settle_in_corner(const Progress& progress) {
    const std::size_t n = active_.size();
    const auto item = [&](std::size_t at) { return whole_ ? active_[at] : candidates_[active_[at]]; };
    corner_.resize(n * n);
    active_open_.resize(n);
    active_weights_.resize(n);
    for (std::size_t a = 0; a < n; ++a) {
        active_open_[a] = open_[active_[a]];
        active_weights_[a] = weights_[active_[a]];
        const float* row = gram_.row(item(a));
        for (std::size_t b = 0; b < n; ++b)
            corner_[a * n + b] = row[item(b)];
    }
    for (std::uint32_t pass = 0; pass < settings_.passes && !progress.cancelled(); ++pass) {
        Steps steps(settings_);
        for (std::size_t a = 0; a < n; ++a) {
            const float* __restrict row = corner_.data() + a * n;
            float* __restrict open = active_open_.data();
            const float old = active_weights_[a];
            const float now = steps.next(old, open[a], row[a]);
            if (now == old)
                continue;
            active_weights_[a] = now;
            for (std::size_t b = 0; b < n; ++b)
                open[b] -= (now - old) * row[b];
        }
        if (steps.all_small())
            break;
    }
    for (std::size_t a = 0; a < n; ++a) {
        const float step = active_weights_[a] - weights_[active_[a]];
        if (step == 0)
            continue;
        weights_[active_[a]] = active_weights_[a];
        move(item(a), step);
    }
}

std::vector<Weight> Descent::solve(std::uint32_t item, const Progress& progress) {
    choose(item);
    // All candidates once, then those with a weight until they rest, then all again, until nothing moves.
    for (std::uint32_t pass = 0; pass < settings_.passes && !progress.cancelled(); ++pass) {
        if (run_pass(places_))
            break;
        settle_active(progress);
    }
    std::vector<Weight> out;
    for (const std::uint32_t place : places_)
        if (weights_[place] > 0)
            out.push_back({whole_ ? place : candidates_[place], weights_[place]});
    return out;
}

} // namespace tastebench::slim
