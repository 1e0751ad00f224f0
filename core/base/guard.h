// The outermost net of a thread: what is thrown there would end the program.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "core/base/error.h"

namespace tastebench {

/// Calls work(), which returns a Result or a Status; whatever it throws becomes its error. `doing` is how the sentence
/// begins: "training stopped".
template <typename Work>
auto guarded(const std::string& doing, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return run_failed(doing + ": there was not enough memory", {},
                          "use fewer factors or smaller data, or close other programs");
    } catch (const std::exception& exception) {
        return run_failed(doing + ": " + exception.what(), {}, "report this text");
    } catch (...) {
        return run_failed(doing + " for an unknown reason", {}, "report this text");
    }
}

} // namespace tastebench
