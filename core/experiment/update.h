// A run on a newer version of its data: the same events and more. Where the model can, only the new events are taken
// in; the digits are those of training anew.
#pragma once

#include "core/experiment/run.h"

namespace tastebench {

/// The run that is updated: what it was asked for, its data, its model.
struct EarlierRun {
    const RunSpec& spec;
    const Dataset& data;
    std::unique_ptr<Recommender> model;
};

/// Where in `now` the training rows are that `before` does not have, ascending: the rows of both are the training rows
/// named. Nothing if a row of before is not in now, or comes in another order: rows are equal by the ids of user and
/// item, value, time and event.
std::optional<std::vector<RowIx>> added_rows(const Dataset& before, std::span<const RowIx> rows_before,
                                             const Dataset& now, std::span<const RowIx> rows_now);

struct UpdateOutcome {
    RunOutcome outcome;
    std::uint64_t added = 0;  ///< training rows that were taken in; 0 where it was trained anew
    std::string trained_anew; ///< why, in words; empty: it was not
};

/// "took in 1,234 new training events", or "trained anew: " and why.
std::string how_updated(const UpdateOutcome& outcome);

/// As execute(), for a spec that differs from the earlier run's by the data alone. The note of the outcome tells how it
/// was updated, behind what the spec's note says.
Result<UpdateOutcome> execute_update(const Dataset& data, const RunSpec& spec, EarlierRun earlier,
                                     const Parallel& parallel, Progress& progress,
                                     CheckpointKeeper* checkpoints = nullptr,
                                     double checkpoint_seconds = standard_checkpoint_seconds);

/// The spec of an update of this run: everything as it was, on other data. usage if the data is the run's own.
Result<RunSpec> prepare_update(const Dataset& data, const Run& earlier);

} // namespace tastebench
