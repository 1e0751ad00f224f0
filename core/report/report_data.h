// What a report is about, read from the workspace once.
#pragma once

#include "core/report/report.h"

namespace tastebench {

struct ReportedRun {
    Run run;
    std::string label;                   ///< unique among the reported runs
    double value = 0;                    ///< of the chosen metric
    std::optional<ComparedRun> compared; ///< against the best run; none if the metric has no per-user values
};

struct ReportData {
    DatasetPtr data;
    std::string metric;
    std::vector<ReportedRun> runs;
    std::size_t best = 0, runner_up = 0;
    std::vector<std::string> warnings;
    std::int64_t written = 0;
    std::string metric_title() const;
    int digits() const { return 4; }
};

/// Errors: no runs, an unknown run, one that is not done, one without the metric.
Result<ReportData> collect_report_data(Workspace& workspace, const ReportRequest& request);

} // namespace tastebench
