// The queue: runs wait their turn and are trained one after another on a background thread of the lowest priority
// (each run uses several threads itself). All members may be called from any thread; none blocks on training.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/experiment/run_keeper.h"

namespace tastebench {

struct JobSnapshot {
    RunId id = 0;
    std::string title; ///< "SVD on ml-100k"
    RunState state = RunState::queued;
    ProgressSnapshot progress;
    Curves curves; ///< of a running job
    std::string error;
    std::string warning; ///< why it could not be resumed if it stopped now; empty: nothing to say
};

class ExperimentQueue {
  public:
    /// The keeper is called from the queue's thread and from submit(), submit_update(), resume() and cancel().
    ExperimentQueue(std::shared_ptr<RunKeeper> keeper, int threads,
                    double checkpoint_seconds = standard_checkpoint_seconds);
    ~ExperimentQueue(); ///< cancels what is running, marks the rest as interrupted, waits
    ExperimentQueue(const ExperimentQueue&) = delete;
    ExperimentQueue& operator=(const ExperimentQueue&) = delete;

    /// The spec must come from prepare_spec().
    Result<RunId> submit(const RunSpec& spec);
    /// A run of newer data from the stored model of a finished run; the spec comes from prepare_update(). The data and
    /// the model of the earlier run are read when its turn comes. Its note tells in the end how it was updated. If it
    /// is stopped and resumed, it is trained anew, which gives the same digits.
    Result<RunId> submit_update(const RunSpec& spec, RunId earlier);
    /// Puts a run that was interrupted, cancelled or failed at the end of the queue again. It goes on from its last
    /// checkpoint and ends with the digits of a run that was never stopped. Errors as RunKeeper::resume_run().
    Status resume(RunId id);
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
