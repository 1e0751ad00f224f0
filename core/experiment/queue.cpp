#include "core/experiment/queue.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <thread>

#include <fmt/format.h>

namespace tastebench {

namespace {

std::int64_t now_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

struct Job {
    RunId id = 0;
    RunSpec spec;
    std::string title;
    RunState state = RunState::queued;
    std::string error;
    Progress progress;
};

std::string title_of(const RunSpec& spec) {
    const auto entry = find_model(spec.model);
    return fmt::format("{} on {}", entry ? (*entry)->title : spec.model, spec.data_name);
}

/// Trains one run; whatever is thrown becomes an error that is recorded.
Result<RunOutcome> train(RunKeeper& keeper, const Job& job, const Parallel& parallel, Progress& progress) {
    try {
        auto data = keeper.dataset(job.spec.data_name);
        if (!data)
            return fail(data.error());
        return execute(**data, job.spec, parallel, progress);
    } catch (const std::bad_alloc&) {
        return run_failed("there was not enough memory", {},
                          "use fewer factors or smaller data, or close other programs");
    } catch (const std::exception& exception) {
        return run_failed(fmt::format("training stopped: {}", exception.what()), {}, "report this text");
    }
}

} // namespace

struct ExperimentQueue::State {
    State(std::shared_ptr<RunKeeper> run_keeper, int threads)
        : keeper(std::move(run_keeper)), parallel(threads, true) {}

    std::shared_ptr<RunKeeper> keeper;
    Parallel parallel;
    mutable std::mutex mutex;
    std::condition_variable wake, idle;
    std::deque<std::shared_ptr<Job>> waiting;
    std::shared_ptr<Job> current;
    std::vector<std::shared_ptr<Job>> ended;
    bool stopping = false;
    std::thread worker;

    void work() {
        lower_thread_priority();
        while (const auto job = next()) {
            run(*job);
            const std::scoped_lock lock(mutex);
            ended.push_back(job);
            current.reset();
            if (waiting.empty())
                idle.notify_all();
        }
    }

    std::shared_ptr<Job> next() {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return stopping || !waiting.empty(); });
        if (stopping)
            return nullptr;
        current = waiting.front();
        waiting.pop_front();
        current->state = RunState::running;
        return current;
    }

    void run(Job& job) {
        const auto started = now_seconds();
        (void)keeper->mark_started(job.id, started);
        auto outcome = train(*keeper, job, parallel, job.progress);
        if (outcome) {
            outcome->run.id = job.id;
            outcome->run.started = started;
            outcome->run.finished = now_seconds();
            if (auto saved = keeper->finish_run(*outcome); saved)
                return settle(job, RunState::done, {});
            else
                outcome = fail(saved.error());
        }
        const auto& error = outcome.error();
        const bool cancelled = error.kind == ErrorKind::cancelled;
        const std::scoped_lock lock(mutex);
        job.state = !cancelled ? RunState::failed : stopping ? RunState::interrupted : RunState::cancelled;
        job.error = cancelled ? std::string() : error.text();
        (void)keeper->mark_ended(job.id, job.state, job.error, now_seconds());
    }

    void settle(Job& job, RunState state, const std::string& error) {
        const std::scoped_lock lock(mutex);
        job.state = state;
        job.error = error;
    }

    /// A waiting job that will not be run; the lock is held.
    void drop(const std::shared_ptr<Job>& job, RunState state) {
        job->state = state;
        (void)keeper->mark_ended(job->id, state, {}, now_seconds());
        ended.push_back(job);
    }
};

ExperimentQueue::ExperimentQueue(std::shared_ptr<RunKeeper> keeper, int threads)
    : state_(std::make_unique<State>(std::move(keeper), threads)) {
    state_->worker = std::thread([state = state_.get()] { state->work(); });
}

ExperimentQueue::~ExperimentQueue() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
        if (state_->current)
            state_->current->progress.cancel();
        for (const auto& job : state_->waiting)
            state_->drop(job, RunState::interrupted);
        state_->waiting.clear();
    }
    state_->wake.notify_all();
    state_->worker.join();
}

Result<RunId> ExperimentQueue::submit(const RunSpec& spec) {
    Run run;
    run.spec = spec;
    run.created = now_seconds();
    const auto id = state_->keeper->add_run(run);
    if (!id)
        return fail(id.error());
    auto job = std::make_shared<Job>();
    job->id = *id;
    job->spec = spec;
    job->title = title_of(spec);
    const std::scoped_lock lock(state_->mutex);
    state_->waiting.push_back(std::move(job));
    state_->wake.notify_one();
    return *id;
}

void ExperimentQueue::cancel(RunId id) {
    const std::scoped_lock lock(state_->mutex);
    if (state_->current && state_->current->id == id)
        state_->current->progress.cancel();
    auto& waiting = state_->waiting;
    const auto at = std::find_if(waiting.begin(), waiting.end(), [id](const auto& job) { return job->id == id; });
    if (at == waiting.end())
        return;
    state_->drop(*at, RunState::cancelled);
    waiting.erase(at);
}

void ExperimentQueue::cancel_all() {
    const std::scoped_lock lock(state_->mutex);
    for (const auto& job : state_->waiting)
        state_->drop(job, RunState::cancelled);
    state_->waiting.clear();
    if (state_->current)
        state_->current->progress.cancel();
    else
        state_->idle.notify_all();
}

std::vector<JobSnapshot> ExperimentQueue::snapshot() const {
    const std::scoped_lock lock(state_->mutex);
    std::vector<JobSnapshot> out;
    const auto add = [&](const Job& job) {
        out.push_back({job.id, job.title, job.state, job.progress.snapshot(), {}, job.error});
        if (job.state == RunState::running)
            out.back().curves = job.progress.curves();
    };
    if (state_->current)
        add(*state_->current);
    for (const auto& job : state_->waiting)
        add(*job);
    for (const auto& job : state_->ended)
        add(*job);
    return out;
}

bool ExperimentQueue::idle() const {
    const std::scoped_lock lock(state_->mutex);
    return !state_->current && state_->waiting.empty();
}

void ExperimentQueue::wait_until_idle() {
    std::unique_lock lock(state_->mutex);
    state_->idle.wait(lock, [this] { return !state_->current && state_->waiting.empty(); });
}

} // namespace tastebench
