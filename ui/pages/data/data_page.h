// The Data page: the list of data sets on the left, one of them or a form on the right.
#pragma once

#include "ui/models/datasets_model.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class DatasetView;
class EmptyState;
class GeneratePanel;
class ImportPanel;

class DataPage : public Page {
    Q_OBJECT

  public:
    explicit DataPage(Workbench& workbench, QWidget* parent = nullptr);
    QString command() const override;

  private:
    QWidget* makeList();
    QWidget* makeDetail();
    void reload();
    void showSelected();
    void showCurrent();
    void deleteSelected();
    void openImport(const QStringList& files);

    DatasetsModel* model_;
    DataTable* table_;
    QPushButton* delete_;
    QPushButton* sample_;
    QStackedWidget* detail_;
    EmptyState* empty_;
    DatasetView* view_;
    ImportPanel* import_;
    GeneratePanel* generate_;
};

} // namespace tastebench::ui
