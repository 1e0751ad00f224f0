#include "ui/pages/experiment/experiment_check.h"

#include "core/experiment/estimate.h"
#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

/// Whether the run is to stop early by validation rows that it will not have.
bool lacksValidationRows(const RunSpec& spec) {
    const auto patience = spec.parameters.find("patience");
    return patience != spec.parameters.end() && std::get<std::int64_t>(patience->second) > 0 && !spec.split.validates();
}

CheckedRun checkRun(const Dataset& dataset, RunSpec spec, int threads) {
    CheckedRun out;
    out.model = toQt(spec.model);
    out.lacksValidation = lacksValidationRows(spec);
    out.spec = prepare_spec(dataset, std::move(spec));
    if (!out.spec)
        return out;
    if (const auto takes = estimate(dataset, *out.spec, threads)) {
        out.takes = *takes;
        out.memory = check_memory({takes->memory_bytes, 0});
    }
    return out;
}

} // namespace

std::vector<CheckedRun> checkRuns(const Dataset& dataset, const std::vector<RunSpec>& wanted, const std::string& recipe,
                                  std::uint64_t seed, int threads) {
    const auto split = SplitRecipe::parse(recipe, seed);
    std::vector<CheckedRun> out;
    for (auto spec : wanted) {
        if (!split) {
            CheckedRun refused;
            refused.model = toQt(spec.model);
            refused.spec = fail(split.error());
            out.push_back(std::move(refused));
            continue;
        }
        spec.split = *split;
        out.push_back(checkRun(dataset, std::move(spec), threads));
    }
    return out;
}

QString takesText(const RunEstimate& takes) {
    return QStringLiteral("%1, %2").arg(roughDurationText(takes.fit_seconds),
                                        bytesText(static_cast<std::uint64_t>(takes.memory_bytes)));
}

} // namespace tastebench::ui
