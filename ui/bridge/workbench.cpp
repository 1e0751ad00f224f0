#include "ui/bridge/workbench.h"

#include <algorithm>

#include <QThreadPool>
#include <QTimer>

namespace tastebench::ui {

namespace {

constexpr int busyInterval = 100;   // milliseconds between looks at the queue while something runs
constexpr int idleInterval = 250;   // and while nothing does
constexpr int watchInterval = 1000; // between looks for changes made by another program

bool ended(RunState state) {
    return state != RunState::queued && state != RunState::running;
}

void lowerThisThreadOnce() {
    thread_local bool lowered = false;
    if (!lowered)
        lower_thread_priority();
    lowered = true;
}

} // namespace

struct Workbench::Private {
    QThreadPool pool;
    QTimer jobs, watch;
    std::uint64_t changes = 0;
    bool watching = false;
};

Workbench::Workbench(std::shared_ptr<Workspace> workspace, int threads, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)), parallel_(std::make_unique<Parallel>(threads, true)),
      queue_(std::make_unique<ExperimentQueue>(workspace_, threads)), private_(std::make_unique<Private>()) {
    // A long import must not keep short queries waiting.
    private_->pool.setMaxThreadCount(4);
    private_->pool.setExpiryTimeout(-1);
    private_->changes = workspace_->change_count();
    connect(&private_->jobs, &QTimer::timeout, this, &Workbench::refreshJobs);
    connect(&private_->watch, &QTimer::timeout, this, &Workbench::watchFile);
    private_->jobs.start(idleInterval);
    private_->watch.start(watchInterval);
}

Workbench::~Workbench() {
    private_->jobs.stop();
    private_->watch.stop();
    private_->pool.waitForDone();
    queue_.reset();
}

void Workbench::setSelectedRuns(const QList<RunId>& runs) {
    if (runs == selectedRuns_)
        return;
    selectedRuns_ = runs;
    Q_EMIT selectedRunsChanged();
}

void Workbench::setCurrentDataset(const QString& name) {
    if (name == currentDataset_)
        return;
    currentDataset_ = name;
    Q_EMIT currentDatasetChanged();
}

void Workbench::resumeRuns(std::vector<RunId> ids) {
    std::sort(ids.begin(), ids.end());
    inBackground(
        this,
        [this, ids = std::move(ids)]() -> Status {
            for (const auto id : ids)
                if (auto status = queue_->resume(id); !status)
                    return status;
            return {};
        },
        [this](const Status& status) {
            if (!status)
                showError(status.error());
            notifyRunsChanged();
        });
}

void Workbench::resumeInterrupted() {
    inBackground(
        this, [workspace = workspace_] { return workspace->runs(); },
        [this](const Result<std::vector<Run>>& runs) {
            if (!runs)
                return showError(runs.error());
            std::vector<RunId> ids;
            for (const auto& run : *runs)
                if (run.state == RunState::interrupted)
                    ids.push_back(run.id);
            if (ids.empty())
                return showMessage(tr("No run was interrupted"));
            resumeRuns(std::move(ids));
            showPage(PageId::runs);
        });
}

void Workbench::start(std::function<void()> work) {
    private_->pool.start([work = std::move(work)] {
        lowerThisThreadOnce();
        work();
    });
}

void Workbench::deliver(std::function<void()> then) {
    QMetaObject::invokeMethod(this, std::move(then), Qt::QueuedConnection);
}

void Workbench::refreshJobs() {
    const auto snapshot = queue_->snapshot();
    const auto open =
        std::count_if(snapshot.begin(), snapshot.end(), [](const auto& job) { return !ended(job.state); });
    const auto openBefore =
        std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return !ended(job.state); });
    const bool grown = static_cast<qsizetype>(snapshot.size()) != jobs_.size();
    private_->jobs.setInterval(open > 0 ? busyInterval : idleInterval);
    if (open == 0 && openBefore == 0 && !grown)
        return;
    bool stored = grown;
    for (const auto& job : snapshot) {
        const auto before = std::find_if(jobs_.cbegin(), jobs_.cend(), [&](const auto& b) { return b.id == job.id; });
        stored = stored || before == jobs_.cend() || before->state != job.state;
    }
    jobs_ = QList<JobSnapshot>(snapshot.begin(), snapshot.end());
    Q_EMIT jobsChanged();
    if (stored)
        Q_EMIT runsChanged();
}

void Workbench::watchFile() {
    if (private_->watching)
        return;
    private_->watching = true;
    // Not counted as pending: it is nobody's answer.
    start([this] {
        const auto now = workspace_->change_count();
        deliver([this, now] {
            private_->watching = false;
            if (now == private_->changes)
                return;
            private_->changes = now;
            Q_EMIT datasetsChanged();
            Q_EMIT runsChanged();
        });
    });
}

} // namespace tastebench::ui
