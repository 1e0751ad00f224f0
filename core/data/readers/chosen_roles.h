// Roles for columns that have names: what the options say, else what the names tell.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/data/import/piece.h"
#include "core/data/import/roles.h"

namespace tastebench {

struct ChosenRoles {
    std::vector<std::string> columns;
    std::array<std::optional<std::size_t>, 5> role; ///< by Role: a column
    std::vector<std::size_t> context;               ///< columns, ascending
    std::optional<std::size_t> at(Role r) const { return role[static_cast<std::size_t>(r)]; }
    /// A shape with these columns; the types of its context are left to the caller.
    RowShape shape() const;
    /// Columns and roles as a form shows them.
    void describe(ImportPreview& preview) const;
};

inline constexpr std::array all_roles{Role::user, Role::item, Role::value, Role::time, Role::event};
/// What the options name for a role: a column, "-" or nothing.
const std::string& asked_column(const ImportOptions& options, Role role);

/// `word` is what a column is called in messages. Guesses by the names first, then by `other_names` (parallel to
/// them, or empty). Errors: no user or item, a column that is not there or has two roles.
Result<ChosenRoles> choose_roles(std::vector<std::string> columns, const std::vector<std::string>& other_names,
                                 const ImportOptions& options, const std::string& place, std::string_view word);

} // namespace tastebench
