// A small read-only table of given cells: what is shown and, where it differs, what is sorted by.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

namespace tastebench::ui {

struct GridCell {
    QString text;
    QVariant sortValue = {}; ///< number or text; the text where invalid
    bool strong = false;     ///< in bold
    QString tip = {};
};

class GridModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;
    void setHeader(const QStringList& header, const QStringList& tips = {});
    void setRows(QList<QList<GridCell>> rows);
    const QList<QList<GridCell>>& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QStringList header_, tips_;
    QList<QList<GridCell>> rows_;
};

/// A right-aligned number cell with so many digits after the point.
GridCell numberCell(double value, int digits);

} // namespace tastebench::ui
