// The workspace's data sets as a table: name, users, items, interactions, added, source.
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "core/store/workspace.h"

namespace tastebench::ui {

class DatasetsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Name, Users, Items, InteractionCount, Added, Source, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setEntries(std::vector<DatasetEntry> entries);
    const std::vector<DatasetEntry>& entries() const { return entries_; }
    int rowOf(const QString& name) const; ///< -1 if there is none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    std::vector<DatasetEntry> entries_;
};

} // namespace tastebench::ui
