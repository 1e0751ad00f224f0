// Trains one run in this process and keeps it in the workspace; used by `run` and by `runs rerun`, `resume` and
// `update`.
#pragma once

#include "app/cli/session.h"
#include "core/experiment/update.h"

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

/// A new run on a newer version of the data of a finished one. Its note says whose update it is, and why it was
/// trained anew where it was.
struct Updated {
    Run run;
    std::uint64_t added = 0;
    std::string trained_anew;
};
Result<Updated> update(const Session& session, Workspace& workspace, const Dataset& data, ReadyRun earlier,
                       const TrainOptions& options);

/// The metrics of a run in plain text: one line a metric, one column a k.
std::string metrics_table(const Run& run);

} // namespace tastebench::cli
