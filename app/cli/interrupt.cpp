#include "app/cli/interrupt.h"

#include <atomic>
#include <csignal>
#include <unistd.h>

namespace tastebench::cli {

namespace {

// A signal handler has no other way to reach the program.
std::atomic<bool> seen = false;
static_assert(std::atomic<bool>::is_always_lock_free, "needed in a signal handler");

void on_signal(int) {
    if (seen.exchange(true))
        _exit(130);
}

} // namespace

void note_interrupts() {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
    return seen;
}

} // namespace tastebench::cli
