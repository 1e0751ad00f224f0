#include "ui/models/runs_model.h"

#include <algorithm>
#include <limits>
#include <set>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

std::optional<double> metricOf(const Run& run, const QString& name) {
    const auto at = run.metrics.find(toStd(name));
    return at == run.metrics.end() ? std::nullopt : std::optional(at->second);
}

double duration(const Run& run) {
    return run.fit_seconds + run.evaluate_seconds;
}

bool sameRows(const std::vector<Run>& a, const std::vector<Run>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Run& x, const Run& y) { return x.id == y.id; });
}

bool sameShown(const JobSnapshot& a, const JobSnapshot& b) {
    return a.state == b.state && a.progress.done == b.progress.done && a.progress.stage == b.progress.stage;
}

} // namespace

QStringList orderedMetrics(const std::vector<Run>& runs) {
    std::set<std::string> present;
    for (const auto& run : runs)
        for (const auto& [name, value] : run.metrics)
            present.insert(name);
    QStringList out;
    for (const auto& info : all_metrics()) {
        std::vector<std::pair<int, QString>> found;
        for (const auto& name : present)
            if (find_metric(name) != nullptr && find_metric(name)->id == info.id)
                found.emplace_back(toQt(name).section(u'@', 1).toInt(), toQt(name));
        std::sort(found.begin(), found.end());
        for (const auto& [k, name] : found)
            out.append(name);
    }
    return out;
}

void RunsModel::setRuns(std::vector<Run> runs) {
    auto metrics = orderedMetrics(runs);
    if (sameRows(runs, runs_) && metrics == metrics_) {
        runs_ = std::move(runs);
        if (!runs_.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    runs_ = std::move(runs);
    metrics_ = std::move(metrics);
    rows_.clear();
    for (std::size_t i = 0; i < runs_.size(); ++i)
        rows_.insert(runs_[i].id, static_cast<int>(i));
    endResetModel();
}

void RunsModel::setJobs(const QList<JobSnapshot>& jobs) {
    for (const auto& job : jobs) {
        const auto before = jobs_.constFind(job.id);
        if (before != jobs_.constEnd() && sameShown(*before, job))
            continue;
        jobs_.insert(job.id, job);
        if (const int row = rowOf(job.id); row >= 0)
            Q_EMIT dataChanged(index(row, Id), index(row, TimeLeft));
    }
}

int RunsModel::rowOf(RunId id) const {
    return rows_.value(id, -1);
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(runs_.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : durationColumn() + 4;
}

RunState RunsModel::stateOf(const Run& run) const {
    const auto job = jobs_.constFind(run.id);
    // The stored state wins once the run has ended there.
    const bool open = run.state == RunState::queued || run.state == RunState::running;
    return open && job != jobs_.constEnd() ? job->state : run.state;
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& run = runs_[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return display(run, index.column());
    case Qt::UserRole:
        return sortValue(run, index.column());
    case Qt::ToolTipRole:
        return tip(run);
    case Qt::TextAlignmentRole:
        return alignment(index.column());
    default:
        return {};
    }
}

QVariant RunsModel::display(const Run& run, int column) const {
    const auto job = jobs_.constFind(run.id);
    const bool running = job != jobs_.constEnd() && stateOf(run) == RunState::running;
    if (column >= FirstMetric && column < durationColumn()) {
        const auto value = metricOf(run, metrics_[column - FirstMetric]);
        return value ? QVariant(metricText(*value)) : QVariant();
    }
    switch (column) {
    case Id:
        return QString::number(run.id);
    case State:
        return stateText(stateOf(run));
    case ProgressColumn:
        return running ? QVariant(toQt(job->progress.stage) +
                                  tr(" %1 %").arg(static_cast<int>(job->progress.fraction * 100.0)))
                       : QVariant();
    case TimeLeft:
        return running && job->progress.seconds_left ? QVariant(durationText(*job->progress.seconds_left)) : QVariant();
    case Model:
        return modelTitle(run.spec.model);
    case Data:
        return toQt(run.spec.data_name);
    case SplitColumn:
        return toQt(run.spec.split.text());
    default:
        break;
    }
    switch (column - durationColumn()) {
    case 0:
        return run.state == RunState::done ? QVariant(durationText(duration(run))) : QVariant();
    case 1:
        return run.peak_memory_bytes > 0 ? QVariant(bytesText(run.peak_memory_bytes)) : QVariant();
    case 2:
        return timeText(run.created);
    case 3:
        return toQt(run.spec.note);
    default:
        return {};
    }
}

QVariant RunsModel::sortValue(const Run& run, int column) const {
    const auto job = jobs_.constFind(run.id);
    if (column >= FirstMetric && column < durationColumn())
        return metricOf(run, metrics_[column - FirstMetric]).value_or(-std::numeric_limits<double>::infinity());
    switch (column) {
    case Id:
        return static_cast<qlonglong>(run.id);
    case ProgressColumn:
        return job != jobs_.constEnd() ? job->progress.fraction : -1.0;
    case TimeLeft:
        return job != jobs_.constEnd() ? job->progress.seconds_left.value_or(-1.0) : -1.0;
    default:
        break;
    }
    switch (column - durationColumn()) {
    case 0:
        return duration(run);
    case 1:
        return static_cast<qulonglong>(run.peak_memory_bytes);
    case 2:
        return static_cast<qlonglong>(run.created);
    default:
        return display(run, column);
    }
}

QString RunsModel::tip(const Run& run) const {
    QStringList lines{tr("Run %1: %2 on %3").arg(run.id).arg(modelTitle(run.spec.model), toQt(run.spec.data_name))};
    for (const auto& [name, value] : run.spec.parameters)
        lines.append(toQt(name) + QStringLiteral(" = ") + toQt(to_text(value)));
    if (!run.error.empty())
        lines.append(toQt(run.error));
    return lines.join(u'\n');
}

QVariant RunsModel::alignment(int column) const {
    const bool number = column == TimeLeft || (column >= FirstMetric && column <= durationColumn() + 1);
    return QVariant((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return alignment(section);
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    if (section >= FirstMetric && section < durationColumn()) {
        const auto& name = metrics_[section - FirstMetric];
        if (role == Qt::DisplayRole)
            return metricTitle(toStd(name));
        const auto* info = find_metric(toStd(name));
        return info == nullptr ? QVariant() : QVariant(toQt(info->help));
    }
    if (role == Qt::ToolTipRole)
        return {};
    const QStringList first{tr("Run"),   tr("State"), tr("Progress"), tr("Time left"),
                            tr("Model"), tr("Data"),  tr("Split")};
    const QStringList last{tr("Duration"), tr("Memory"), tr("Created"), tr("Note")};
    return section < FirstMetric ? first[section] : last.value(section - durationColumn());
}

} // namespace tastebench::ui
