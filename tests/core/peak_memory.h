// What a piece of work takes in memory at its peak, for tests of estimates.
#pragma once

#include <fstream>
#include <optional>
#include <string>

#include <malloc.h>

namespace tastebench::testing {

inline std::optional<double> status_bytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
        if (word == name + ":") {
            double kilobytes = 0;
            status >> kilobytes;
            return kilobytes * 1024;
        }
    return {};
}

/// Bytes at the peak beyond what was there before; none where the system does not tell.
template <typename Work>
std::optional<double> peak_memory(Work&& work) {
    malloc_trim(0); // or what others gave back would be used again unseen
    std::ofstream reset("/proc/self/clear_refs");
    reset << 5 << std::flush;
    const auto before = status_bytes("VmRSS");
    if (!reset || !before)
        return {};
    work();
    const auto after = status_bytes("VmHWM");
    return after ? std::optional(*after - *before) : std::nullopt;
}

} // namespace tastebench::testing
