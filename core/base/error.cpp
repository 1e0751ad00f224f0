#include "core/base/error.h"

namespace tastebench {

std::string Error::text() const {
    std::string out;
    if (!where.empty())
        out += where + ": ";
    out += what;
    if (!remedy.empty())
        out += "; " + remedy;
    return out;
}

int Error::exit_code() const {
    switch (kind) {
    case ErrorKind::usage:
        return 2;
    case ErrorKind::bad_data:
        return 3;
    case ErrorKind::failed:
        return 4;
    case ErrorKind::cancelled:
        return 130;
    }
    return 4;
}

} // namespace tastebench
