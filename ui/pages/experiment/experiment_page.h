// The Experiment page: data, split, models with their parameters, and Train.
#pragma once

#include <map>

#include "ui/pages/experiment/experiment_check.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class Card;
class ModelList;
class ParameterForm;
class SplitEditor;

class ExperimentPage : public Page {
    Q_OBJECT

  public:
    explicit ExperimentPage(Workbench& workbench, QWidget* parent = nullptr);
    void activate() override;
    QString command() const override;

  private:
    QWidget* makeSetup();
    QWidget* makeModels();
    QWidget* makeMeasure();
    QWidget* makeParameters();
    QWidget* makeHint();
    QWidget* makeFoot();
    void reloadDatasets();
    void loadDataset();
    void showForm();
    ParameterForm* formOf(const QString& model);
    void checkSoon();
    void check();
    void showChecked(const std::vector<CheckedRun>& checked);
    void showEstimates(const std::vector<CheckedRun>& checked);
    void train();
    std::vector<std::uint32_t> listLengths() const;

    QComboBox* data_;
    QLabel* dataFacts_;
    SplitEditor* split_;
    ModelList* models_;
    Card* formCard_;
    QStackedWidget* forms_;
    QWidget* hint_; ///< patience without validation rows
    QLineEdit* ks_;
    QCheckBox* removeSeen_;
    QCheckBox* sampled_;
    QLineEdit* note_;
    QLabel* warnings_;
    QLabel* estimate_;
    QLabel* command_;
    QPushButton* copy_;
    QPushButton* train_;
    QTimer* checkTimer_;
    std::map<QString, ParameterForm*> formByModel_;
    DatasetPtr dataset_;
    QString loading_;
    std::vector<RunSpec> ready_;
    int checkNumber_ = 0;
};

} // namespace tastebench::ui
