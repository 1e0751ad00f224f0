#include "ui/pages/runs/runs_page.h"

#include <QAction>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>

#include "core/experiment/repeat.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_detail.h"
#include "ui/pages/runs/update_panel.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {
bool isOpen(RunState state) {
    return state == RunState::queued || state == RunState::running;
}

bool isStopped(RunState state) {
    return state == RunState::interrupted || state == RunState::cancelled || state == RunState::failed;
}
} // namespace

Page* makeRunsPage(Workbench& workbench, QWidget* parent) {
    return new RunsPage(workbench, parent);
}

RunsPage::RunsPage(Workbench& workbench, QWidget* parent) : Page(workbench, parent), model_(new RunsModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(cardMargin);
    column->addWidget(makeToolbar());
    updatePanel_ = new UpdatePanel(workbench, this);
    updatePanel_->setObjectName(QStringLiteral("updatePanel"));
    column->addWidget(updatePanel_);
    column->addWidget(mutedLabel(tr("Choose one run to see it in detail, several (with Ctrl or Shift) to compare them. "
                                    "Ctrl+C copies the chosen rows."),
                                 this));
    stack_ = new QStackedWidget(this);
    auto* empty =
        new EmptyState(tr("No runs yet"),
                       tr("A run is one model trained and measured once. Start some on the Experiment page."), stack_);
    connect(empty->addAction(tr("Go to &Experiment"), tr("Opens the Experiment page (Ctrl+2)")), &QPushButton::clicked,
            this, [this] { this->workbench().showPage(PageId::experiment); });
    auto* splitter = new QSplitter(Qt::Vertical, stack_);
    splitter->setHandleWidth(cardMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeTable());
    detail_ = new RunDetail(workbench, splitter);
    splitter->addWidget(detail_);
    splitter->setSizes({320, 340});
    stack_->addWidget(empty);
    stack_->addWidget(splitter);
    column->addWidget(stack_, 1);
    connect(&workbench, &Workbench::runsChanged, this, &RunsPage::reload);
    connect(&workbench, &Workbench::selectedRunsChanged, this, &RunsPage::showSelection);
    connect(&workbench, &Workbench::jobsChanged, this, [this] {
        model_->setJobs(this->workbench().jobs());
        refreshButtons();
    });
    model_->setJobs(workbench.jobs());
    refreshButtons();
    reload();
}

QWidget* RunsPage::makeToolbar() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap);
    compare_ = primaryButton(tr("Co&mpare"), tr("Compares the chosen runs on the Compare page (Ctrl+4)"), bar);
    compare_->setObjectName(QStringLiteral("compareRuns"));
    explain_ = button(tr("E&xplain"), tr("Shows why the chosen run recommends what it does (Ctrl+5)"), bar);
    explain_->setObjectName(QStringLiteral("explainRun"));
    again_ = button(tr("Run &again"), tr("Puts the same runs into the queue once more"), bar);
    again_->setObjectName(QStringLiteral("runAgain"));
    update_ = button(tr("&Update with newer data…"),
                     tr("Makes a new run from the chosen one on data with newer events (Ctrl+U)"), bar);
    update_->setObjectName(QStringLiteral("updateRun"));
    resume_ =
        button(tr("Re&sume"), tr("Goes on with the chosen runs that were stopped, each from its last checkpoint"), bar);
    resume_->setObjectName(QStringLiteral("resumeRuns"));
    resume_->setAccessibleName(tr("Resume the chosen runs"));
    cancel_ = button(tr("&Cancel"), tr("Stops the chosen runs that wait or train"), bar);
    cancel_->setObjectName(QStringLiteral("cancelRuns"));
    delete_ = button(tr("&Delete"), tr("Removes the chosen runs with their models and values"), bar);
    delete_->setObjectName(QStringLiteral("deleteRuns"));
    delete_->setProperty("danger", true);
    row->addWidget(titleLabel(tr("Runs"), bar));
    row->addStretch(1);
    for (auto* each : {cancel_, resume_, delete_, update_, again_, explain_, compare_})
        row->addWidget(each);
    connect(compare_, &QPushButton::clicked, this, [this] { workbench().showPage(PageId::compare); });
    connect(explain_, &QPushButton::clicked, this, [this] { workbench().showPage(PageId::explain); });
    connect(cancel_, &QPushButton::clicked, this, &RunsPage::cancelSelected);
    connect(resume_, &QPushButton::clicked, this, &RunsPage::resumeSelected);
    connect(again_, &QPushButton::clicked, this, &RunsPage::runAgain);
    connect(update_, &QPushButton::clicked, this, &RunsPage::updateSelected);
    connect(delete_, &QPushButton::clicked, this, &RunsPage::deleteSelected);
    return bar;
}

