// Trains one run in this process and keeps it in the workspace; used by `run`, `runs rerun` and `runs resume`.
#pragma once

#include "app/cli/session.h"

namespace tastebench::cli {

struct TrainOptions {
    double checkpoint_seconds = standard_checkpoint_seconds; ///< 0: after every epoch
};
void add_train_options(CLI::App& command, TrainOptions& options);

/// Checks the spec, records the run, trains with progress on standard error. On an interrupt the run is kept as
/// cancelled, and the error says how to go on. The run that is returned is as it was stored.
Result<Run> train(const Session& session, Workspace& workspace, const Dataset& data, const RunSpec& spec,
                  const TrainOptions& options = {});
/// Goes on with a stored run that was stopped, from its last checkpoint.
Result<Run> resume(const Session& session, Workspace& workspace, const Dataset& data, const Run& stopped,
                   const TrainOptions& options);

/// The metrics of a run in plain text: one line a metric, one column a k.
std::string metrics_table(const Run& run);

} // namespace tastebench::cli
