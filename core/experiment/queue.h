// The queue: runs wait their turn and are trained one after another on a background thread of the lowest priority
// (each run uses several threads itself). All members may be called from any thread; none blocks on training.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/experiment/run.h"

namespace tastebench {

/// Where runs are recorded and data comes from; the store implements it. Called from the queue's thread and from
/// submit(); must be thread-safe.
class RunKeeper {
  public:
    virtual ~RunKeeper() = default;
    virtual Result<DatasetPtr> dataset(const std::string& name) = 0;
    virtual Result<RunId> add_run(const Run& run) = 0; ///< state queued
    virtual Status mark_started(RunId id, std::int64_t time) = 0;
    virtual Status finish_run(const RunOutcome& outcome) = 0; ///< run.id says which; all or nothing
    virtual Status mark_ended(RunId id, RunState state, const std::string& error, std::int64_t time) = 0;
};

struct JobSnapshot {
    RunId id = 0;
    std::string title; ///< "SVD on ml-100k"
    RunState state = RunState::queued;
    ProgressSnapshot progress;
    Curves curves; ///< of a running job
    std::string error;
};

class ExperimentQueue {
  public:
    ExperimentQueue(std::shared_ptr<RunKeeper> keeper, int threads);
    ~ExperimentQueue(); ///< cancels what is running, marks the rest as interrupted, waits
    ExperimentQueue(const ExperimentQueue&) = delete;
    ExperimentQueue& operator=(const ExperimentQueue&) = delete;

    /// The spec must come from prepare_spec().
    Result<RunId> submit(const RunSpec& spec);
    void cancel(RunId id);
    void cancel_all();
    /// Jobs not ended, in order, then those that ended since the queue began, newest last.
    std::vector<JobSnapshot> snapshot() const;
    bool idle() const;
    void wait_until_idle();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tastebench
