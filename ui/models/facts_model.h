// Two columns, what and how much: metrics, parameters, environment of one run.
#pragma once

#include <QAbstractTableModel>
#include <QList>

namespace tastebench::ui {

struct Fact {
    QString name, value, help;
    QVariant sortValue; ///< the real value, where it is a number
};

class FactsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;
    void setFacts(QList<Fact> facts);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    QList<Fact> facts_;
};

} // namespace tastebench::ui
