// The Experiment page: data, split, models with their parameters, and Train.
#pragma once

#include "ui/pages/experiment/experiment_check.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QPushButton;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class Card;
class MeasureCard;
class ModelForms;
class ModelList;
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
    QWidget* makeParameters();
    QWidget* makeHint();
    QWidget* makeFoot();
    void reloadDatasets();
    void loadDataset();
    void showForm();
    void judge(const QString& line);
    void duplicate();
    void removeCopy();
    void checkSoon();
    void check();
    void showChecked(const std::vector<CheckedRun>& checked);
    void showEstimates(const std::vector<CheckedRun>& checked);
    void train();

    QComboBox* data_;
    QLabel* dataFacts_;
    SplitEditor* split_;
    ModelList* models_;
    Card* formCard_;
    QPushButton* removeCopy_;
    ModelForms* forms_;
    QWidget* hint_; ///< patience without validation rows
    MeasureCard* measure_;
    QLabel* warnings_;
    QLabel* estimate_;
    QLabel* command_;
    QPushButton* copy_;
    QPushButton* train_;
    QTimer* checkTimer_;
    DatasetPtr dataset_;
    QString loading_;
    std::vector<RunSpec> ready_;
    int checkNumber_ = 0;
};

} // namespace tastebench::ui
