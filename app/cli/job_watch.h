// Shows the progress of a job on standard error while another thread does it: a bar on a terminal, a line per step
// otherwise, nothing if told to be quiet. Hands an interrupt on to the job as a cancel.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/progress.h"

namespace tastebench::cli {

class JobWatch {
  public:
    /// Watches until it goes out of scope; `progress` must outlive it.
    JobWatch(Progress& progress, bool quiet);
    ~JobWatch();
    JobWatch(const JobWatch&) = delete;
    JobWatch& operator=(const JobWatch&) = delete;

  private:
    enum class Show { nothing, lines, bar };
    void watch();
    void show_line(const ProgressSnapshot& now);
    void show_bar(const ProgressSnapshot& now);

    Progress& progress_;
    Show show_;
    std::string last_stage_;
    double last_shown_ = 0; ///< seconds since the job began
    std::mutex mutex_;
    std::condition_variable ended_changed_;
    bool ended_ = false;
    std::thread thread_; ///< last, so that all else exists when it begins
};

} // namespace tastebench::cli
