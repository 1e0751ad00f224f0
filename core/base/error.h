// Errors as values: what went wrong, where, and what to do about it.
// Core functions that can fail return Result<T>; nothing throws across a module or thread boundary.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tastebench {

/// Decides the exit code of the command line: usage 2, bad_data 3, failed 4, cancelled 130.
enum class ErrorKind { usage, bad_data, failed, cancelled };

struct Error {
    ErrorKind kind = ErrorKind::failed;
    std::string what;   ///< one sentence without a full stop: what is wrong
    std::string where;  ///< FILE:LINE:COLUMN, or the parameter's name; may be empty
    std::string remedy; ///< what to do; may be empty

    /// "WHERE: what is wrong; what to do", leaving out the empty parts.
    std::string text() const;
    int exit_code() const;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> bad_data(std::string what, std::string where, std::string remedy) {
    return fail({ErrorKind::bad_data, std::move(what), std::move(where), std::move(remedy)});
}
inline tl::unexpected<Error> usage_error(std::string what, std::string where, std::string remedy) {
    return fail({ErrorKind::usage, std::move(what), std::move(where), std::move(remedy)});
}
inline tl::unexpected<Error> run_failed(std::string what, std::string where, std::string remedy) {
    return fail({ErrorKind::failed, std::move(what), std::move(where), std::move(remedy)});
}
inline tl::unexpected<Error> cancelled_error() {
    return fail({ErrorKind::cancelled, "cancelled", {}, {}});
}

} // namespace tastebench
