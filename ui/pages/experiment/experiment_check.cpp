#include "ui/pages/experiment/experiment_check.h"

#include "core/experiment/estimate.h"
#include "core/experiment/fitness.h"
#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

/// Whether the run is to stop early by validation rows that it will not have.
bool lacksValidationRows(const RunSpec& spec) {
    const auto patience = spec.parameters.find("patience");
    return patience != spec.parameters.end() && std::get<std::int64_t>(patience->second) > 0 && !spec.split.validates();
}

/// A complaint about the model as such, where another setting would make the data fit: that one is named.
Error betterComplaint(const Dataset& dataset, const RunSpec& spec, const Error& complaint) {
    const auto entry = find_model(spec.model);
    if (complaint.where != "model" || !entry)
        return complaint;
    const auto parameters = (*entry)->schema.complete(spec.parameters);
    const auto fit = parameters ? fitness_of(dataset, **entry, *parameters) : Fitness();
    if (!fit.usable_otherwise())
        return complaint;
    const auto cut = fit.sentence.find("; ");
    return {complaint.kind, fit.sentence.substr(0, cut), {}, fit.sentence.substr(cut + 2)};
}

CheckedRun checkRun(const Dataset& dataset, const QString& line, const RunSpec& spec, int threads) {
    CheckedRun out;
    out.line = line;
    out.lacksValidation = lacksValidationRows(spec);
    out.spec = prepare_spec(dataset, spec);
    if (!out.spec) {
        out.spec = fail(betterComplaint(dataset, spec, out.spec.error()));
        return out;
    }
    if (const auto takes = estimate(dataset, *out.spec, threads)) {
        out.takes = *takes;
        out.memory = check_memory({takes->memory_bytes, 0});
    }
    return out;
}

} // namespace

std::vector<CheckedRun> checkRuns(const Dataset& dataset, const std::vector<WantedRun>& wanted,
                                  const std::string& recipe, std::uint64_t seed, int threads) {
    const auto split = SplitRecipe::parse(recipe, seed);
    std::vector<CheckedRun> out;
    for (auto [line, spec] : wanted) {
        if (!split) {
            CheckedRun refused;
            refused.line = line;
            refused.spec = fail(split.error());
            out.push_back(std::move(refused));
            continue;
        }
        spec.split = *split;
        out.push_back(checkRun(dataset, line, spec, threads));
    }
    return out;
}

QString takesText(const RunEstimate& takes) {
    return QStringLiteral("%1, %2").arg(roughDurationText(takes.fit_seconds),
                                        bytesText(static_cast<std::uint64_t>(takes.memory_bytes)));
}

} // namespace tastebench::ui
