#include "core/experiment/validation.h"

#include <charconv>

#include <fmt/format.h>

namespace tastebench {

namespace {

/// Why the model cannot have the metric; nothing where it can.
std::string_view obstacle(const Dataset& data, const Capabilities& can, std::string_view metric) {
    const auto* info = find_metric(metric);
    if (info != nullptr && info->at_k)
        return can.recommends && data.has_pairs() ? "" : "ranks nothing";
    if (metric == "rmse" || metric == "mae")
        return can.predicts_ratings ? "" : "predicts no ratings";
    return can.predicts_clicks ? "" : "predicts no clicks";
}

} // namespace

SplitValidator::SplitValidator(const Dataset& data, const Split& split, const Capabilities& capabilities,
                               bool remove_seen, const Parallel& parallel, const Progress& progress)
    : data_(data), capabilities_(capabilities), remove_seen_(remove_seen), parallel_(parallel), progress_(progress) {
    split_.recipe = split.recipe;
    split_.test = split.validation;
}

Result<double> SplitValidator::measure(const Recommender& model, std::string_view metric) const {
    const auto* info = find_metric(metric);
    if (info == nullptr)
        return usage_error(fmt::format("there is no metric '{}'", metric), "watch", "choose one of the list");
    // What is not watched is not computed: lists for a model of ratings would cost more than its training.
    Capabilities wanted = capabilities_;
    EvalOptions options;
    options.remove_seen = remove_seen_;
    options.ks = {10};
    options.impressions = false;
    if (info->at_k) {
        wanted.predicts_ratings = wanted.predicts_clicks = false;
        const auto at = metric.find('@');
        std::from_chars(metric.data() + at + 1, metric.data() + metric.size(), options.ks.front());
    } else {
        wanted.recommends = false;
    }
    Progress quiet(progress_);
    const auto evaluation = evaluate(model, wanted, data_, split_, options, parallel_, quiet);
    if (!evaluation)
        return fail(evaluation.error());
    const auto value = evaluation->metrics.find(std::string(metric));
    if (value == evaluation->metrics.end())
        return bad_data(fmt::format("{} does not apply to the validation rows", metric), "watch",
                        "choose another metric, or a larger validation share");
    return value->second;
}

bool SplitValidator::higher_is_better(std::string_view metric) const {
    const auto* info = find_metric(metric);
    return info == nullptr || info->higher_is_better;
}

Status check_watched(const Dataset& data, const ModelEntry& model, const Parameters& parameters) {
    const auto watched = parameters.find("watch");
    if (watched == parameters.end() || to_text(watched->second) == "auto")
        return {};
    const auto can = model.make()->capabilities(parameters);
    const auto metric = to_text(watched->second);
    const auto why = obstacle(data, can, metric);
    if (why.empty())
        return {};
    std::vector<std::string> possible;
    for (const auto& choice : model.schema.find("watch")->choices)
        if (choice.value != "auto" && obstacle(data, can, choice.value).empty())
            possible.push_back(choice.value);
    return usage_error(fmt::format("{} cannot be watched: {} {} with these parameters", metric, model.title, why),
                       "watch", fmt::format("choose auto or one of {}", fmt::join(possible, ", ")));
}

} // namespace tastebench
