// The Runs page: every run in one table with live progress, and the chosen one in detail.
#pragma once

#include "ui/models/runs_model.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QAction;
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class RunDetail;
class UpdatePanel;

class RunsPage : public Page {
    Q_OBJECT

  public:
    explicit RunsPage(Workbench& workbench, QWidget* parent = nullptr);
    QString command() const override;

  private:
    QWidget* makeToolbar();
    QWidget* makeTable();
    void addActions();
    void reload();
    void showRuns(std::vector<Run> runs);
    void takeSelection();
    void showSelection();
    void refreshButtons();
    void cancelSelected();
    void runAgain();
    void tellVerdicts(); ///< on the runs done again that have ended
    void updateSelected();
    void resumeSelected();
    void deleteSelected();
    std::vector<Run> selected() const;

    struct Repeat {
        RunId before, after;
    };

    RunsModel* model_;
    QList<Repeat> repeats_; ///< under way
    UpdatePanel* updatePanel_;
    QPushButton* update_;
    QAction* againAction_;
    QAction* updateAction_;
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
