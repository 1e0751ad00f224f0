// What is found out about an experiment before it is started: whether each run can be, and what it will take.
#pragma once

#include <optional>
#include <vector>

#include <QString>

#include "core/experiment/run.h"

namespace tastebench::ui {

/// A ticked line of the list of models, and the run that it asks for.
struct WantedRun {
    QString line;
    RunSpec spec;
};

struct CheckedRun {
    QString line;
    Result<RunSpec> spec;
    std::optional<RunEstimate> takes;
    Status memory;                ///< whether this machine has enough
    bool lacksValidation = false; ///< it is to stop early, and the split has no validation rows
};

/// One for each wanted run, all on this split. For background work.
std::vector<CheckedRun> checkRuns(const Dataset& dataset, const std::vector<WantedRun>& wanted,
                                  const std::string& recipe, std::uint64_t seed, int threads);

/// "about 3 s, 120 MB".
QString takesText(const RunEstimate& takes);

} // namespace tastebench::ui
