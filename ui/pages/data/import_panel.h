// The import form, a conversation: files, what was guessed about them on a live preview, everything changeable; then
// the import itself, and what happened on the way.
#pragma once

#include <memory>
#include <vector>

#include <QWidget>

#include "core/data/importer.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTimer;
class QToolButton;
class QVBoxLayout;
QT_END_NAMESPACE

namespace tastebench::ui {

class GuessBox;
class ImportFields;
class ImportPreviewTable;
class ImportRecipes;
class ImportReportView;
class ImportRules;
class ImportTables;

class ImportPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ImportPanel(Workbench& workbench, QWidget* parent = nullptr);
    ~ImportPanel() override; ///< cancels what is being imported
    /// Begins anew with these files; while an import runs, nothing happens.
    void setFiles(const QStringList& files);
    /// Takes away the report of the last import, if there is one.
    void startOver();
    /// Fills the form as the data set was imported; what is imported then takes its place.
    void importAgain(const DatasetEntry& entry);
    /// What the form says.
    ImportOptions options() const;

  Q_SIGNALS:
    void closed(); ///< done or given up

  private:
    /// What the entries of the list of members are.
    enum class Members { none, files, archived, tables };
    struct Look {
        Result<ImportPreview> preview;
        Members kind = Members::none;
        std::vector<std::string> members;
    };
    struct Outcome {
        Result<std::string> name;
        ImportReport report;
    };
    struct Section {
        QToolButton* button;
        QWidget* page;
        QString title;
    };
    static Look look(const ImportOptions& options, const std::filesystem::path& first);
    static Outcome import(Workspace& workspace, const ImportOptions& options, const std::string& name,
                          const std::string& replaces, const Parallel& parallel, Progress& progress);

    QWidget* makeForm();
    QWidget* makeFileCard();
    QWidget* makeReadCard();
    QLayout* makeSections(QWidget* card);
    QWidget* makeFoot();
    void connectForm();
    void browse(bool folder);
    void reset();
    void load(const ImportOptions& options);
    QStringList files() const;
    QString defaultName() const;
    void refreshSoon();
    void refreshPreview();
    void showLook(const Look& look);
    void showMembers(const Look& look);
    void showSections();
    void showReplaced();
    void startImport();
    void finish(const Outcome& outcome);
    void showProgress();
    void leave();

    Workbench& workbench_;
    QStackedWidget* stack_;
    QWidget* form_ = nullptr;
    QLineEdit* path_ = nullptr;
    QLineEdit* name_ = nullptr;
    QLabel* memberLabel_ = nullptr;
    GuessBox* member_ = nullptr;
    QLabel* replaced_ = nullptr;
    ImportFields* fields_ = nullptr;
    ImportRules* rules_ = nullptr;
    ImportTables* tables_ = nullptr;
    ImportRecipes* recipes_ = nullptr;
    ImportPreviewTable* preview_ = nullptr;
    ImportReportView* report_ = nullptr;
    std::vector<Section> sections_;
    QPushButton* import_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QLabel* progressText_ = nullptr;
    QTimer* refreshTimer_;
    QTimer* progressTimer_;
    std::shared_ptr<Progress> progress_; ///< while an import runs
    std::string replaces_;               ///< the data set that is imported again
    Members members_ = Members::none;
    bool keepsChoices_ = false; ///< a recipe was loaded: other files are to be read in the same way
    int previewNumber_ = 0;
};

} // namespace tastebench::ui
