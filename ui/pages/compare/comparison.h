// The comparison behind the Compare page: runs, metrics, intervals and tests, made on a background thread.
#pragma once

#include "core/eval/compare.h"
#include "core/store/workspace.h"

#include <QString>
#include <QStringList>

namespace tastebench::ui {

struct ComparisonRow {
    Run run;
    QString label;                       ///< unique among the rows
    std::optional<ComparedRun> compared; ///< none where the metric has no per-user values
};

struct Comparison {
    std::string metric;
    RunId baseline = 0;
    std::vector<ComparisonRow> rows;
    QStringList warnings;
};

/// Tests every run against the baseline on the users they share; leaves tests out where data or split differ.
Result<Comparison> compareStored(Workspace& workspace, const std::vector<Run>& runs, const std::string& metric,
                                 RunId baseline);
/// Labels: the model, with what tells it apart where there are several of one kind.
QStringList runLabels(const std::vector<Run>& runs);
/// Metrics that at least one of the runs has, in the order of the glossary, then by k.
std::vector<std::string> metricsOf(const std::vector<Run>& runs);
/// Who is ahead, by how much, and whether that can be chance; one plain sentence or two.
QString verdict(const Comparison& comparison);

} // namespace tastebench::ui
