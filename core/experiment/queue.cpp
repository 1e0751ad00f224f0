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
    Job(RunKeeper& keeper, RunId run, RunSpec wanted, bool again)
        : id(run), spec(std::move(wanted)), resumed(again), checkpoints(keeper, id, progress) {}

    RunId id;
    RunSpec spec;
    bool resumed; ///< the spec is as stored, perhaps by an earlier version
    std::string title;
    RunState state = RunState::queued;
    std::string error;
    Progress progress;
    RunCheckpoints checkpoints;
};

std::string title_of(const RunSpec& spec) {
    const auto entry = find_model(spec.model);
    return fmt::format("{} on {}", entry ? (*entry)->title : spec.model, spec.data_name);
}

Result<RunOutcome> train_on(const Dataset& data, Job& job, const Parallel& parallel, double checkpoint_seconds) {
    if (job.resumed) {
        auto spec = prepare_again(data, job.spec);
        if (!spec)
            return fail(spec.error());
        job.spec = std::move(*spec);
    }
    auto outcome = execute(data, job.spec, parallel, job.progress, &job.checkpoints, checkpoint_seconds);
    if (outcome)
        outcome->run.fit_seconds += job.checkpoints.earlier_seconds();
    return outcome;
}

/// Trains one run; whatever is thrown becomes an error that is recorded.
Result<RunOutcome> train(RunKeeper& keeper, Job& job, const Parallel& parallel, double checkpoint_seconds) {
    try {
        auto data = keeper.dataset(job.spec.data_name);
        if (!data)
            return fail(data.error());
        return train_on(**data, job, parallel, checkpoint_seconds);
    } catch (const std::bad_alloc&) {
        return run_failed("there was not enough memory", {},
                          "use fewer factors or smaller data, or close other programs");
    } catch (const std::exception& exception) {
        return run_failed(fmt::format("training stopped: {}", exception.what()), {}, "report this text");
    }
}

} // namespace

struct ExperimentQueue::State {
    State(std::shared_ptr<RunKeeper> run_keeper, int threads, double seconds)
        : keeper(std::move(run_keeper)), parallel(threads, true), checkpoint_seconds(seconds) {}

    std::shared_ptr<RunKeeper> keeper;
    Parallel parallel;
    double checkpoint_seconds;
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
            if (std::none_of(waiting.begin(), waiting.end(), [&](const auto& other) { return other->id == job->id; }))
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
        auto outcome = train(*keeper, job, parallel, checkpoint_seconds);
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

    void add(RunId id, const RunSpec& spec, bool resumed) {
        auto job = std::make_shared<Job>(*keeper, id, spec, resumed);
        job->title = title_of(spec);
        const std::scoped_lock lock(mutex);
        // Of a run there is one job: the newest.
        std::erase_if(ended, [id](const auto& old) { return old->id == id; });
        waiting.push_back(std::move(job));
        wake.notify_one();
    }

    /// A waiting job that will not be run; the lock is held.
    void drop(const std::shared_ptr<Job>& job, RunState state) {
        job->state = state;
        (void)keeper->mark_ended(job->id, state, {}, now_seconds());
        ended.push_back(job);
    }
};

ExperimentQueue::ExperimentQueue(std::shared_ptr<RunKeeper> keeper, int threads, double checkpoint_seconds)
    : state_(std::make_unique<State>(std::move(keeper), threads, checkpoint_seconds)) {
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
    state_->add(*id, spec, false);
    return *id;
}

Status ExperimentQueue::resume(RunId id) {
    const auto run = state_->keeper->resume_run(id);
    if (!run)
        return fail(run.error());
    state_->add(id, run->spec, true);
    return {};
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
        out.push_back({job.id, job.title, job.state, job.progress.snapshot(), {}, job.error, {}});
        if (job.state != RunState::running)
            return;
        out.back().curves = job.progress.curves();
        out.back().warning = job.checkpoints.warning();
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
