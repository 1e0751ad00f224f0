// A plan of runs whose accuracy is measured: accuracy.json beside this file, and search.json, where parameters are
// lists of values to be tried.
//
// {"data": FILE in the folder of real data sets, "test_data": its test file, for the split "fixed" (optional),
// "hold_out": FILE of row numbers (optional),
//  "sections": [{"title", "metrics": [...], "splits": [RECIPE...], "seeds": [...], "runs": [RUN...],
//               "sampled": BOOL (optional: test items are ranked among items by lot as well)}...]}
// RUN = {"title", "model", "parameters": {NAME: TEXT | [TEXT...]}, "seeds" (instead of the section's), "target"}
//
// A list stands for one run with each of its values; several lists for all combinations. The recipe is that of
// core/split/split.h; "rows:FILE" names a file in the folder of the peers' values. The rows of "hold_out" are taken
// out of the data before anything is split, so that no search can see them. A run's seed is also that of its split.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace tastebench::bench {

struct PlannedRun {
    std::string section, title, model;
    std::map<std::string, std::string> parameters; ///< as typed on a command line
    std::string split;
    std::uint64_t seed = 0;
    bool sampled = false;

    /// What makes it another run: model, parameters, split, seed. Kept beside its result.
    nlohmann::json key() const;
};

struct Plan {
    std::string data, test_data, hold_out;
    std::vector<PlannedRun> runs; ///< in the order of the file
};

/// bad_data naming the section and the run where the file is no such plan.
Result<Plan> read_plan(const std::string& file);

} // namespace tastebench::bench
