// The training rows as a sparse matrix of users (rows) and items (columns), repeats merged.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/models/training.h"

namespace tastebench {

enum class Entry {
    one,         ///< 1 for every pair
    count,       ///< how often
    value_sum,   ///< ratings or weights added up; a row without a value counts 1
    last_rating, ///< the latest rating by (time, row); pairs without any rating are left out
};

/// n_users x n_items of the data set. The same on any number of threads. All rows are empty if progress is cancelled.
SparseRows user_item_matrix(const TrainingData& training, Entry entry, const Parallel& parallel,
                            const Progress* progress = nullptr);

} // namespace tastebench
