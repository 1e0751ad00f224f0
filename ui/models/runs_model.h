// All runs as a table, with the progress of those under way. One column for each metric that any run has.
#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QList>
#include <QStringList>

#include "core/experiment/queue.h"

namespace tastebench::ui {

/// Every metric that any of the runs has: in the order of the glossary, k ascending.
QStringList orderedMetrics(const std::vector<Run>& runs);

class RunsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    /// The metrics come between Split and Duration.
    enum FixedColumn { Id, State, ProgressColumn, TimeLeft, Model, Data, SplitColumn, FirstMetric };

    using QAbstractTableModel::QAbstractTableModel;
    /// Keeps rows that are still there; resets only when rows or metrics come or go.
    void setRuns(std::vector<Run> runs);
    /// Touches only the rows of jobs that changed.
    void setJobs(const QList<JobSnapshot>& jobs);

    const std::vector<Run>& runs() const { return runs_; }
    const QStringList& metrics() const { return metrics_; }
    int rowOf(RunId id) const; ///< -1 if there is none
    int durationColumn() const { return FirstMetric + static_cast<int>(metrics_.size()); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    QVariant display(const Run& run, int column) const;
    QVariant sortValue(const Run& run, int column) const;
    QVariant alignment(int column) const;
    QString tip(const Run& run) const;
    RunState stateOf(const Run& run) const;

    std::vector<Run> runs_;
    QHash<qint64, int> rows_;
    QHash<qint64, JobSnapshot> jobs_;
    QStringList metrics_;
};

} // namespace tastebench::ui
