// Someone unknown in training, as typed on the command line: "i1,i2=4".
#pragma once

#include <string>
#include <vector>

#include "core/models/recommender.h"

namespace tastebench::cli {

/// Items with commas between them, each with "=value" behind it if wished; a word that is an item's id as a whole is
/// that item. Without a value: standard_profile_value(). Errors: an id that the data has not (naming the nearest), an
/// item named twice, a value that is no number, no item at all.
Result<std::vector<ProfileItem>> read_profile(const Dataset& data, const std::vector<std::string>& words);

} // namespace tastebench::cli
