// The Compare page: which run is best, by how much, and whether that can be chance.
#pragma once

#include "ui/pages/compare/comparison.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QListWidget;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;
class DataTable;
class GridModel;

class ComparePage : public Page {
    Q_OBJECT

  public:
    explicit ComparePage(Workbench& workbench, QWidget* parent = nullptr);
    QString command() const override;

  private:
    QWidget* makeChooser();
    QWidget* makeResults();
    void reloadRuns();
    void listRuns(std::vector<Run> runs);
    void takeTicks();
    std::vector<Run> ticked() const;
    void fillCombos(const std::vector<Run>& runs);
    void compare();
    void show(const Comparison& comparison);
    void showTable(const Comparison& comparison);
    void showTests(const Comparison& comparison);
    void showCharts(const Comparison& comparison);

    QStackedWidget* stack_;
    QListWidget* list_;
    QComboBox* metric_;
    QComboBox* baseline_;
    QLabel* verdict_;
    QLabel* warning_;
    QLabel* protocol_;
    GridModel* table_;
    GridModel* tests_;
    DataTable* tableView_;
    ChartPanel* bars_;
    ChartPanel* byK_;
    ChartPanel* time_;
    std::vector<Run> done_;
    std::uint64_t asked_ = 0;
};

} // namespace tastebench::ui
