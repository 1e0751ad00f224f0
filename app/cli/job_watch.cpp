#include "app/cli/job_watch.h"

#include <chrono>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "app/cli/interrupt.h"
#include "app/cli/output.h"

namespace tastebench::cli {

namespace {

constexpr auto poll_every = std::chrono::milliseconds(50);
constexpr double line_every_seconds = 10;
constexpr std::size_t bar_width = 30;

/// ", 3.2 MB/s, 12 s left", as far as it can be told.
std::string outlook(const ProgressSnapshot& now) {
    std::string out;
    if (now.bytes && now.per_second)
        out += fmt::format(", {:.1f} MB/s", *now.per_second / 1e6);
    if (now.seconds_left)
        out += ", " + duration(*now.seconds_left) + " left";
    return out;
}

std::string note(const ProgressSnapshot& now) {
    return now.note.empty() ? std::string() : "; " + now.note;
}

} // namespace

JobWatch::JobWatch(Progress& progress, bool quiet)
    : progress_(progress), show_(quiet                        ? Show::nothing
                                 : isatty(STDERR_FILENO) == 1 ? Show::bar
                                                              : Show::lines),
      thread_([this] { watch(); }) {}

JobWatch::~JobWatch() {
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    ended_changed_.notify_one();
    thread_.join();
}

void JobWatch::watch() {
    std::unique_lock lock(mutex_);
    while (!ended_changed_.wait_for(lock, poll_every, [&] { return ended_; })) {
        if (interrupted())
            progress_.cancel();
        if (show_ == Show::nothing)
            continue;
        const auto now = progress_.snapshot();
        if (now.stage.empty())
            continue;
        if (show_ == Show::bar)
            show_bar(now);
        else
            show_line(now);
    }
    if (show_ == Show::bar)
        std::fputs("\r\033[K", stderr);
}

void JobWatch::show_line(const ProgressSnapshot& now) {
    if (now.stage != last_stage_) {
        say(now.stage);
    } else if (now.total > 0 && now.elapsed_seconds - last_shown_ >= line_every_seconds) {
        say(fmt::format("{}: {:.0f} %{}{}", now.stage, now.fraction * 100, outlook(now), note(now)));
    } else {
        return;
    }
    last_stage_ = now.stage;
    last_shown_ = now.elapsed_seconds;
}

void JobWatch::show_bar(const ProgressSnapshot& now) {
    std::string line = now.stage;
    if (now.total > 0) {
        const auto filled = static_cast<std::size_t>(now.fraction * static_cast<double>(bar_width));
        line += fmt::format(" [{}{}] {:3.0f} %{}", std::string(filled, '#'), std::string(bar_width - filled, '.'),
                            now.fraction * 100, outlook(now));
    }
    line += note(now);
    std::fprintf(stderr, "\r%s\033[K", line.c_str());
    std::fflush(stderr);
}

} // namespace tastebench::cli
