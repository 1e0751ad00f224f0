// Which column is the user's, the item's and so on, judged by its name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tastebench {

enum class Role { user, item, value, time, event };
std::string_view to_text(Role role); ///< "user", "item", "rating", "time", "event"

/// The column whose name is one of those the role usually has ("User ID" and "user_id" are the same name); the more
/// usual name wins.
std::optional<std::size_t> guess_column(const std::vector<std::string>& columns, Role role);

} // namespace tastebench
