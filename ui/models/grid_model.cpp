#include "ui/models/grid_model.h"

#include <cmath>

#include <QFont>
#include <QLocale>

#include "ui/shell/data_table.h"

namespace tastebench::ui {

GridCell numberCell(double value, int digits) {
    return {std::isfinite(value) ? QLocale().toString(value, 'f', digits) : QStringLiteral("–"), value};
}

void GridModel::setHeader(const QStringList& header, const QStringList& tips) {
    beginResetModel();
    header_ = header;
    tips_ = tips;
    rows_.clear();
    endResetModel();
}

void GridModel::setRows(QList<QList<GridCell>> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int GridModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int GridModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(header_.size());
}

QVariant GridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() >= rows_[index.row()].size())
        return {};
    const GridCell& cell = rows_[index.row()][index.column()];
    switch (role) {
    case Qt::DisplayRole:
        return cell.text;
    case Qt::ToolTipRole:
        return cell.tip.isEmpty() ? QVariant() : QVariant(cell.tip);
    case Qt::TextAlignmentRole:
        return QVariant((cell.sortValue.isValid() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::FontRole: {
        if (!cell.strong)
            return {};
        QFont font;
        font.setBold(true);
        return font;
    }
    case sortRole:
        return cell.sortValue.isValid() ? cell.sortValue : QVariant(cell.text);
    default:
        return {};
    }
}

QVariant GridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section >= header_.size())
        return {};
    if (role == Qt::DisplayRole)
        return header_[section];
    if (role == Qt::ToolTipRole && section < tips_.size())
        return tips_[section];
    return {};
}

} // namespace tastebench::ui
