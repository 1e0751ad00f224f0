#include "ui/models/interactions_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <QDateTime>
#include <QLocale>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

std::vector<char> idsContaining(const IdMap& ids, const QString& text) {
    std::vector<char> out(ids.size());
    for (std::uint32_t i = 0; i < ids.size(); ++i)
        out[i] = toQt(ids.id(i)).contains(text, Qt::CaseInsensitive) ? 1 : 0;
    return out;
}

std::vector<RowIx> filtered(const Dataset& data, const QString& text) {
    const auto& rows = data.interactions();
    const auto users = idsContaining(data.users(), text);
    auto items = idsContaining(data.items(), text);
    for (ItemIx item = 0; item < data.items().size(); ++item)
        if (items[item] == 0 && toQt(data.title(item)).contains(text, Qt::CaseInsensitive))
            items[item] = 1;
    std::vector<RowIx> out;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (users[rows.user[row]] != 0 || items[rows.item[row]] != 0)
            out.push_back(static_cast<RowIx>(row));
    return out;
}

template <typename Key>
void sortBy(std::vector<RowIx>& rows, Qt::SortOrder order, Key key) {
    if (order == Qt::AscendingOrder)
        std::stable_sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) { return key(a) < key(b); });
    else
        std::stable_sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) { return key(b) < key(a); });
}

void sortRows(const Dataset& data, std::vector<RowIx>& rows, int column, Qt::SortOrder order) {
    const auto& columns = data.interactions();
    switch (column) {
    case InteractionsModel::RowNumber:
        return sortBy(rows, order, [](RowIx row) { return row; });
    case InteractionsModel::User:
        return sortBy(rows, order, [&](RowIx row) { return columns.user[row]; });
    case InteractionsModel::Item:
        return sortBy(rows, order, [&](RowIx row) { return columns.item[row]; });
    case InteractionsModel::Title:
        return sortBy(rows, order, [&](RowIx row) { return data.title(columns.item[row]); });
    case InteractionsModel::Value:
        // Rows without a rating come before the smallest one: NaN has no order of its own.
        return data.has_values() ? sortBy(rows, order,
                                          [&](RowIx row) {
                                              const float value = columns.value[row];
                                              return std::isnan(value) ? -INFINITY : value;
                                          })
                                 : void();
    case InteractionsModel::Event:
        return data.has_events() ? sortBy(rows, order, [&](RowIx row) { return columns.event[row]; }) : void();
    case InteractionsModel::Time:
        return data.has_times() ? sortBy(rows, order, [&](RowIx row) { return columns.time[row]; }) : void();
    default:
        return;
    }
}

} // namespace

RowList matchingRows(const Dataset& data, const RowQuery& query) {
    const bool sorted =
        query.column >= 0 && !(query.column == InteractionsModel::RowNumber && query.order == Qt::AscendingOrder);
    if (query.text.isEmpty() && !sorted)
        return nullptr;
    std::vector<RowIx> rows;
    if (query.text.isEmpty()) {
        rows.resize(data.interactions().size());
        std::iota(rows.begin(), rows.end(), RowIx{0});
    } else {
        rows = filtered(data, query.text);
    }
    if (sorted)
        sortRows(data, rows, query.column, query.order);
    return std::make_shared<const std::vector<RowIx>>(std::move(rows));
}

void InteractionsModel::setDataset(DatasetPtr data) {
    beginResetModel();
    data_ = std::move(data);
    rows_.reset();
    endResetModel();
}

void InteractionsModel::setRows(RowList rows) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

std::uint64_t InteractionsModel::rowsFound() const {
    if (!data_)
        return 0;
    return rows_ ? rows_->size() : data_->interactions().size();
}

int InteractionsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min<std::uint64_t>(rowsFound(), mostRowsShown));
}

int InteractionsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant InteractionsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((index.column() == RowNumber || index.column() == Value ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const auto at = static_cast<std::size_t>(index.row());
    const std::size_t row = rows_ ? (*rows_)[at] : at;
    const auto& columns = data_->interactions();
    switch (index.column()) {
    case RowNumber:
        return QString::number(row);
    case User:
        return toQt(data_->users().id(columns.user[row]));
    case Item:
        return toQt(data_->items().id(columns.item[row]));
    case Title:
        return toQt(data_->title(columns.item[row]));
    case Value:
        return data_->has_values() && !std::isnan(columns.value[row])
                   ? QVariant(QLocale().toString(static_cast<double>(columns.value[row]), 'g', 6))
                   : QVariant();
    case Event:
        return data_->has_events() ? QVariant(toQt(data_->events()[columns.event[row]])) : QVariant();
    case Time:
        return data_->has_times()
                   ? QVariant(QDateTime::fromSecsSinceEpoch(columns.time[row], Qt::UTC).toString(Qt::ISODate))
                   : QVariant();
    default:
        return {};
    }
}

QVariant InteractionsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant((section == RowNumber || section == Value ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList names{tr("Row"),    tr("User"),  tr("Item"),      tr("Title"),
                            tr("Rating"), tr("Event"), tr("Time (UTC)")};
    return names.value(section);
}

} // namespace tastebench::ui
