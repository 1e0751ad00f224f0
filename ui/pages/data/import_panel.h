// The import form: files, what was guessed about them on a live preview, and everything changeable.
#pragma once

#include <memory>

#include <QWidget>

#include "core/data/importer.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QStandardItemModel;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;

class ImportPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ImportPanel(Workbench& workbench, QWidget* parent = nullptr);
    ~ImportPanel() override;
    void setFiles(const QStringList& files);

  Q_SIGNALS:
    void closed(); ///< done or given up

  private:
    enum Role { UserRole, ItemRole, ValueRole, TimeRole, EventRole, RoleCount };

    QWidget* makeFileCard();
    QWidget* makeFormatCard();
    QWidget* makeFoot();
    void browse();
    void reset();
    void refreshSoon();
    void refreshPreview();
    void showPreview(const ImportPreview& preview);
    void showProblem(const Error& error);
    void startImport();
    void showProgress();
    ImportOptions options() const;

    Workbench& workbench_;
    QStringList files_;
    QLineEdit* path_;
    QLineEdit* name_;
    QComboBox* format_;
    QComboBox* separator_;
    QComboBox* roles_[RoleCount];
    QLabel* problems_;
    QLabel* guess_;
    QStandardItemModel* rows_;
    DataTable* preview_;
    QPushButton* import_;
    QPushButton* cancel_;
    QProgressBar* bar_;
    QLabel* progressText_;
    QTimer* refreshTimer_;
    QTimer* progressTimer_;
    std::shared_ptr<Progress> progress_;
    int previewNumber_ = 0;
    bool filling_ = false;
};

} // namespace tastebench::ui
