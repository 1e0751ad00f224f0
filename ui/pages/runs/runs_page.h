// The Runs page: every run in one table with live progress, and the chosen one in detail.
#pragma once

#include "ui/models/runs_model.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class RunDetail;

class RunsPage : public Page {
    Q_OBJECT

  public:
    explicit RunsPage(Workbench& workbench, QWidget* parent = nullptr);
    QString command() const override;

  private:
    QWidget* makeToolbar();
    QWidget* makeTable();
    void reload();
    void showRuns(std::vector<Run> runs);
    void takeSelection();
    void showSelection();
    void refreshButtons();
    void cancelSelected();
    void runAgain();
    void resumeSelected();
    void deleteSelected();
    std::vector<Run> selected() const;

    RunsModel* model_;
    DataTable* table_;
    RunDetail* detail_;
    QStackedWidget* stack_;
    QPushButton* cancel_;
    QPushButton* again_;
    QPushButton* resume_;
    QPushButton* delete_;
    QPushButton* compare_;
    QPushButton* explain_;
    bool selecting_ = false;
};

} // namespace tastebench::ui
