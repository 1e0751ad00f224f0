// One data set: what it is in plain words, three charts, and its rows.
#pragma once

#include <QWidget>

#include "ui/bridge/workbench.h"
#include "ui/models/interactions_model.h"
#include "ui/pages/data/data_statistics.h"

QT_BEGIN_NAMESPACE
class QGridLayout;
class QLabel;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;
class DataTable;

class DatasetView : public QWidget {
    Q_OBJECT

  public:
    explicit DatasetView(Workbench& workbench, QWidget* parent = nullptr);
    /// Shows the entry's counts at once and loads the rest in the background.
    void show(const DatasetEntry& entry);

  private:
    struct Tile {
        QLabel* value;
        QLabel* label;
    };
    QWidget* makeTiles();
    QWidget* makeOverview();
    QWidget* makeRows();
    void showEntry(const DatasetEntry& entry);
    void showStatistics(const Dataset& dataset, const DataStatistics& statistics);
    void queryRows();

    Workbench& workbench_;
    QString fingerprint_, name_;
    DatasetPtr data_;
    QLabel* title_;
    QLabel* source_;
    QLabel* words_;
    Tile tiles_[5];
    ChartPanel* ratings_;
    ChartPanel* popularity_;
    ChartPanel* overTime_;
    InteractionsModel* rows_;
    DataTable* table_;
    QLabel* found_;
    QTimer* queryTimer_;
    RowQuery query_;
    int queryNumber_ = 0;
};

} // namespace tastebench::ui
