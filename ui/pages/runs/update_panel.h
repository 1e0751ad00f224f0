// Asks on which newer data a run's model is to be brought up to date, and puts that run into the queue.
#pragma once

#include "core/experiment/run.h"
#include "ui/bridge/workbench.h"
#include "ui/shell/widgets.h"

QT_BEGIN_NAMESPACE
class QComboBox;
QT_END_NAMESPACE

namespace tastebench::ui {

class UpdatePanel : public Card {
    Q_OBJECT

  public:
    /// Hidden until ask().
    explicit UpdatePanel(Workbench& workbench, QWidget* parent = nullptr);
    /// Lists the data sets other than the run's own; says so where there is none.
    void ask(const Run& run);

  private:
    void listDatasets(const std::vector<DatasetEntry>& entries);
    void submit();

    Workbench& workbench_;
    Run run_;
    QLabel* question_;
    QComboBox* data_;
    QPushButton* update_;
};

} // namespace tastebench::ui
