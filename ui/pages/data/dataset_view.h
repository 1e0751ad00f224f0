// One data set: what it is in plain words and charts, its rows, users, items and entities, and what it is fit for.
#pragma once

#include <QWidget>

#include "core/data/import/source_state.h"
#include "core/experiment/fitness.h"
#include "ui/bridge/workbench.h"
#include "ui/models/group_rows.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QTabWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class FitTab;
class GraphPanel;
class OverviewTab;
class RowSource;
class TableTab;

class DatasetView : public QWidget {
    Q_OBJECT

  public:
    explicit DatasetView(Workbench& workbench, QWidget* parent = nullptr);
    /// Shows the entry's counts at once and loads the rest in the background.
    void show(const DatasetEntry& entry);

  Q_SIGNALS:
    void complete(); ///< everything about the data set is on the page
    /// To import what is shown again, since its source has changed.
    void importAgain(const tastebench::DatasetEntry& entry);

  private:
    struct Tile {
        QWidget* card;
        QLabel* value;
        QLabel* label;
    };
    /// Everything that the background works out; freed in the background too.
    struct Loaded {
        DatasetPtr data;
        StatisticsPtr statistics;
        std::shared_ptr<const RowSource> rows, users, items, entities;
        std::vector<Fitness> fits;
        std::vector<Material> materials;
    };
    using LoadedPtr = std::shared_ptr<const Loaded>;
    static Result<LoadedPtr> load(Workspace& workspace, const std::string& name, const Parallel& parallel);

    QWidget* makeSource();
    QWidget* makeTiles();
    QTabWidget* makeTabs();
    void forget();
    void showEntry(const DatasetEntry& entry);
    void checkSource();
    void showSource(SourceState state);
    void showTiles(const DatasetSummary& summary, const Loaded* loaded);
    void fillTile(int at, const QString& value, const QString& label, const QString& tip);
    void showLoaded(const LoadedPtr& loaded);
    void setWidths(const TableTab& tab);

    Workbench& workbench_;
    QString fingerprint_, name_;
    DatasetEntry entry_;
    LoadedPtr loaded_;
    QLabel* title_;
    QLabel* source_;
    QWidget* sourceBar_;
    QLabel* sourceState_;
    static constexpr int tileCount = 6;
    Tile tiles_[tileCount];
    QTabWidget* tabs_;
    OverviewTab* overview_;
    TableTab *rows_, *users_, *items_, *entities_;
    GraphPanel* graph_;
    FitTab* fit_;
};

} // namespace tastebench::ui
