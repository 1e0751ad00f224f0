// The Experiment page: data, split, models with their parameters, and Train.
#pragma once

#include <map>

#include "core/models/recommender.h"
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
    /// One checked spec or the reason why not, for each ticked model.
    struct Checked {
        QString model;
        Result<RunSpec> spec;
    };
    QWidget* makeSetup();
    QWidget* makeModels();
    QWidget* makeMeasure();
    QWidget* makeParameters();
    QWidget* makeFoot();
    void reloadDatasets();
    void loadDataset();
    void showForm();
    ParameterForm* formOf(const QString& model);
    void checkSoon();
    void check();
    void showChecked(const std::vector<Checked>& checked);
    void train();
    std::vector<std::uint32_t> listLengths() const;

    QComboBox* data_;
    QLabel* dataFacts_;
    SplitEditor* split_;
    ModelList* models_;
    Card* formCard_;
    QStackedWidget* forms_;
    QLabel* summary_;
    QLineEdit* ks_;
    QCheckBox* removeSeen_;
    QLineEdit* note_;
    QLabel* warnings_;
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
