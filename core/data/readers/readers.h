// The formats that files come in; each in a source file of its own, listed in core/data/import/formats.cpp.
#pragma once

#include "core/data/import/formats.h"

namespace tastebench {

FormatEntry delimited_format();
FormatEntry recbole_format();
FormatEntry movielens_format();

} // namespace tastebench
