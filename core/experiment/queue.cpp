#include "core/experiment/queue.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include <fmt/format.h>

#include "core/base/guard.h"
#include "core/experiment/repeat.h"
#include "core/experiment/update.h"

namespace tastebench {

namespace {

std::int64_t now_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

struct Job {
    Job(RunKeeper& keeper, RunId run, RunSpec wanted)
        : id(run), spec(std::move(wanted)), checkpoints(keeper, id, progress) {}

    RunId id;
    RunSpec spec;
    bool resumed = false; ///< the spec is as stored, perhaps by an earlier version
    RunId update_of = 0;  ///< the run whose model takes the new events in; 0: it is trained from the start
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

Result<RunOutcome> update_on(const Dataset& data, RunKeeper& keeper, Job& job, const Parallel& parallel,
                             double checkpoint_seconds) {
    const auto earlier = keeper.run(job.update_of);
    if (!earlier)
        return fail(earlier.error());
    const auto before = dataset_of(keeper, *earlier);
    if (!before)
        return fail(before.error());
    auto model = keeper.model(job.update_of);
    if (!model)
        return fail(model.error());
    auto made = execute_update(data, job.spec, {earlier->spec, **before, std::move(*model)}, parallel, job.progress,
                               &job.checkpoints, checkpoint_seconds);
    if (!made)
        return fail(made.error());
    return std::move(made->outcome);
}

Result<RunOutcome> train(RunKeeper& keeper, Job& job, const Parallel& parallel, double checkpoint_seconds) {
    const auto data = keeper.dataset(job.spec.data_name);
    if (!data)
        return fail(data.error());
    if (job.update_of != 0)
        return update_on(**data, keeper, job, parallel, checkpoint_seconds);
    if (job.resumed) {
        auto spec = prepare_again(**data, job.spec);
        if (!spec)
            return fail(spec.error());
        job.spec = std::move(*spec);
    }
    auto outcome = execute(**data, job.spec, parallel, job.progress, &job.checkpoints, checkpoint_seconds);
    if (outcome)
        outcome->run.fit_seconds += job.checkpoints.earlier_seconds();
    return outcome;
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
        (void)guarded("the start was not recorded", [&] { return keeper->mark_started(job.id, started); });
        // The outcome, which may be large, is gone by the time a failure is recorded.
        const auto done = train_and_keep(job, started);
        if (done)
            return settle(job, RunState::done, {});
        const auto& error = done.error();
        const bool cancelled = error.kind == ErrorKind::cancelled;
        const std::scoped_lock lock(mutex);
        job.state = !cancelled ? RunState::failed : stopping ? RunState::interrupted : RunState::cancelled;
        job.error = cancelled ? std::string() : error.text();
        (void)guarded("the end was not recorded",
                      [&] { return keeper->mark_ended(job.id, job.state, job.error, now_seconds()); });
    }

    Status train_and_keep(Job& job, std::int64_t started) {
        auto outcome = guarded("training stopped", [&] { return train(*keeper, job, parallel, checkpoint_seconds); });
        if (!outcome)
            return fail(outcome.error());
        outcome->run.id = job.id;
        outcome->run.started = started;
        outcome->run.finished = now_seconds();
        // Writing a model down takes as much memory as the model.
        return guarded("the result cannot be kept", [&] { return keeper->finish_run(*outcome); });
    }

    void settle(Job& job, RunState state, const std::string& error) {
        const std::scoped_lock lock(mutex);
        job.state = state;
        job.error = error;
    }

    std::shared_ptr<Job> make_job(RunId id, const RunSpec& spec) {
        auto job = std::make_shared<Job>(*keeper, id, spec);
        job->title = title_of(spec);
        return job;
    }

    void add(const std::shared_ptr<Job>& job) {
        const std::scoped_lock lock(mutex);
        // Of a run there is one job: the newest.
        std::erase_if(ended, [&](const auto& old) { return old->id == job->id; });
        waiting.push_back(job);
        wake.notify_one();
    }

    Result<RunId> submit(const RunSpec& spec, RunId update_of) {
        Run run;
        run.spec = spec;
        run.created = now_seconds();
        const auto id = keeper->add_run(run);
        if (!id)
            return fail(id.error());
        const auto job = make_job(*id, spec);
        job->update_of = update_of;
        add(job);
        return *id;
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
    return state_->submit(spec, 0);
}

Result<RunId> ExperimentQueue::submit_update(const RunSpec& spec, RunId earlier) {
    return state_->submit(spec, earlier);
}

Status ExperimentQueue::resume(RunId id) {
    const auto run = state_->keeper->resume_run(id);
    if (!run)
        return fail(run.error());
    const auto job = state_->make_job(id, run->spec);
    job->resumed = true;
    state_->add(job);
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