QWidget* RunsPage::makeTable() {
    table_ = new DataTable(tr("Runs"), stack_);
    table_->setObjectName(QStringLiteral("runsTable"));
    table_->setModel(model_);
    table_->view()->sortByColumn(RunsModel::Id, Qt::DescendingOrder);
    table_->filterBox()->setPlaceholderText(tr("Filter runs by model, data, state or note"));
    connect(table_, &DataTable::selectionChanged, this, &RunsPage::takeSelection);
    addActions();
    return table_;
}

void RunsPage::addActions() {
    const auto add = [this](const QString& text, const QKeySequence& key, void (RunsPage::*deed)()) {
        auto* action = new QAction(text, this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, deed);
        table_->view()->addAction(action); // the context menu
        addAction(action);                 // the key, wherever on the page the focus is
        return action;
    };
    againAction_ = add(tr("Run again"), {}, &RunsPage::runAgain);
    updateAction_ = add(tr("Update with newer data…"), QKeySequence(Qt::CTRL | Qt::Key_U), &RunsPage::updateSelected);
}

void RunsPage::reload() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->runs(); },
        [this](Result<std::vector<Run>> runs) {
            if (runs)
                showRuns(std::move(*runs));
            else
                workbench().showError(runs.error());
        });
}

void RunsPage::showRuns(std::vector<Run> runs) {
    const bool first = model_->rowCount() == 0;
    selecting_ = true;
    model_->setRuns(std::move(runs));
    selecting_ = false;
    stack_->setCurrentIndex(model_->rowCount() == 0 ? 0 : 1);
    if (first && model_->rowCount() > 0) {
        table_->view()->resizeColumnsToContents();
        constexpr int roomForSortMark = 16;
        for (int at = 0; at < model_->columnCount(); ++at)
            table_->view()->setColumnWidth(at, table_->view()->columnWidth(at) + roomForSortMark);
        table_->view()->setColumnWidth(RunsModel::ProgressColumn, 130);
    }
    showSelection();
    detail_->reload();
    tellVerdicts();
}

std::vector<Run> RunsPage::selected() const {
    std::vector<Run> out;
    for (const int row : table_->selectedSourceRows())
        out.push_back(model_->runs()[static_cast<std::size_t>(row)]);
    return out;
}

void RunsPage::takeSelection() {
    if (selecting_)
        return;
    QList<RunId> ids;
    for (const int row : table_->selectedSourceRows())
        ids.append(model_->runs()[static_cast<std::size_t>(row)].id);
    selecting_ = true;
    workbench().setSelectedRuns(ids);
    selecting_ = false;
    detail_->show(ids.isEmpty() ? 0 : ids.first());
    refreshButtons();
}

