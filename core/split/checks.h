// What may be wrong with a split: people and items that training never saw, and ways in which the test leaks into
// training. Run before training, it tells what the figures will and will not mean.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/split/split.h"

namespace tastebench {

enum class Severity { note, warning };

/// One thing found; things that were looked for and not found are left out.
struct SplitFinding {
    std::string id; ///< "cold_users", "cold_items", "untested_users", "time_leak", "own_time_leak", "both_sides",
                    ///< "repeated_rows"
    Severity severity = Severity::note;
    std::uint64_t count = 0;  ///< what is found, in the unit of `unit`
    std::uint64_t total = 0;  ///< of how many
    std::string unit;         ///< "test rows", "users" or "rows"
    std::uint64_t groups = 0; ///< cold_users, cold_items: how many of them; both_sides: distinct pairs; else 0
    std::string text;         ///< one plain sentence with the counts and a remedy
    double share() const { return total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0; }
};

struct SideCounts {
    std::uint64_t rows = 0, users = 0, items = 0; ///< users and items that have a row there
};

struct SplitCheck {
    std::array<SideCounts, 3> sides; ///< by Side: train, validation, test
    std::uint64_t left_out = 0;      ///< rows that the filters took away
    std::vector<SplitFinding> findings;
};

/// cold_users, cold_items: test rows whose user or item has no training row. untested_users: users with rows but none
/// in the test. time_leak: test rows that are earlier than a training row of another user; own_time_leak: earlier than
/// one of their own user. both_sides: test rows whose user and item are a pair in training too. repeated_rows: rows on
/// any side that are the same in user, item, value, time and event as an earlier one.
/// Users, items and pairs are looked at only where the data has them. Under a second for 20 million rows.
SplitCheck check_split(const Dataset& data, const Split& split, const Parallel& parallel);

} // namespace tastebench
