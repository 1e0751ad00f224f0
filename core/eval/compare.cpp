#include "core/eval/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t bootstrap_stream = 20, flip_stream = 21;
constexpr int flips = 10'000;

std::vector<double> finite(std::span<const float> values) {
    std::vector<double> out;
    out.reserve(values.size());
    for (const float value : values)
        if (!std::isnan(value))
            out.push_back(value);
    return out;
}

std::vector<double> differences(std::span<const float> a, std::span<const float> b) {
    std::vector<double> out;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (!std::isnan(a[i]) && !std::isnan(b[i]))
            out.push_back(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    return out;
}

double mean_of(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Linear interpolation between order statistics (Hyndman and Fan's type 7).
double quantile(std::span<const double> sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const auto high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

} // namespace

Interval bootstrap_mean(std::span<const float> values, std::uint64_t seed, int resamples) {
    const auto data = finite(values);
    if (data.empty()) {
        const double none = std::numeric_limits<double>::quiet_NaN();
        return {none, none, none};
    }
    std::vector<double> means;
    means.reserve(static_cast<std::size_t>(resamples));
    const auto n = static_cast<std::uint32_t>(data.size());
    for (int r = 0; r < resamples; ++r) {
        Rng rng(seed, bootstrap_stream, static_cast<std::uint32_t>(r));
        double sum = 0;
        for (std::uint32_t i = 0; i < n; ++i)
            sum += data[rng.below(n)];
        means.push_back(sum / n);
    }
    std::sort(means.begin(), means.end());
    return {mean_of(data), quantile(means, 0.025), quantile(means, 0.975)};
}

double paired_p_value(std::span<const float> a, std::span<const float> b, std::uint64_t seed) {
    const auto d = differences(a, b);
    if (d.empty())
        return 1;
    const double observed = std::abs(std::accumulate(d.begin(), d.end(), 0.0));
    // A sum that equals the observed one but for rounding counts as equal.
    const double bound = observed * (1 - 1e-12);
    int as_great = 0;
    for (int f = 0; f < flips; ++f) {
        Rng rng(seed, flip_stream, static_cast<std::uint32_t>(f));
        double sum = 0;
        std::uint32_t signs = 0;
        for (std::size_t i = 0; i < d.size(); ++i) {
            if (i % 32 == 0)
                signs = rng.next_u32();
            sum += (signs & 1U) != 0 ? d[i] : -d[i];
            signs >>= 1;
        }
        as_great += std::abs(sum) >= bound ? 1 : 0;
    }
    return (1.0 + as_great) / (1.0 + flips);
}

double paired_effect(std::span<const float> a, std::span<const float> b) {
    const auto d = differences(a, b);
    if (d.size() < 2)
        return 0;
    const double mean = mean_of(d);
    double squares = 0;
    for (const double x : d)
        squares += (x - mean) * (x - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(d.size() - 1));
    return deviation > 0 ? mean / deviation : 0;
}

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] < p_values[b]; });
    std::vector<double> out(p_values.size());
    double least = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        least = std::max(least, std::min(1.0, p_values[order[rank]] * static_cast<double>(order.size() - rank)));
        out[order[rank]] = least;
    }
    return out;
}

std::vector<ComparedRun> compare_runs(std::span<const ComparisonInput> runs, std::int64_t baseline) {
    const auto base = std::find_if(runs.begin(), runs.end(), [&](const auto& run) { return run.id == baseline; });
    std::vector<ComparedRun> out;
    std::vector<double> p_values;
    std::vector<std::size_t> tested;
    for (const auto& run : runs) {
        ComparedRun compared{run.id, bootstrap_mean(run.values), {}, {}, {}};
        if (base != runs.end() && run.id != baseline) {
            std::map<std::uint32_t, float> of_user;
            for (std::size_t i = 0; i < base->users.size(); ++i)
                of_user.emplace(base->users[i], base->values[i]);
            std::vector<float> mine;
            std::vector<float> theirs;
            for (std::size_t i = 0; i < run.users.size(); ++i)
                if (const auto at = of_user.find(run.users[i]); at != of_user.end()) {
                    mine.push_back(run.values[i]);
                    theirs.push_back(at->second);
                }
            if (!mine.empty()) {
                compared.p_value = paired_p_value(mine, theirs);
                compared.effect = paired_effect(mine, theirs);
                tested.push_back(out.size());
                p_values.push_back(*compared.p_value);
            }
        }
        out.push_back(compared);
    }
    const auto adjusted = holm(p_values);
    for (std::size_t i = 0; i < tested.size(); ++i)
        out[tested[i]].p_adjusted = adjusted[i];
    return out;
}

} // namespace tastebench
