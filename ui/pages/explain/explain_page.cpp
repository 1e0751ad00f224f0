#include "ui/pages/explain/explain_page.h"

#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QStringListModel>

#include <fmt/format.h>

#include "core/base/shell.h"
#include "core/report/lists.h"
#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/pages/explain/list_export.h"
#include "ui/pages/explain/profile_panel.h"
#include "ui/pages/explain/reason_view.h"
#include "ui/pages/report/report_basket.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

/// Completion offers ids up to this many users; beyond, one types the whole id.
constexpr std::uint32_t completedUsers = 50'000;

QList<GridCell> historyCells(const ExplainSession& session, const HistoryRow& entry) {
    const auto& rows = session.data->interactions();
    QStringList last;
    GridCell age{QStringLiteral("–")};
    if (entry.newest) {
        if (!rows.event.empty())
            last << toQt(session.data->events()[rows.event[*entry.newest]]);
        if (!rows.value.empty() && !std::isnan(rows.value[*entry.newest]))
            last << QLocale().toString(static_cast<double>(rows.value[*entry.newest]), 'g', 3);
        if (!rows.time.empty()) {
            const double days = static_cast<double>(session.latest - rows.time[*entry.newest]) / 86400;
            age = {ExplainPage::tr("%1 d").arg(QLocale().toString(days, 'f', 0)), days};
        }
    }
    return {{toQt(session.data->title(entry.item))}, {last.join(u' ')}, age, numberCell(entry.weight, 3)};
}

bool explains(const Run& run) {
    const auto entry = find_model(run.spec.model);
    return entry && (*entry)->make()->capabilities(run.spec.parameters).explains;
}

} // namespace

Page* makeExplainPage(Workbench& workbench, QWidget* parent) {
    return new ExplainPage(workbench, parent);
}

ExplainPage::ExplainPage(Workbench& workbench, QWidget* parent)
    : Page(workbench, parent), stack_(new QStackedWidget(this)), userIds_(new QStringListModel(this)),
      historyModel_(new GridModel(this)), listModel_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(cardMargin);
    column->addWidget(makeChooser());
    auto* empty =
        new EmptyState(tr("Nothing to explain yet"),
                       tr("Train a model that gives reasons, such as SAR, on the Experiment page; then this page "
                          "shows why a person gets what they get."),
                       stack_);
    connect(empty->addAction(tr("Go to &Experiment"), tr("Opens the Experiment page (Ctrl+2)")), &QPushButton::clicked,
            this, [this] { this->workbench().showPage(PageId::experiment); });
    auto* splitter = new QSplitter(Qt::Horizontal, stack_);
    splitter->setHandleWidth(cardMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeTables());
    auto* card = new Card({}, splitter);
    reasons_ = new ReasonPanel(card);
    card->column()->addWidget(reasons_);
    splitter->addWidget(card);
    splitter->setSizes({460, 640});
    stack_->addWidget(empty);
    stack_->addWidget(splitter);
    column->addWidget(stack_, 1);
    connect(reasons_, &ReasonPanel::sendToReport, this, &ExplainPage::addToReport);
    connect(reasons_, &ReasonPanel::copied, this, [this] { this->workbench().showMessage(tr("Copied the reasons")); });
    connect(&workbench, &Workbench::runsChanged, this, &ExplainPage::reloadRuns);
    connect(&workbench, &Workbench::selectedRunsChanged, this, &ExplainPage::reloadRuns);
    reloadRuns();
}

bool ExplainPage::madeUp() const {
    return madeUp_->isChecked();
}

void ExplainPage::setMadeUp(bool on) {
    user_->setVisible(!on);
    userLabel_->setVisible(!on);
    historyStack_->setCurrentIndex(on ? 1 : 0);
    historyCard_->setHeading(on ? tr("What this person has") : tr("History"));
    problem_->clear();
    if (on)
        profile_->begin();
    findUser();
}

void ExplainPage::activate() {
    user_->setFocus(Qt::OtherFocusReason);
    user_->selectAll();
}

