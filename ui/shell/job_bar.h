// The right end of the status bar: what runs, how far it is, time left, cancel, and the memory in use.
#pragma once

#include <QWidget>

#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QProgressBar;
class QPushButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class JobBar : public QWidget {
    Q_OBJECT

  public:
    explicit JobBar(Workbench& workbench, QWidget* parent = nullptr);

  private:
    void refresh();
    void refreshMemory();

    Workbench& workbench_;
    QLabel* text_;
    QProgressBar* bar_;
    QPushButton* cancel_;
    QLabel* memory_;
    RunId running_ = 0;
};

} // namespace tastebench::ui
