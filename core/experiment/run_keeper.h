// What the queue and the command line need of the store, and the checkpoints of one run in it.
#pragma once

#include <chrono>
#include <mutex>

#include "core/experiment/run.h"

namespace tastebench {

/// Where runs are recorded and data comes from; the store implements it. Must be thread-safe.
class RunKeeper {
  public:
    virtual ~RunKeeper() = default;
    virtual Result<DatasetPtr> dataset(const std::string& name) = 0;
    virtual Result<Run> run(RunId id) const = 0;
    virtual Result<std::unique_ptr<Recommender>> model(RunId id) const = 0; ///< error if the run has none
    virtual Result<RunId> add_run(const Run& run) = 0;                      ///< state queued
    virtual Status mark_started(RunId id, std::int64_t time) = 0;
    /// run.id says which; keeps the note too; all or nothing.
    virtual Status finish_run(const RunOutcome& outcome) = 0;
    virtual Status mark_ended(RunId id, RunState state, const std::string& error, std::int64_t time) = 0;

    /// Makes an interrupted, cancelled or failed run queued again, of this process. Usage error where there is nothing
    /// to go on with: it is done, under way, or there is no such run.
    virtual Result<Run> resume_run(RunId id) = 0;
    /// Replaces the run's checkpoint: after a crash there is the old one or the new one. finish_run() removes it.
    virtual Status keep_checkpoint(RunId id, std::span<const std::byte> state) = 0;
    /// The one kept last, which stays until it is replaced; none: nothing was kept.
    virtual Result<std::optional<std::vector<std::byte>>> take_checkpoint(RunId id) = 0;
};

/// The checkpoints of one run. They are an insurance: where one cannot be kept, training goes on, and warning() and the
/// progress say that the run cannot be resumed. One made by another version or processor variant is passed over, since
/// the run's digits are to be those of one program.
class RunCheckpoints final : public CheckpointKeeper {
  public:
    /// Both must outlive it.
    RunCheckpoints(RunKeeper& keeper, RunId id, Progress& progress) : keeper_(keeper), id_(id), progress_(progress) {}
    Status keep(std::span<const std::byte> state) override;
    std::optional<std::vector<std::byte>> take() override;

    /// Training time before the checkpoint that was taken up.
    double earlier_seconds() const { return earlier_seconds_; }
    /// Why the run could not be resumed from here; empty: it could. From any thread.
    std::string warning() const;

  private:
    void warn(std::string text);

    RunKeeper& keeper_;
    RunId id_;
    Progress& progress_;
    double earlier_seconds_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::string warning_;
};

} // namespace tastebench
