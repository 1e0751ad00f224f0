// The rows of a data set as a table, read straight from its columns: nothing is copied.
// A filter or an order is a list of row numbers, computed by matchingRows() on a background thread.
#pragma once

#include <memory>
#include <vector>

#include <QAbstractTableModel>

#include "core/data/dataset.h"

namespace tastebench::ui {

/// What to show and how to order it; column is one of InteractionsModel::Column, or -1 for the order of the file.
struct RowQuery {
    QString text; ///< part of a user's id, an item's id or its title; empty: every row
    int column = -1;
    Qt::SortOrder order = Qt::AscendingOrder;
};
using RowList = std::shared_ptr<const std::vector<RowIx>>;

/// Null if the query asks for every row in the order of the file.
RowList matchingRows(const Dataset& data, const RowQuery& query);

class InteractionsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { RowNumber, User, Item, Title, Value, Event, Time, ColumnCount };
    /// A view cannot scroll through more; filtering narrows down to the rest.
    static constexpr int mostRowsShown = 100'000;

    using QAbstractTableModel::QAbstractTableModel;
    void setDataset(DatasetPtr data);
    void setRows(RowList rows);
    std::uint64_t rowsFound() const;
    /// Asks the owner for a new order instead of sorting here.
    void sort(int column, Qt::SortOrder order) override { Q_EMIT orderWanted(column, order); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  Q_SIGNALS:
    void orderWanted(int column, Qt::SortOrder order);

  private:
    DatasetPtr data_;
    RowList rows_;
};

} // namespace tastebench::ui
