// Ctrl+C and termination as a question that the program asks, so that a job ends in order.
#pragma once

namespace tastebench::cli {

/// From now on SIGINT and SIGTERM are only noted; a second one ends the program at once with code 130.
void note_interrupts();
bool interrupted();

} // namespace tastebench::cli
