// What all ways of making a run share; see execute() in run.h.
#pragma once

#include <functional>

#include "core/experiment/run.h"

namespace tastebench {

/// Trains `model`, which is new, and may put another one in its place.
using Train = std::function<Status(std::unique_ptr<Recommender>& model, const TrainingData& training,
                                   const Split& split, FitContext& context)>;

Result<RunOutcome> execute_with(const Dataset& data, const RunSpec& spec, const Parallel& parallel, Progress& progress,
                                CheckpointKeeper* checkpoints, double checkpoint_seconds, const Train& train);

} // namespace tastebench
