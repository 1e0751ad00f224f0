#include "core/base/progress.h"

#include <algorithm>

namespace tastebench {

void Progress::begin(std::string_view stage, std::uint64_t total) {
    begin_stage(stage, total, 0, false);
}

void Progress::begin_bytes(std::string_view stage, std::uint64_t total, std::uint64_t already) {
    begin_stage(stage, total, already, true);
}

void Progress::begin_stage(std::string_view stage, std::uint64_t total, std::uint64_t already, bool bytes) {
    const std::scoped_lock lock(mutex_);
    stage_ = stage;
    note_.clear();
    stage_started_ = Clock::now();
    if (!started_)
        started_ = stage_started_;
    already_ = already;
    bytes_ = bytes;
    done_ = already;
    total_ = total;
}

void Progress::set_note(std::string note) {
    const std::scoped_lock lock(mutex_);
    note_ = std::move(note);
}

void Progress::add_curve_point(std::string_view series, double x, double y) {
    const std::scoped_lock lock(mutex_);
    curves_.push_back({std::string(series), x, y});
}

void Progress::set_curves(Curves curves) {
    const std::scoped_lock lock(mutex_);
    curves_ = std::move(curves);
}

ProgressSnapshot Progress::snapshot() const {
    const std::scoped_lock lock(mutex_);
    ProgressSnapshot out;
    out.stage = stage_;
    out.note = note_;
    out.done = done_;
    out.total = total_;
    out.cancelled = cancelled();
    out.bytes = bytes_;
    if (!started_)
        return out;
    const auto now = Clock::now();
    out.elapsed_seconds = std::chrono::duration<double>(now - *started_).count();
    const double in_stage = std::chrono::duration<double>(now - stage_started_).count();
    const auto fresh = static_cast<double>(out.done - std::min(out.done, already_));
    // In the first moments the figure would jump about.
    if (in_stage >= 0.2 && fresh > 0)
        out.per_second = fresh / in_stage;
    if (out.total == 0)
        return out;
    out.fraction = std::min(1.0, static_cast<double>(out.done) / static_cast<double>(out.total));
    const auto to_come = static_cast<double>(out.total - std::min(out.total, already_));
    // Before a fiftieth is done the estimate would jump about.
    if (to_come > 0 && fresh / to_come >= 0.02)
        out.seconds_left = in_stage * std::max(0.0, to_come - fresh) / fresh;
    return out;
}

Curves Progress::curves() const {
    const std::scoped_lock lock(mutex_);
    return curves_;
}

} // namespace tastebench
