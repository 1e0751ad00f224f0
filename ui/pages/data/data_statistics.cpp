#include "ui/pages/data/data_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tastebench::ui {

namespace {

constexpr std::size_t mostExactValues = 20;
constexpr std::size_t mostTimeBins = 60;
constexpr double pointsPerDecade = 60;

std::vector<ValueBin> ratingBins(const Dataset& data) {
    if (!data.has_values())
        return {};
    std::map<float, std::uint64_t> exact;
    for (const float value : data.interactions().value) {
        if (std::isnan(value))
            continue;
        ++exact[value];
        if (exact.size() > mostExactValues)
            break;
    }
    std::vector<ValueBin> bins;
    if (exact.size() <= mostExactValues) {
        for (const auto& [value, rows] : exact)
            bins.push_back({value, value, rows});
        return bins;
    }
    const auto& summary = data.summary();
    const double width = (summary.greatest_value - summary.least_value) / static_cast<double>(mostExactValues);
    for (std::size_t i = 0; i < mostExactValues; ++i)
        bins.push_back({summary.least_value + width * static_cast<double>(i),
                        summary.least_value + width * static_cast<double>(i + 1), 0});
    for (const float value : data.interactions().value)
        if (!std::isnan(value))
            ++bins[std::min(mostExactValues - 1, static_cast<std::size_t>((value - summary.least_value) / width))].rows;
    return bins;
}

std::vector<std::uint64_t> countsOf(const std::vector<std::uint32_t>& column, std::uint32_t groups) {
    std::vector<std::uint64_t> counts(groups);
    for (const auto index : column)
        ++counts[index];
    return counts;
}

/// Ranks spread evenly on a logarithmic axis, the first and last always among them.
std::vector<std::pair<double, double>> thinnedTail(const std::vector<std::uint64_t>& descending) {
    std::vector<std::pair<double, double>> out;
    double next = 0;
    for (std::size_t i = 0; i < descending.size() && descending[i] > 0; ++i) {
        const double at = std::log10(static_cast<double>(i + 1)) * pointsPerDecade;
        const bool last = i + 1 == descending.size() || descending[i + 1] == 0;
        if (at < next && !last)
            continue;
        out.emplace_back(static_cast<double>(i + 1), static_cast<double>(descending[i]));
        next = std::floor(at) + 1;
    }
    return out;
}

std::vector<TimeBin> timeBins(const Dataset& data) {
    const auto& summary = data.summary();
    if (!data.has_times() || !summary.first_time || !summary.last_time)
        return {};
    const auto span = static_cast<std::uint64_t>(*summary.last_time - *summary.first_time) + 1;
    const std::uint64_t width = (span + mostTimeBins - 1) / mostTimeBins;
    std::vector<TimeBin> bins((span + width - 1) / width);
    for (std::size_t i = 0; i < bins.size(); ++i)
        bins[i].begin = *summary.first_time + static_cast<std::int64_t>(i * width);
    for (const auto time : data.interactions().time)
        ++bins[static_cast<std::uint64_t>(time - *summary.first_time) / width].rows;
    return bins;
}

double median(std::vector<std::uint64_t> values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    const auto upper = static_cast<double>(*middle);
    if (values.size() % 2 == 1)
        return upper;
    return (upper + static_cast<double>(*std::max_element(values.begin(), middle))) / 2;
}

} // namespace

DataStatistics dataStatistics(const Dataset& data) {
    DataStatistics out;
    const auto& rows = data.interactions();
    out.ratings = ratingBins(data);
    out.overTime = timeBins(data);
    auto items = countsOf(rows.item, data.items().size());
    std::sort(items.begin(), items.end(), std::greater<>());
    out.popularity = thinnedTail(items);
    const std::size_t tenth = (items.size() + 9) / 10;
    const auto top =
        std::accumulate(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(tenth), std::uint64_t{0});
    out.topTenthShare = rows.size() == 0 ? 0 : static_cast<double>(top) / static_cast<double>(rows.size());
    out.itemsSeenOnce = static_cast<std::uint64_t>(std::count(items.begin(), items.end(), std::uint64_t{1}));
    out.medianPerUser = median(countsOf(rows.user, data.users().size()));
    for (const auto& name : data.events())
        out.events.emplace_back(name, 0);
    for (const auto event : rows.event)
        ++out.events[event].second;
    return out;
}

} // namespace tastebench::ui
