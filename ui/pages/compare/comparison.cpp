#include "ui/pages/compare/comparison.h"

#include <algorithm>
#include <map>
#include <set>

#include <QCoreApplication>
#include <QLocale>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Comparison", text);
}

std::uint32_t kOf(const std::string& name) {
    const auto at = name.find('@');
    return at == std::string::npos ? 0
                                   : static_cast<std::uint32_t>(QString::fromStdString(name.substr(at + 1)).toUInt());
}

QStringList findDifferences(const std::vector<Run>& runs, const QStringList& labels) {
    QStringList out;
    for (std::size_t i = 1; i < runs.size(); ++i) {
        const auto& a = runs.front().spec;
        const auto& b = runs[i].spec;
        const auto label = labels[static_cast<qsizetype>(i)];
        if (a.data_fingerprint != b.data_fingerprint)
            out << tr("%1 was trained on other data (%2 instead of %3): its values cannot be compared.")
                       .arg(label, toQt(b.data_name), toQt(a.data_name));
        else if (a.split.text() != b.split.text() || a.split.seed != b.split.seed ||
                 a.split.test_rows != b.split.test_rows)
            out << tr("%1 was tested on other rows (%2, seed %3): the difference may come from the split.")
                       .arg(label, toQt(b.split.text()))
                       .arg(b.split.seed);
    }
    return out;
}

} // namespace

QStringList runLabels(const std::vector<Run>& runs) {
    std::map<std::string, int> times;
    for (const auto& run : runs)
        ++times[run.spec.model];
    QStringList out;
    for (const auto& run : runs)
        out << (times[run.spec.model] > 1 ? tr("%1 (run %2)").arg(modelTitle(run.spec.model)).arg(run.id)
                                          : modelTitle(run.spec.model));
    return out;
}

std::vector<std::string> metricsOf(const std::vector<Run>& runs) {
    std::set<std::string> names;
    for (const auto& run : runs)
        for (const auto& [name, value] : run.metrics)
            if (find_metric(name) != nullptr)
                names.insert(name);
    std::vector<std::string> out(names.begin(), names.end());
    const auto& infos = all_metrics();
    const auto place = [&](const std::string& name) { return find_metric(name) - infos.data(); };
    std::sort(out.begin(), out.end(), [&](const std::string& a, const std::string& b) {
        return place(a) != place(b) ? place(a) < place(b) : kOf(a) < kOf(b);
    });
    return out;
}

Result<Comparison> compareStored(Workspace& workspace, const std::vector<Run>& runs, const std::string& metric,
                                 RunId baseline) {
    Comparison out;
    out.metric = metric;
    out.baseline = baseline;
    const auto labels = runLabels(runs);
    out.warnings = findDifferences(runs, labels);
    std::vector<ComparisonInput> inputs;
    for (const auto& run : runs) {
        auto values = workspace.per_user(run.id, metric);
        if (!values)
            return fail(values.error());
        if (*values)
            inputs.push_back({run.id, std::move((*values)->users), std::move((*values)->values)});
    }
    const bool comparable = out.warnings.isEmpty();
    const auto* info = find_metric(metric);
    const auto compared = info != nullptr && info->per_user ? compare_runs(inputs, comparable ? baseline : -1)
                                                            : std::vector<ComparedRun>();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        ComparisonRow row{runs[i], labels[static_cast<qsizetype>(i)], {}};
        for (const auto& one : compared)
            if (one.id == runs[i].id)
                row.compared = one;
        out.rows.push_back(std::move(row));
    }
    return out;
}

QString verdict(const Comparison& comparison) {
    const auto* info = find_metric(comparison.metric);
    const auto value = [&](const ComparisonRow& row) {
        const auto at = row.run.metrics.find(comparison.metric);
        return at == row.run.metrics.end() ? std::optional<double>() : at->second;
    };
    std::vector<const ComparisonRow*> order;
    for (const auto& row : comparison.rows)
        if (value(row))
            order.push_back(&row);
    if (order.empty() || info == nullptr)
        return tr("None of these runs has this metric.");
    std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
        return info->higher_is_better ? *value(*a) > *value(*b) : *value(*a) < *value(*b);
    });
    const auto& best = *order.front();
    const auto title = metricTitle(comparison.metric);
    if (order.size() == 1)
        return tr("%1 reaches %2 %3. Tick another run to compare.").arg(best.label, title, metricText(*value(best)));
    const auto& second = *order[1];
    QString out = tr("%1 is ahead: %2 %3; next is %4 with %5.")
                      .arg(best.label, title, metricText(*value(best)), second.label, metricText(*value(second)));
    if (!comparison.warnings.isEmpty())
        return out + u' ' + tr("The runs were not measured on the same rows, so no test was made.");
    // The pair can be tested where one of the two is the baseline.
    const auto& other = best.run.id == comparison.baseline ? second : best;
    const bool testable = best.run.id == comparison.baseline || second.run.id == comparison.baseline;
    if (!testable || !other.compared || !other.compared->p_adjusted)
        return out + u' ' +
               (info->per_user ? tr("Choose one of the two as the baseline to test the difference.")
                               : tr("This metric has no values per user, so no test was made."));
    const double p = *other.compared->p_adjusted;
    const auto shown = p < 0.001 ? tr("p < 0.001") : tr("p = %1").arg(QLocale().toString(p, 'f', 3));
    return out + u' ' +
           (p < 0.05 ? tr("The difference is unlikely to be chance (%1, paired test over users, corrected after Holm).")
                           .arg(shown)
                     : tr("There is no clear difference between the two (%1).").arg(shown));
}

} // namespace tastebench::ui
