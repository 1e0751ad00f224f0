// The data sets in the bin: take one out again, or remove all of them for good.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QPushButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class GridModel;

class BinPanel : public QWidget {
    Q_OBJECT

  public:
    explicit BinPanel(Workbench& workbench, QWidget* parent = nullptr);
    void reload();

  Q_SIGNALS:
    void closed();

  private:
    void showEntries(std::vector<DatasetEntry> entries);
    void showButtons();
    void restore();
    void emptyBin();
    void askAgain(bool again);

    Workbench& workbench_;
    std::vector<DatasetEntry> entries_;
    GridModel* model_;
    DataTable* table_;
    QPushButton *restore_, *empty_;
    bool asked_ = false; ///< pressing "Empty bin" once more does it
};

} // namespace tastebench::ui
