// The form for made-up data: how many users, items and interactions.
#pragma once

#include <memory>

#include <QWidget>

#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class GeneratePanel : public QWidget {
    Q_OBJECT

  public:
    explicit GeneratePanel(Workbench& workbench, QWidget* parent = nullptr);
    ~GeneratePanel() override;

  Q_SIGNALS:
    void closed();

  private:
    QSpinBox* number(const QString& objectName, const QString& name, const QString& tip, int low, int high, int value);
    void start();

    Workbench& workbench_;
    QLineEdit* name_;
    QSpinBox* users_;
    QSpinBox* items_;
    QSpinBox* interactions_;
    QSpinBox* seed_;
    QPushButton* generate_;
    QPushButton* close_;
    QProgressBar* bar_;
    QLabel* text_;
    QTimer* timer_;
    std::shared_ptr<Progress> progress_;
};

} // namespace tastebench::ui
