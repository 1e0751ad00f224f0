// The catalogue of public data sets: a list, all about the chosen one with its terms, and the way to get it, from the
// publisher or from files on this computer.
#pragma once

#include <memory>
#include <vector>

#include <QWidget>

#include "core/data/catalogue/fetch.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QGridLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class GridModel;

class CataloguePanel : public QWidget {
    Q_OBJECT

  public:
    explicit CataloguePanel(Workbench& workbench, QWidget* parent = nullptr);
    ~CataloguePanel() override;

    /// Another list than catalogue(), and where the files go and come from; for tests.
    void setEntries(std::vector<CatalogueEntry> entries);
    void setFetchOptions(const FetchOptions& options);
    /// Files that the user has, for the chosen entry: checked, then imported.
    void useFiles(const QStringList& files);

  Q_SIGNALS:
    void closed(); ///< done or given up

  private:
    QWidget* makeList();
    QWidget* makeDetail();
    QWidget* makeFoot();
    QLabel* addFact(QGridLayout* grid, const QString& name, const QString& objectName);
    void fillList();
    void showChosen();
    void showButtons();
    void browse();
    void download();
    /// Gets the files in the background by `get`, then imports them.
    void start(const CatalogueEntry& entry,
               std::function<Result<std::vector<FetchedFile>>(const CatalogueEntry&, Progress&)> get);
    void finish(const QString& title, const Result<std::vector<FetchedFile>>& files, const Status& imported,
                const QString& name);
    void showProgress();
    const CatalogueEntry* chosen() const;

    Workbench& workbench_;
    std::vector<CatalogueEntry> entries_;
    FetchOptions fetchOptions_;
    GridModel* model_;
    DataTable* table_;
    QLabel* title_;
    QLabel* summary_;
    QLabel* limits_;
    QLabel* howToGet_;
    QLabel* users_;
    QLabel* items_;
    QLabel* interactions_;
    QLabel* counted_;
    QLabel* license_;
    QLabel* home_;
    QLabel* files_;
    QLabel* citation_;
    QPushButton* download_;
    QPushButton* useFile_;
    QPushButton* close_;
    QProgressBar* bar_;
    QLabel* text_;
    QTimer* timer_;
    std::shared_ptr<Progress> progress_; ///< while something runs
};

} // namespace tastebench::ui
