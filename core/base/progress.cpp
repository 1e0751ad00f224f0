#include "core/base/progress.h"

#include <algorithm>

namespace tastebench {

void Progress::begin(std::string_view stage, std::uint64_t total) {
    const std::scoped_lock lock(mutex_);
    stage_ = stage;
    note_.clear();
    stage_started_ = Clock::now();
    if (!started_)
        started_ = stage_started_;
    done_ = 0;
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

ProgressSnapshot Progress::snapshot() const {
    const std::scoped_lock lock(mutex_);
    ProgressSnapshot out;
    out.stage = stage_;
    out.note = note_;
    out.done = done_;
    out.total = total_;
    out.cancelled = cancelled_;
    if (!started_)
        return out;
    const auto now = Clock::now();
    out.elapsed_seconds = std::chrono::duration<double>(now - *started_).count();
    if (out.total == 0)
        return out;
    out.fraction = std::min(1.0, static_cast<double>(out.done) / static_cast<double>(out.total));
    const double in_stage = std::chrono::duration<double>(now - stage_started_).count();
    // Before a fiftieth is done the estimate would jump about.
    if (out.fraction >= 0.02)
        out.seconds_left = in_stage * (1.0 - out.fraction) / out.fraction;
    return out;
}

Curves Progress::curves() const {
    const std::scoped_lock lock(mutex_);
    return curves_;
}

} // namespace tastebench
