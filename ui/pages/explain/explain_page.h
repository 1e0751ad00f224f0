// The Explain page: a run, a user or someone made up, the list they get, and why.
#pragma once

#include "ui/pages/explain/explain_session.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QStringListModel;
QT_END_NAMESPACE

namespace tastebench::ui {

class Card;
class DataTable;
class GridModel;
class ListExport;
class ProfilePanel;
class ReasonPanel;

class ExplainPage : public Page {
    Q_OBJECT

  public:
    explicit ExplainPage(Workbench& workbench, QWidget* parent = nullptr);
    void activate() override;
    QString command() const override;

  private:
    QWidget* makeChooser();
    QWidget* makeTables();
    QWidget* makeHistory();
    void reloadRuns();
    void listRuns(const std::vector<Run>& runs);
    void openRun(RunId id);
    void useSession(const ExplainSessionPtr& session);
    void setMadeUp(bool on);
    void findUser();
    void findProfile();
    bool madeUp() const;
    ListWish wish() const;
    void showUser(const UserView& view);
    void showItem(int row);
    void addToReport();

    QStackedWidget* stack_;
    QComboBox* runs_;
    QLineEdit* user_;
    QLabel* userLabel_ = nullptr;
    QPushButton* madeUp_;
    QSpinBox* k_;
    QCheckBox* keepSeen_;
    ListExport* lists_;
    QLabel* problem_;
    QStringListModel* userIds_;
    GridModel* historyModel_;
    GridModel* listModel_;
    DataTable* history_;
    DataTable* list_;
    Card* historyCard_;
    QStackedWidget* historyStack_; ///< of a user, of someone made up
    ProfilePanel* profile_;
    ReasonPanel* reasons_;
    ExplainSessionPtr session_;
    UserView view_;
    ItemIx item_ = 0;
    RunId opening_ = 0;
    std::uint64_t asked_ = 0; ///< tells late answers from the one that is waited for
};

} // namespace tastebench::ui
