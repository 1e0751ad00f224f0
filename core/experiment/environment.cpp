#include <fstream>
#include <string>

#include <sys/utsname.h>

#include "core/base/version.h"
#include "core/experiment/run.h"

namespace tastebench {

namespace {

/// The value of the first line that begins with `key`, after its separator.
std::string read_field(const char* file, std::string_view key, char separator) {
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
        if (!line.starts_with(key))
            continue;
        auto value = line.substr(line.find(separator) + 1);
        while (!value.empty() && (value.front() == ' ' || value.front() == '"' || value.front() == '\t'))
            value.erase(value.begin());
        while (!value.empty() && value.back() == '"')
            value.pop_back();
        return value;
    }
    return "unknown";
}

} // namespace

Environment current_environment(int threads) {
    Environment out;
    out.version = version;
#ifdef __AVX2__
    out.variant = "x86-64-v3";
#else
    out.variant = "baseline";
#endif
#ifdef __clang__
    out.compiler = "Clang " __clang_version__;
#else
    out.compiler = "GCC " __VERSION__;
#endif
    out.cpu = read_field("/proc/cpuinfo", "model name", ':');
    out.system = read_field("/etc/os-release", "PRETTY_NAME", '=');
    utsname name{};
    if (uname(&name) == 0)
        out.system += std::string(", ") + name.sysname + " " + name.release;
    out.threads = threads;
    return out;
}

} // namespace tastebench
