// A few users' rows in order of time with their sides: what a picture of a split shows.
#pragma once

#include <string>
#include <vector>

#include "core/split/split.h"

namespace tastebench {

struct ExampleUser {
    std::string id;
    std::uint64_t rows = 0;   ///< all of this user's, those that filters leave out too
    std::vector<Side> latest; ///< the last of them, up to max_rows, by (time, row); by row where there are no times
};

struct SplitPreview {
    std::vector<ExampleUser> users;                    ///< by index
    std::uint64_t train = 0, validation = 0, test = 0; ///< rows of the whole split
    std::uint64_t left_out = 0;
};

/// Users spread evenly over those with some rows but not more than can be drawn (all users, if there are none such), so
/// that the same data gives the same users whatever the split. Data without pairs gives its rows as one user's.
SplitPreview preview_split(const Dataset& data, const Split& split, std::size_t max_users = 12,
                           std::size_t max_rows = 40);

} // namespace tastebench
