// Data sets as schema versions 1 and 2 stored them: one part per column, whole. Read only, to bring old workspaces
// along; nothing but the fingerprint of the whole proves that they are unharmed.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/binary.h"
#include "core/data/dataset.h"

namespace tastebench {

Result<DatasetParts> read_dataset_v2(const std::function<std::vector<std::byte>(std::string_view part)>& fetch);

} // namespace tastebench
