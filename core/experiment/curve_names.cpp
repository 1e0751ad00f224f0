#include "core/experiment/curve_names.h"

#include <algorithm>
#include <map>

#include "core/eval/evaluate.h"

namespace tastebench {

namespace {

/// "nDCG@10" for "ndcg@10"; other words with a capital and without underscores.
std::string measure_title(std::string_view measure) {
    if (const auto* info = find_metric(measure))
        return info->at_k ? info->title + std::string(measure.substr(measure.find('@'))) : info->title;
    std::string out(measure);
    std::replace(out.begin(), out.end(), '_', ' ');
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

std::string by_of(std::string_view series) {
    return series == calibration_series || series == calibration_rows_series ? "predicted probability" : "epoch";
}

} // namespace

CurveName curve_name(std::string_view series) {
    if (series == calibration_series)
        return {"As it happened", "Share of positive rows"};
    if (series == calibration_rows_series)
        return {"Test rows by prediction", "Test rows"};
    for (const auto& [prefix, rows] : {std::pair<std::string_view, const char*>{"train_", " on the training rows"},
                                       {"validation_", " on the validation rows"}})
        if (series.starts_with(prefix)) {
            const auto measure = measure_title(series.substr(prefix.size()));
            return {measure + rows, measure};
        }
    const auto measure = measure_title(series);
    return {series == "loss" ? "Training loss" : measure, measure};
}

std::vector<CurveGroup> group_curves(const Curves& curves) {
    std::vector<CurveGroup> out;
    std::map<std::string, std::pair<std::size_t, std::size_t>, std::less<>> places; // series -> group and line
    for (const auto& point : curves) {
        auto at = places.find(point.series);
        if (at == places.end()) {
            const auto name = curve_name(point.series);
            auto group = std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.scale == name.scale; });
            if (group == out.end())
                group = out.insert(out.end(), CurveGroup{name.scale, by_of(point.series), {}});
            if (point.series == calibration_series)
                group->lines.push_back({std::string(as_predicted), {{"", 0, 0}, {"", 1, 1}}});
            group->lines.push_back({name.title, {}});
            at = places
                     .emplace(point.series,
                              std::pair(static_cast<std::size_t>(group - out.begin()), group->lines.size() - 1))
                     .first;
        }
        out[at->second.first].lines[at->second.second].points.push_back(point);
    }
    return out;
}

} // namespace tastebench
