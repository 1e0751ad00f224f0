// The GUI thread's view of the core: the open workspace, the queue, background work and what is selected.
// The only place where threads meet the window: work runs on a background thread of the lowest priority, and its
// result arrives on the GUI thread as a value.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QStringList>

#include "core/base/guard.h"
#include "core/store/workspace.h"

namespace tastebench::ui {

enum class PageId { data, experiment, runs, compare, explain, report };

class Workbench : public QObject {
    Q_OBJECT

  public:
    Workbench(std::shared_ptr<Workspace> workspace, int threads, QObject* parent = nullptr);
    ~Workbench() override;

    const std::shared_ptr<Workspace>& workspace() const { return workspace_; }
    ExperimentQueue& queue() { return *queue_; }
    const Parallel& parallel() const { return *parallel_; } ///< for background work only

    /// Calls work() on a background thread, then then(result) on the GUI thread unless `context` is gone by then.
    /// What work() throws, such as for want of memory, becomes its error; where it returns no Result, the error is
    /// shown and then() is not called.
    template <typename Work, typename Then>
    void inBackground(QObject* context, Work work, Then then) {
        using Answer = std::invoke_result_t<Work&>;
        ++pendingWork_;
        start([guard = QPointer<QObject>(context), work = std::move(work), then = std::move(then), this]() mutable {
            auto result = std::make_shared<std::optional<Answer>>();
            const auto done = guarded("this could not be done", [&]() -> Status {
                result->emplace(work());
                return {};
            });
            if constexpr (std::is_constructible_v<Answer, tl::unexpected<Error>>)
                if (!done)
                    result->emplace(fail(done.error()));
            deliver([guard, result, done, then = std::move(then), this]() mutable {
                --pendingWork_;
                if (!*result)
                    showError(done.error());
                else if (guard)
                    then(std::move(**result));
            });
        });
    }

    /// Frees what may be large (a data set, a long list of rows) where that does not hold the window up.
    template <typename T>
    void letGo(std::shared_ptr<T> old) {
        if (old)
            start([old = std::move(old)]() mutable { old.reset(); });
    }

    /// The runs ticked on the Runs page; Compare, Explain and Report follow it.
    const QList<RunId>& selectedRuns() const { return selectedRuns_; }
    void setSelectedRuns(const QList<RunId>& runs);
    const QList<JobSnapshot>& jobs() const { return jobs_; } ///< refreshed ten times a second while anything runs

    /// The data set last picked on the Data page; Experiment starts with it. May be empty.
    const QString& currentDataset() const { return currentDataset_; }
    void setCurrentDataset(const QString& name);
    /// Background work begun and not yet answered; 0 once every page shows what it loaded.
    int pendingWork() const { return pendingWork_; }
    /// Puts all runs that were interrupted into the queue again, oldest first.
    void resumeInterrupted();
    /// Puts these back, and says what went wrong.
    void resumeRuns(std::vector<RunId> ids);
    /// Opens the import form on the Data page with these files, or with none yet.
    void requestImport(const QStringList& files) { Q_EMIT importRequested(files); }

    /// Tell the window that stored things have changed; pages reload what they show.
    void notifyDatasetsChanged() { Q_EMIT datasetsChanged(); }
    void notifyRunsChanged() { Q_EMIT runsChanged(); }
    void showPage(PageId page) { Q_EMIT pageRequested(page); }
    void showError(const Error& error) { Q_EMIT errorRaised(error); }     ///< a dismissible bar, never a dialog
    void showMessage(const QString& text) { Q_EMIT messageRaised(text); } ///< "Saved chart.png"
    /// A message with a button: "Deleted films", "Undo". The deed is called at most once, on the GUI thread.
    void showOffer(const QString& text, const QString& action, const std::function<void()>& deed) {
        Q_EMIT offerRaised(text, action, deed);
    }

  Q_SIGNALS:
    void datasetsChanged();
    void runsChanged();
    void jobsChanged();
    void selectedRunsChanged();
    void pageRequested(tastebench::ui::PageId page);
    void errorRaised(const tastebench::Error& error);
    void messageRaised(const QString& text);
    void offerRaised(const QString& text, const QString& action, const std::function<void()>& deed);
    void currentDatasetChanged();
    void importRequested(const QStringList& files);

  private:
    void start(std::function<void()> work);
    void deliver(std::function<void()> then);
    void refreshJobs();
    void watchFile();

    std::shared_ptr<Workspace> workspace_;
    std::unique_ptr<Parallel> parallel_;
    std::unique_ptr<ExperimentQueue> queue_;
    QList<RunId> selectedRuns_;
    QList<JobSnapshot> jobs_;
    QString currentDataset_;
    int pendingWork_ = 0;
    struct Private;
    std::unique_ptr<Private> private_;
};

} // namespace tastebench::ui
