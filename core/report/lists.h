// The recommendations of every user, written to a table.
#pragma once

#include <filesystem>

#include "core/models/recommender.h"

namespace tastebench {

struct ListsWritten {
    std::uint64_t users = 0; ///< of the data
    std::uint64_t empty = 0; ///< of them, those for whom nothing is left to recommend: they have no row
    std::uint64_t rows = 0, bytes = 0;
};

/// Writes a CSV file with the columns user, rank (from 1), item, title (where the data has titles) and score, users in
/// the order of the data. Goes through the users block by block, so memory does not grow with them. The file is there
/// whole or as it was before: a cancel (ErrorKind::cancelled) or a full disk (failed) leaves nothing. Progress counts
/// users.
Result<ListsWritten> write_lists(const Recommender& model, const Dataset& data, const TopKOptions& options,
                                 const std::filesystem::path& file, const Parallel& parallel, Progress& progress);

/// No list is longer than there are items.
inline std::uint32_t possible_length(std::uint32_t k, const Dataset& data) {
    return k < data.items().size() ? k : data.items().size();
}

} // namespace tastebench
