// A page of the window: one entry of the left rail.
#pragma once

#include <QWidget>

#include "ui/bridge/workbench.h"

namespace tastebench::ui {

class Page : public QWidget {
    Q_OBJECT

  public:
    explicit Page(Workbench& workbench, QWidget* parent = nullptr) : QWidget(parent), workbench_(workbench) {}
    /// Called each time the page comes to the front.
    virtual void activate() {}
    /// The command line that does what the page shows, for "Copy command"; may be empty.
    virtual QString command() const { return {}; }

  protected:
    Workbench& workbench() const { return workbench_; }

  private:
    Workbench& workbench_;
};

/// Made by each page's folder; the window calls them once.
Page* makeDataPage(Workbench& workbench, QWidget* parent);
Page* makeExperimentPage(Workbench& workbench, QWidget* parent);
Page* makeRunsPage(Workbench& workbench, QWidget* parent);
Page* makeComparePage(Workbench& workbench, QWidget* parent);
Page* makeExplainPage(Workbench& workbench, QWidget* parent);
Page* makeReportPage(Workbench& workbench, QWidget* parent);

} // namespace tastebench::ui
