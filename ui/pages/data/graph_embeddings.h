// The embeddings kept of one data set: their metrics, the loss while they were trained, and which entities are near.
#pragma once

#include <memory>

#include <QWidget>

#include "core/graph/embedding.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QPushButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;
class DataTable;
class GridModel;

class GraphEmbeddings : public QWidget {
    Q_OBJECT

  public:
    explicit GraphEmbeddings(Workbench& workbench, QWidget* parent = nullptr);
    /// Data with a graph, or null: nothing is shown.
    void setDataset(DatasetPtr dataset);
    /// Loads the list anew and chooses this embedding; 0: the one that is chosen, or else the newest.
    void reload(EmbeddingId select = 0);
    /// The loss of what is being trained, until endTraining().
    void showTraining(const Curves& curves);
    void endTraining();

  private:
    QWidget* makeKept();
    QWidget* makeLearned();
    void showRecords(std::vector<EmbeddingRecord> records, EmbeddingId select);
    void showChosen();
    void showLearned(EmbeddingOutcome outcome);
    void showNeighbours();
    void removeChosen();
    const EmbeddingRecord* chosen() const;
    QString entityText(std::uint32_t entity) const;

    Workbench& workbench_;
    DatasetPtr data_;
    std::vector<EmbeddingRecord> records_; ///< as in the table
    std::shared_ptr<const EmbeddingOutcome> learned_;
    std::vector<QString> titles_; ///< by entity; of the item it stands for
    int loads_ = 0;
    bool training_ = false;
    GridModel* kept_;
    DataTable* keptTable_ = nullptr;
    QPushButton* delete_ = nullptr;
    QLabel* protocol_ = nullptr;
    ChartPanel* curve_ = nullptr;
    QLineEdit* entity_ = nullptr;
    GridModel* near_;
    QLabel* nearText_ = nullptr;
};

} // namespace tastebench::ui