QString ExplainPage::command() const {
    if (!session_ || view_.list.empty())
        return {};
    if (madeUp()) {
        auto out = QStringLiteral("tastebench-cli recommend %1").arg(session_->run.id);
        for (const auto& had : profile_->profile())
            out += QStringLiteral(" --items %1")
                       .arg(toQt(shell_quote(fmt::format("{}={}", session_->data->items().id(had.item), had.value))));
        out += QStringLiteral(" -k %1").arg(k_->value());
        return keepSeen_->isChecked() ? out + QStringLiteral(" --keep-seen") : out;
    }
    return QStringLiteral("tastebench-cli explain %1 --user %2 --item %3")
        .arg(session_->run.id)
        .arg(toQt(session_->data->users().id(view_.user)), toQt(session_->data->items().id(item_)));
}

void ExplainPage::reloadRuns() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->runs(); },
        [this](Result<std::vector<Run>> runs) {
            if (runs)
                listRuns(*runs);
            else
                workbench().showError(runs.error());
        });
}

void ExplainPage::listRuns(const std::vector<Run>& runs) {
    const auto& selected = workbench().selectedRuns();
    const RunId before = runs_->currentData().toLongLong();
    RunId wanted = 0;
    int best = -1;
    const QSignalBlocker blocker(runs_);
    runs_->clear();
    for (const auto& run : runs) {
        if (run.state != RunState::done || run.users_counted == 0) // nobody got a list
            continue;
        const auto entry = find_model(run.spec.model);
        const bool can = explains(run);
        const auto name = entry ? toQt((*entry)->title) : toQt(run.spec.model);
        const auto label = tr("%1 on %2 (run %3)").arg(name, toQt(run.spec.data_name)).arg(run.id);
        runs_->addItem(can ? label : tr("%1: gives no reasons").arg(label), QVariant::fromValue<qlonglong>(run.id));
        // A chosen run comes first, then the one shown, then the newest that can explain.
        const int rank = selected.contains(run.id) && can ? 3 : run.id == before ? 2 : can ? 1 : 0;
        if (rank > best) {
            best = rank;
            wanted = run.id;
        }
    }
    stack_->setCurrentIndex(runs_->count() == 0 ? 0 : 1);
    if (wanted == 0)
        return;
    runs_->setCurrentIndex(runs_->findData(QVariant::fromValue<qlonglong>(wanted)));
    if (!session_ || session_->run.id != wanted)
        openRun(wanted);
}

void ExplainPage::openRun(RunId id) {
    if (id == 0 || id == opening_)
        return;
    opening_ = id;
    problem_->clear();
    reasons_->showNothing(tr("Loading the model ..."));
    workbench().inBackground(
        this, [workspace = workbench().workspace(), id] { return openSession(*workspace, id); },
        [this, id](Result<ExplainSessionPtr> session) {
            if (id != opening_)
                return;
            opening_ = 0;
            if (session)
                useSession(*session);
            else
                workbench().showError(session.error());
        });
}

void ExplainPage::useSession(const ExplainSessionPtr& session) {
    const bool sameUsers = session_ && session_->data->fingerprint() == session->data->fingerprint();
    session_ = session;
    profile_->setDataset(session->data);
    {
        const QSignalBlocker quiet(k_);
        k_->setMaximum(static_cast<int>(possible_length(longestShownList, *session->data)));
    }
    // A run that was measured with what people have lists it anyway.
    keepSeen_->setEnabled(session->run.spec.evaluation.remove_seen);
    const bool can = foldsIn(*session);
    madeUp_->setEnabled(can);
    madeUp_->setToolTip(can ? tr("Picks what someone unknown has, and shows what they would get")
                            : tr("This model recommends only to people it was trained on"));
    if (!can)
        madeUp_->setChecked(false);
    if (!sameUsers) {
        QStringList ids;
        const auto& users = session->data->users();
        for (std::uint32_t u = 0; u < std::min(users.size(), completedUsers); ++u)
            ids.append(toQt(users.id(u)));
        userIds_->setStringList(ids);
        user_->setText(toQt(users.id(0)));
    }
    findUser();
}

