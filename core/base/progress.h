// Progress of one background job, written by workers and read by whoever shows it.
// Every member may be called from any thread. Readers poll snapshot() and take values; no callbacks cross threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tastebench {

/// One point of a live curve, such as ("train_rmse", epoch 3, 0.91).
struct CurvePoint {
    std::string series;
    double x = 0; ///< epoch, from 1
    double y = 0;
    bool operator==(const CurvePoint&) const = default;
};
using Curves = std::vector<CurvePoint>;

struct ProgressSnapshot {
    std::string stage;                  ///< plain words: "Training", "Scoring users"
    double fraction = 0;                ///< of the current stage, 0..1
    double elapsed_seconds = 0;         ///< since the first stage began
    std::optional<double> seconds_left; ///< of the current stage; none until it can be told
    std::uint64_t done = 0;             ///< units done in the current stage
    std::uint64_t total = 0;            ///< units of the current stage; 0 = not known
    std::optional<double> per_second;   ///< units a second in the current stage; none until it can be told
    bool bytes = false;                 ///< the units are bytes
    bool cancelled = false;
    std::string note; ///< what more there is to say, such as "1,200,000 rows, 9.1 million a second"
};

class Progress {
  public:
    Progress() = default;
    /// A part that is not shown: cancelled with `parent`, which must outlive it.
    explicit Progress(const Progress& parent) : parent_(&parent) {}
    Progress& operator=(const Progress&) = delete;

    /// Begins a stage of `total` units (0: unknown) and sets its count to zero.
    void begin(std::string_view stage, std::uint64_t total);
    /// The same for bytes, of which `already` were there before: they count as done, not as speed.
    void begin_bytes(std::string_view stage, std::uint64_t total, std::uint64_t already = 0);
    void advance(std::uint64_t units = 1) { done_.fetch_add(units, std::memory_order_relaxed); }
    void set_done(std::uint64_t units) { done_.store(units, std::memory_order_relaxed); }
    /// Shown beside the stage until the next one begins.
    void set_note(std::string note);
    void add_curve_point(std::string_view series, double x, double y);
    /// Takes over the curves of an interrupted job that goes on.
    void set_curves(Curves curves);

    /// Asks the worker to stop; it answers with an ErrorKind::cancelled error soon after.
    void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
    bool cancelled() const {
        return cancelled_.load(std::memory_order_relaxed) || (parent_ != nullptr && parent_->cancelled());
    }

    ProgressSnapshot snapshot() const;
    Curves curves() const;

  private:
    using Clock = std::chrono::steady_clock;
    void begin_stage(std::string_view stage, std::uint64_t total, std::uint64_t already, bool bytes);

    const Progress* parent_ = nullptr;
    mutable std::mutex mutex_;
    std::string stage_, note_;
    std::optional<Clock::time_point> started_;
    Clock::time_point stage_started_{};
    std::uint64_t already_ = 0;
    bool bytes_ = false;
    Curves curves_;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<std::uint64_t> total_ = 0;
    std::atomic<bool> cancelled_ = false;
};

} // namespace tastebench
