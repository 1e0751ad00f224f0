#include "ui/shell/window_view.h"

#include <algorithm>

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QScrollBar>

namespace tastebench::ui {

void WindowModel::setSource(std::shared_ptr<const TableSource> source) {
    beginResetModel();
    source_ = std::move(source);
    rows_.reset();
    offset_ = 0;
    window_ = 0;
    endResetModel();
}

RowList WindowModel::setRows(RowList rows) {
    std::swap(rows_, rows);
    return rows;
}

void WindowModel::setWindow(std::uint64_t offset, int rows) {
    offset_ = offset;
    if (rows > window_) {
        beginInsertRows({}, window_, rows - 1);
        window_ = rows;
        endInsertRows();
    } else if (rows < window_) {
        beginRemoveRows({}, rows, window_ - 1);
        window_ = rows;
        endRemoveRows();
    }
    if (window_ == 0 || columnCount() == 0)
        return;
    Q_EMIT dataChanged(index(0, 0), index(window_ - 1, columnCount() - 1));
    Q_EMIT headerDataChanged(Qt::Vertical, 0, window_ - 1);
}

std::uint64_t WindowModel::shownRows() const {
    return rows_ ? rows_->size() : source_ ? source_->rowCount() : 0;
}

int WindowModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : window_;
}

int WindowModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !source_ ? 0 : source_->columnCount();
}

QVariant WindowModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((source_->isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const std::uint64_t position = offset_ + static_cast<std::uint64_t>(index.row());
    if ((role != Qt::DisplayRole && role != Qt::ToolTipRole) || position >= shownRows())
        return {};
    return source_->cell(rows_ ? (*rows_)[position] : position, index.column());
}

QVariant WindowModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(QLocale().toString(offset_ + static_cast<std::uint64_t>(section) + 1))
                                       : QVariant();
    if (!source_ || section >= source_->columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((source_->isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return source_->headerTip(section);
    return role == Qt::DisplayRole ? QVariant(source_->header(section)) : QVariant();
}

WindowView::WindowView(BigTable* table) : QTableView(table), table_(table), rowHeight_(fontMetrics().height() + 12) {
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(false);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->setDefaultSectionSize(rowHeight_);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    verticalHeader()->setHighlightSections(false);
    verticalHeader()->setSectionsClickable(false);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSortIndicatorShown(true);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    dragTimer_.setInterval(40);
    connect(&dragTimer_, &QTimer::timeout, this, [this] { dragTo(dragY_); });
}

bool WindowView::moveByKey(QKeyEvent* event) {
    const bool ctrl = event->modifiers().testFlag(Qt::ControlModifier);
    const auto rows = static_cast<std::int64_t>(std::max(1, table_->fullRows() - 1));
    std::int64_t by = 0;
    switch (event->key()) {
    case Qt::Key_Up:
        by = -1;
        break;
    case Qt::Key_Down:
        by = 1;
        break;
    case Qt::Key_PageUp:
        by = -rows;
        break;
    case Qt::Key_PageDown:
        by = rows;
        break;
    case Qt::Key_Home:
    case Qt::Key_End:
        if (!ctrl)
            return false;
        by = event->key() == Qt::Key_Home ? -static_cast<std::int64_t>(table_->current_)
                                          : static_cast<std::int64_t>(table_->shownRows());
        break;
    default:
        return false;
    }
    const auto last = static_cast<std::int64_t>(table_->shownRows()) - 1;
    const auto wanted = std::clamp<std::int64_t>(static_cast<std::int64_t>(table_->current_) + by, 0, last);
    table_->moveCurrent(static_cast<std::uint64_t>(wanted), event->modifiers().testFlag(Qt::ShiftModifier));
    return true;
}

void WindowView::keyPressEvent(QKeyEvent* event) {
    if (table_->shownRows() > 0 && moveByKey(event)) {
        event->accept();
        return;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        table_->selectAll();
        event->accept();
        return;
    }
    QTableView::keyPressEvent(event);
}

void WindowView::mousePressEvent(QMouseEvent* event) {
    QTableView::mousePressEvent(event);
    const int row = rowAt(static_cast<int>(event->position().y()));
    if (row < 0)
        return;
    const std::uint64_t position = table_->offset_ + static_cast<std::uint64_t>(row);
    // The menu of the right button speaks of the selection: it keeps one that it was opened on.
    if (event->button() == Qt::RightButton && table_->selection_.contains(position))
        return;
    table_->press(position, event->modifiers());
    dragging_ = event->button() == Qt::LeftButton;
}

void WindowView::mouseMoveEvent(QMouseEvent* event) {
    if (!dragging_) {
        QTableView::mouseMoveEvent(event);
        return;
    }
    dragY_ = static_cast<int>(event->position().y());
    dragTo(dragY_);
    if (dragY_ < 0 || dragY_ >= viewport()->height())
        dragTimer_.start();
    else
        dragTimer_.stop();
}

void WindowView::mouseReleaseEvent(QMouseEvent* event) {
    dragging_ = false;
    dragTimer_.stop();
    QTableView::mouseReleaseEvent(event);
}

void WindowView::dragTo(int y) {
    if (table_->shownRows() == 0)
        return;
    // Beyond an edge, the further away the faster.
    std::int64_t row = y / rowHeight_;
    if (y < 0)
        row = -1 + y / rowHeight_;
    const auto last = static_cast<std::int64_t>(table_->shownRows()) - 1;
    const auto wanted = std::clamp<std::int64_t>(static_cast<std::int64_t>(table_->offset_) + row, 0, last);
    table_->moveCurrent(static_cast<std::uint64_t>(wanted), true);
}

void WindowView::wheelEvent(QWheelEvent* event) {
    constexpr int stepsOfNotch = 120;
    if (std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y()) ||
        event->modifiers().testFlag(Qt::ShiftModifier)) {
        QTableView::wheelEvent(event);
        return;
    }
    wheelRest_ += event->angleDelta().y() * QApplication::wheelScrollLines();
    const int rows = wheelRest_ / stepsOfNotch;
    wheelRest_ -= rows * stepsOfNotch;
    table_->moveBy(-rows);
    event->accept();
}

void WindowView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    table_->fitWindow();
}

void WindowView::updateGeometries() {
    QTableView::updateGeometries();
    // The window of rows never scrolls inside the view, even where its last row is cut off.
    verticalScrollBar()->setRange(0, 0);
}

void WindowView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    QTableView::scrollTo(index, hint);
    verticalScrollBar()->setValue(0);
}

} // namespace tastebench::ui
