#include "ui/models/facts_model.h"

namespace tastebench::ui {

void FactsModel::setFacts(QList<Fact> facts) {
    beginResetModel();
    facts_ = std::move(facts);
    endResetModel();
}

int FactsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(facts_.size());
}

int FactsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 2;
}

QVariant FactsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto& fact = facts_[index.row()];
    if (role == Qt::ToolTipRole)
        return fact.help.isEmpty() ? QVariant() : QVariant(fact.help);
    if (role == Qt::UserRole && index.column() == 1 && fact.sortValue.isValid())
        return fact.sortValue;
    if (role == Qt::DisplayRole || role == Qt::UserRole)
        return index.column() == 0 ? fact.name : fact.value;
    return {};
}

QVariant FactsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == 0 ? tr("Name") : tr("Value");
}

} // namespace tastebench::ui
