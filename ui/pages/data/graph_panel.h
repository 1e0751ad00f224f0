// A data set's knowledge graph: what is in it, training an embedding of it, and what each embedding learned.
#pragma once

#include <memory>

#include <QWidget>

#include "core/graph/embedding.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTimer;
class QVBoxLayout;
QT_END_NAMESPACE

namespace tastebench::ui {

class GraphEmbeddings;
class GridModel;
class ParameterForm;

class GraphPanel : public QWidget {
    Q_OBJECT

  public:
    explicit GraphPanel(Workbench& workbench, QWidget* parent = nullptr);
    ~GraphPanel() override; ///< cancels what is being trained
    /// Null: nothing is shown.
    void setDataset(DatasetPtr dataset);
    /// The command line that trains what the form says.
    QString command() const;

  private:
    QWidget* makeGraph();
    QWidget* makeTraining();
    void showGraph();
    void showForm();
    void train();
    void trained(const Result<EmbeddingId>& id);
    void showProgress();
    EmbeddingSpec formSpec() const;

    Workbench& workbench_;
    DatasetPtr data_;
    DatasetPtr training_; ///< what is being trained on
    std::shared_ptr<Progress> progress_;
    QStackedWidget* stack_;
    QLabel* counts_ = nullptr;
    GridModel* relations_;
    QVBoxLayout* formPlace_ = nullptr;
    QComboBox* method_ = nullptr;
    QLabel* about_ = nullptr;
    ParameterForm* form_ = nullptr;
    QSpinBox* seed_ = nullptr;
    QPushButton* train_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QLabel* progressText_ = nullptr;
    QTimer* timer_;
    GraphEmbeddings* embeddings_;
};

} // namespace tastebench::ui
