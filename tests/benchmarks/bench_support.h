// What the benchmarks share: two threads, peak memory, and results that must be there.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace tastebench::bench {

inline constexpr int threads = 2;

inline const Parallel& parallel() {
    static const Parallel made(threads);
    return made;
}

/// Of this process since it began or since reset_peak().
inline double peak_megabytes() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.starts_with("VmHWM:"))
            return std::stod(line.substr(6)) / 1024;
    return 0;
}

inline void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << '5';
}

inline void must(const Status& status) {
    if (status)
        return;
    std::fprintf(stderr, "%s\n", status.error().text().c_str());
    std::exit(status.error().exit_code());
}

/// How often each case is measured.
inline int repetitions() {
    const char* given = std::getenv("TASTEBENCH_BENCH_REPEAT");
    return given ? std::atoi(given) : 3;
}

template <typename T>
T must(Result<T> result) {
    if (!result)
        must(Status(fail(result.error())));
    return std::move(*result);
}

} // namespace tastebench::bench