void RunsPage::showSelection() {
    if (selecting_)
        return;
    selecting_ = true;
    QItemSelection selection;
    RunId first = 0;
    for (const auto id : workbench().selectedRuns()) {
        const int row = model_->rowOf(id);
        if (row < 0)
            continue;
        const auto index = table_->proxy()->mapFromSource(model_->index(row, 0));
        if (index.isValid())
            selection.select(index, index);
        if (first == 0)
            first = id;
    }
    table_->view()->selectionModel()->select(selection,
                                             QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    selecting_ = false;
    detail_->show(first);
    refreshButtons();
}

void RunsPage::refreshButtons() {
    const auto runs = selected();
    bool anyOpen = false, anyEnded = false, anyDone = false, anyStopped = false;
    for (const auto& run : runs) {
        anyOpen = anyOpen || isOpen(run.state);
        anyEnded = anyEnded || !isOpen(run.state);
        anyStopped = anyStopped || isStopped(run.state);
        anyDone = anyDone || run.state == RunState::done;
    }
    cancel_->setEnabled(anyOpen);
    resume_->setEnabled(anyStopped);
    delete_->setEnabled(anyEnded);
    again_->setEnabled(!runs.empty());
    againAction_->setEnabled(!runs.empty());
    const bool oneDone = runs.size() == 1 && runs.front().state == RunState::done;
    update_->setEnabled(oneDone);
    updateAction_->setEnabled(oneDone);
    explain_->setEnabled(anyDone);
    compare_->setEnabled(anyDone);
}

void RunsPage::cancelSelected() {
    for (const auto& run : selected())
        if (isOpen(run.state))
            workbench().queue().cancel(run.id);
}

void RunsPage::runAgain() {
    struct Begun {
        QList<Repeat> repeats;
        Status status; ///< of the first that could not be begun
    };
    workbench().inBackground(
        this,
        [&queue = workbench().queue(), workspace = workbench().workspace(), runs = selected()] {
            Begun out;
            for (const auto& run : runs) {
                const auto own = dataset_of(*workspace, run);
                const auto spec = own ? prepare_again(**own, run.spec) : fail(own.error());
                const auto id = spec ? queue.submit(*spec) : fail(spec.error());
                if (id)
                    out.repeats.append({run.id, *id});
                else if (out.status)
                    out.status = fail(id.error());
            }
            return out;
        },
        [this](const Begun& begun) {
            repeats_.append(begun.repeats);
            if (!begun.status)
                workbench().showError(begun.status.error());
            workbench().notifyRunsChanged();
        });
}

void RunsPage::tellVerdicts() {
    QStringList verdicts;
    const auto told = [&](const Repeat& repeat) {
        const int before = model_->rowOf(repeat.before);
        const int after = model_->rowOf(repeat.after);
        if (before < 0)
            return true; // deleted meanwhile
        if (after < 0)
            return false; // what is shown was read before it was stored
        const auto& again = model_->runs()[static_cast<std::size_t>(after)];
        if (again.state == RunState::done)
            verdicts.append(toQt(repeat_verdict(model_->runs()[static_cast<std::size_t>(before)], again)));
        return !isOpen(again.state);
    };
    repeats_.removeIf(told);
    if (verdicts.isEmpty())
        return;
    verdicts.front()[0] = verdicts.front()[0].toUpper();
    workbench().showMessage(verdicts.join(QStringLiteral("; ")));
}

void RunsPage::updateSelected() {
    const auto runs = selected();
    if (runs.size() == 1 && runs.front().state == RunState::done)
        updatePanel_->ask(runs.front());
}

void RunsPage::resumeSelected() {
    std::vector<RunId> ids;
    for (const auto& run : selected())
        if (isStopped(run.state))
            ids.push_back(run.id);
    workbench().resumeRuns(std::move(ids));
}

void RunsPage::deleteSelected() {
    std::vector<RunId> ids;
    for (const auto& run : selected())
        if (!isOpen(run.state))
            ids.push_back(run.id);
    workbench().inBackground(
        this,
        [workspace = workbench().workspace(), ids]() -> Status {
            for (const auto id : ids)
                if (auto status = workspace->delete_run(id); !status)
                    return status;
            return {};
        },
        [this, count = static_cast<int>(ids.size())](const Status& status) {
            if (status)
                workbench().showMessage(tr("Deleted %n run(s)", nullptr, count));
            else
                workbench().showError(status.error());
            workbench().setSelectedRuns({});
            workbench().notifyRunsChanged();
        });
}

QString RunsPage::command() const {
    return detail_->command();
}

} // namespace tastebench::ui
