// Parts of the estimate that is shown before a run starts.
#pragma once

#include "core/experiment/run.h"

namespace tastebench {

/// With `train_rows` of the rows; distinct pairs and features in proportion.
DataShape shape_of(const Dataset& data, std::size_t train_rows);
/// run_failed if the cost is beyond the memory that this machine has free.
Status check_memory(const Cost& cost);
/// Time of a fixed piece of work on one core of this machine, as a multiple of its time where the costs were fitted.
/// Measured at the first call (a few milliseconds), thread-safe.
double slowness();

} // namespace tastebench