ListWish ExplainPage::wish() const {
    return {static_cast<std::uint32_t>(k_->value()), keepSeen_->isChecked()};
}

void ExplainPage::findProfile() {
    const auto asked = ++asked_;
    if (profile_->profile().empty()) {
        showUser({});
        reasons_->showNothing(tr("Add what this person has; the list follows at once."));
        return;
    }
    workbench().inBackground(
        this,
        [session = session_, profile = profile_->profile(), wish = wish()] {
            return viewProfile(*session, profile, wish);
        },
        [this, asked](const UserView& view) {
            if (asked == asked_)
                showUser(view);
        });
}

void ExplainPage::findUser() {
    if (!session_)
        return;
    lists_->set(session_, wish());
    if (madeUp())
        return findProfile();
    const auto typed = user_->text().trimmed();
    const auto user = session_->data->users().find(typed.toStdString());
    if (!user) {
        problem_->setText(typed.isEmpty() ? tr("Type a user's id")
                                          : tr("There is no user '%1'; check the spelling").arg(typed));
        return;
    }
    problem_->clear();
    const auto asked = ++asked_;
    workbench().inBackground(
        this, [session = session_, user = *user, wish = wish()] { return viewUser(*session, user, wish); },
        [this, asked](const UserView& view) {
            if (asked == asked_)
                showUser(view);
        });
}

void ExplainPage::showUser(const UserView& view) {
    view_ = view;
    QList<QList<GridCell>> rows;
    for (const auto& entry : view.history)
        rows.append(historyCells(*session_, entry));
    historyModel_->setRows(rows);
    rows.clear();
    for (std::size_t i = 0; i < view.list.size(); ++i)
        rows.append({{QString::number(i + 1), static_cast<int>(i + 1)},
                     {toQt(session_->data->title(view.list[i].item))},
                     numberCell(view.list[i].score, 4)});
    listModel_->setRows(rows);
    for (auto* table : {list_, history_}) {
        const int title = table == list_ ? 1 : 0;
        table->view()->resizeColumnsToContents();
        // Titles get the room that numbers do not need.
        table->view()->horizontalHeader()->setStretchLastSection(false);
        table->view()->horizontalHeader()->setSectionResizeMode(title, QHeaderView::Stretch);
    }
    item_ = 0;
    if (view.list.empty())
        reasons_->showNothing(tr("This user gets no recommendations: no item is left that they do not have."));
    else
        list_->selectSourceRow(0);
}

void ExplainPage::showItem(int row) {
    if (!session_ || row < 0 || static_cast<std::size_t>(row) >= view_.list.size())
        return;
    item_ = view_.list[static_cast<std::size_t>(row)].item;
    const auto asked = asked_;
    if (madeUp()) {
        workbench().inBackground(
            this, [session = session_, item = item_] { return session->model->similar_items(item, 10); },
            [this, asked, item = item_](const std::vector<Scored>& similar) {
                if (asked == asked_ && item == item_)
                    reasons_->showSimilar(*session_, item, similar,
                                          tr("It follows from what this person has. Reasons one by one are given for "
                                             "people of the data."));
            });
        return;
    }
    workbench().inBackground(
        this, [session = session_, user = view_.user, item = item_] { return viewReasons(*session, user, item); },
        [this, asked, item = item_](const ReasonView& reasons) {
            if (asked == asked_ && item == item_)
                reasons_->showReasons(*session_, view_.user, item, reasons);
        });
}

void ExplainPage::addToReport() {
    if (!session_)
        return;
    const auto title =
        tr("%1 for user %2").arg(toQt(session_->data->title(item_)), toQt(session_->data->users().id(view_.user)));
    ReportBasket::of(workbench()).add({session_->run.id, {view_.user, item_}, title});
    workbench().showMessage(tr("Added to the report: %1").arg(title));
}

} // namespace tastebench::ui
