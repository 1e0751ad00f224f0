#include "core/experiment/validation.h"

#include <charconv>

#include <fmt/format.h>

namespace tastebench {

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
        return usage_error(fmt::format("{} cannot be measured: it does not apply to this model and data", metric),
                           "watch", "choose another metric, or auto");
    return value->second;
}

bool SplitValidator::higher_is_better(std::string_view metric) const {
    const auto* info = find_metric(metric);
    return info == nullptr || info->higher_is_better;
}

} // namespace tastebench
