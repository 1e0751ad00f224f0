// The inside of a BigTable: the rows on the screen as a model, and a view that leaves scrolling and selecting to
// the table.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>

#include "ui/shell/big_table.h"

namespace tastebench::ui {

/// A window of `rows` positions from `offset` on the source's rows.
class WindowModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setSource(std::shared_ptr<const TableSource> source);
    RowList setRows(RowList rows);
    void setWindow(std::uint64_t offset, int rows);
    std::uint64_t shownRows() const;
    const std::shared_ptr<const TableSource>& source() const { return source_; }
    const RowList& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    std::shared_ptr<const TableSource> source_;
    RowList rows_;
    std::uint64_t offset_ = 0;
    int window_ = 0;
};

class WindowView : public QTableView {
    Q_OBJECT

  public:
    explicit WindowView(BigTable* table);
    int rowHeight() const { return rowHeight_; }

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void updateGeometries() override;
    void scrollTo(const QModelIndex& index, ScrollHint hint) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex&, const QEvent*) const override {
        return QItemSelectionModel::NoUpdate;
    }

  private:
    bool moveByKey(QKeyEvent* event);
    void dragTo(int y);

    BigTable* table_;
    int rowHeight_;
    int wheelRest_ = 0; // eighths of a degree not yet scrolled by
    QTimer dragTimer_;  // goes on scrolling while the mouse is held beyond an edge
    int dragY_ = 0;
    bool dragging_ = false;
};

} // namespace tastebench::ui
