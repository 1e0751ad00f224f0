// Doing a run again: on the data that it was made for, and whether the digits are the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/experiment/run_keeper.h"

namespace tastebench {

/// The data set of a run; bad_data if the name now stands for other data.
Result<DatasetPtr> dataset_of(RunKeeper& keeper, const Run& run);

/// Whether both runs were asked for the same: data, model, parameters, split, measurement and seed.
bool same_request(const RunSpec& a, const RunSpec& b);

struct MetricDifference {
    std::string metric;
    std::optional<double> before, after; ///< none: the run has no such metric
};
/// The metrics whose digits differ; a missing value (NaN) equals itself.
std::vector<MetricDifference> metric_differences(const Run& before, const Run& after);

/// One sentence without a full stop: "run 5 repeats run 2: all 12 metrics are identical to the last digit".
std::string repeat_verdict(const Run& before, const Run& after);

} // namespace tastebench
