// From --preset and --set to parameters, and a schema in plain text: for models and for embedding methods.
#pragma once

#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace tastebench::cli {

/// The preset's values, then the settings "name=value" over them; `owner` is the id that messages name.
Result<Parameters> read_settings(const ParameterSchema& schema, const std::string& owner, const std::string& preset,
                                 const std::vector<std::string>& settings);

/// Parameters with range, default and help, then the presets.
std::string described(const ParameterSchema& schema);

} // namespace tastebench::cli
