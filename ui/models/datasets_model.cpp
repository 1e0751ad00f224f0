#include "ui/models/datasets_model.h"

#include <algorithm>

#include "ui/bridge/text.h"

namespace tastebench::ui {

void DatasetsModel::setEntries(std::vector<DatasetEntry> entries) {
    beginResetModel();
    entries_ = std::move(entries);
    endResetModel();
}

int DatasetsModel::rowOf(const QString& name) const {
    const auto wanted = toStd(name);
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.name == wanted; });
    return at == entries_.end() ? -1 : static_cast<int>(at - entries_.begin());
}

int DatasetsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(entries_.size());
}

int DatasetsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DatasetsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& entry = entries_[static_cast<std::size_t>(index.row())];
    const auto& summary = entry.summary;
    const bool sorting = role == Qt::UserRole;
    if (role == Qt::TextAlignmentRole)
        return index.column() >= Users && index.column() <= InteractionCount
                   ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return tr("%1: %2 users, %3 items, %4 interactions")
            .arg(toQt(entry.name), countText(summary.users), countText(summary.items), countText(summary.interactions));
    if (role != Qt::DisplayRole && !sorting)
        return {};
    const auto number = [sorting](std::uint64_t value) {
        return sorting ? QVariant(static_cast<qulonglong>(value)) : QVariant(countText(value));
    };
    switch (index.column()) {
    case Name:
        return toQt(entry.name);
    case Users:
        return number(summary.users);
    case Items:
        return number(summary.items);
    case InteractionCount:
        return number(summary.interactions);
    case Added:
        return sorting ? QVariant(static_cast<qlonglong>(entry.created)) : QVariant(timeText(entry.created));
    case Source:
        return toQt(entry.source);
    default:
        return {};
    }
}

QVariant DatasetsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant((section >= Users && section <= InteractionCount ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case Users:
        return tr("Users");
    case Items:
        return tr("Items");
    case InteractionCount:
        return tr("Interactions");
    case Added:
        return tr("Added");
    case Source:
        return tr("Source");
    default:
        return {};
    }
}

} // namespace tastebench::ui
