// The formats that files come in; each in a source file of its own, listed in core/data/import/formats.cpp.
#pragma once

#include "core/data/import/formats.h"

namespace tastebench {

FormatEntry exported_format();
FormatEntry delimited_format();
FormatEntry recbole_format();
FormatEntry movielens_format();
FormatEntry json_lines_format();
FormatEntry libsvm_format();
FormatEntry libffm_format();
FormatEntry criteo_format();
FormatEntry mind_format();
FormatEntry dkn_format();
FormatEntry adjacency_format();
FormatEntry sqlite_format();

} // namespace tastebench
