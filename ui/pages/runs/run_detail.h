// One run in detail: learning curve, metrics, parameters, how it was measured, and how to repeat it.
#pragma once

#include <QWidget>

#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QTabWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class CurvesView;
class DataTable;
class FactsModel;

class RunDetail : public QWidget {
    Q_OBJECT

  public:
    explicit RunDetail(Workbench& workbench, QWidget* parent = nullptr);
    /// 0: nothing chosen.
    void show(RunId id);
    /// Reads the shown run again, as after it ended.
    void reload();
    QString command() const;

  private:
    QWidget* makeAbout();
    void showRun(const Run& run, const QString& verdict);
    void showCurves(const Curves& curves, RunState state);
    void showLive();

    Workbench& workbench_;
    RunId id_ = 0;
    std::size_t livePoints_ = 0;
    bool live_ = false;
    QLabel* title_;
    QLabel* error_;
    QLabel* verdict_;
    QTabWidget* tabs_;
    CurvesView* curves_;
    FactsModel* metrics_;
    FactsModel* parameters_;
    FactsModel* environment_;
    QLabel* protocol_;
    QLabel* command_;
};

} // namespace tastebench::ui
