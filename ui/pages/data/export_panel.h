// The form that writes a data set, and a split of it if wished, as CSV or RecBole files into a folder.
#pragma once

#include <memory>

#include <QWidget>

#include "core/data/exporter.h"
#include "ui/bridge/workbench.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTimer;

namespace tastebench::ui {

class ExportPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ExportPanel(Workbench& workbench, QWidget* parent = nullptr);
    ~ExportPanel() override;

    /// The data set to export; may be empty, then there is nothing to start.
    void setDataset(const QString& name);

  Q_SIGNALS:
    void closed();

  private:
    QLayout* makeForm(QWidget* card);
    QLayout* makeButtons();
    void chooseFolder();
    void refresh();
    void start();
    void finish(const Result<ExportReport>& report);

    Workbench& workbench_;
    QString dataset_;
    QLabel* title_;
    QComboBox* format_;
    QLineEdit* folder_;
    QLineEdit* split_;
    QSpinBox* seed_;
    QCheckBox* replace_;
    QLabel* problem_;
    QPushButton* export_;
    QPushButton* close_;
    QProgressBar* bar_;
    QLabel* text_;
    QTimer* timer_;
    std::shared_ptr<Progress> progress_;
};

} // namespace tastebench::ui
