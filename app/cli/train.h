// Trains one run in this process and keeps it in the workspace; used by `run` and `runs rerun`.
#pragma once

#include "app/cli/session.h"

namespace tastebench::cli {

/// Checks the spec, records the run, trains with progress on standard error. On an interrupt the run is kept as
/// cancelled. The run that is returned is as it was stored.
Result<Run> train(const Session& session, Workspace& workspace, const Dataset& data, const RunSpec& spec);

/// The metrics of a run in plain text: one line a metric, one column a k.
std::string metrics_table(const Run& run);

} // namespace tastebench::cli
