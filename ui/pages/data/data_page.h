// The Data page: the list of data sets on the left, one of them or a form on the right.
#pragma once

#include "ui/models/datasets_model.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QLineEdit;
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class BinPanel;
class CataloguePanel;
class DataTable;
class DatasetView;
class EmptyState;
class ExportPanel;
class GeneratePanel;
class ImportPanel;

class DataPage : public Page {
    Q_OBJECT

  public:
    explicit DataPage(Workbench& workbench, QWidget* parent = nullptr);
    QString command() const override;

  private:
    QWidget* makeList();
    QLayout* makeWays(QWidget* holder);
    QLayout* makeDeeds(QWidget* holder);
    QWidget* makeDetail();
    void addForms();
    void reload();
    void showSelected();
    void showCurrent();
    void showExport();
    void showBin();
    void deleteSelected();
    void restore(const QString& name);
    void reloadAt(const QString& name);
    void startRename();
    void rename();
    QString selectedName() const;
    void openImport(const QStringList& files);

    DatasetsModel* model_;
    QString wanted_; ///< to be chosen once the list has it
    DataTable* table_;
    QPushButton *delete_, *rename_, *exportButton_;
    QLineEdit* newName_;
    QPushButton* sample_;
    QStackedWidget* detail_;
    EmptyState* empty_;
    DatasetView* view_;
    ImportPanel* import_;
    GeneratePanel* generate_;
    CataloguePanel* catalogue_;
    ExportPanel* export_;
    BinPanel* bin_;
};

} // namespace tastebench::ui
