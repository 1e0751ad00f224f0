// The tables that data sets are published with beside their interactions.
#pragma once

#include <filesystem>

#include "core/data/importer.h"

namespace tastebench {

/// The data set's tables beside an interaction file (.item, .user, .kg, .link; movies.csv), where there are any.
Status read_companions(const std::filesystem::path& file, FileFormat format, DatasetParts& parts);

} // namespace tastebench
