// The command line that imports as the options say, to be shown and copied.
#pragma once

#include "core/data/importer.h"

namespace tastebench {

/// "tastebench-cli data import FILE --user who ...", quoted for a shell; only what differs from the defaults.
std::string import_command_line(const ImportOptions& options);

} // namespace tastebench
