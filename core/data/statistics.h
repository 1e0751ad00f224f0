// What a data set is like: the figures behind the charts, sentences and tables of its page.
// Plain functions over a data set, for background threads; the same digits for any number of threads.
// Twenty million rows take about a second on two threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/data/dataset.h"

namespace tastebench {

struct ValueBin {
    double low = 0, high = 0; ///< equal where the bin is one exact value
    std::uint64_t rows = 0;
};
struct TimeBin {
    std::int64_t begin = 0; ///< Unix seconds
    std::uint64_t rows = 0;
};
struct CountBin {
    std::uint64_t low = 0, high = 0; ///< both included
    std::uint64_t members = 0;       ///< how many users, or pairs, have so many rows
};

/// One entry per user or item index.
struct GroupFigures {
    std::vector<std::uint32_t> rows;       ///< interactions
    std::vector<std::int64_t> first, last; ///< Unix seconds; empty without times
    std::vector<double> mean_value;        ///< NaN where none of the rows is rated; empty without ratings
};

/// How unequally the interactions lie on users or items.
struct Spread {
    double median = 0;          ///< interactions of the middle one
    double top_tenth_share = 0; ///< of the interactions, on the greatest tenth (rounded up)
    double gini = 0;            ///< 0: all have as many; near 1: one has all
    std::uint64_t once = 0;     ///< with exactly one interaction
    std::uint64_t greatest = 0; ///< interactions of the greatest one
};

/// Interactions counted in cells of users x items, the most active users and the most popular items first.
struct SparsityGrid {
    std::uint32_t user_cells = 0, item_cells = 0; ///< at most 200 each
    std::uint32_t users = 0, items = 0;
    std::vector<std::uint64_t> rows; ///< [user_cells, item_cells]
    /// Ranks [first, last) of the users or items in a cell, counted from 0.
    std::pair<std::uint32_t, std::uint32_t> user_range(std::uint32_t cell) const;
    std::pair<std::uint32_t, std::uint32_t> item_range(std::uint32_t cell) const;
    /// Interactions per possible pair of the cell; above 1 where pairs repeat.
    double density(std::uint32_t user_cell, std::uint32_t item_cell) const;
};

enum class ColumnPlace { rating, title, user_feature, item_feature, context };
struct ColumnFigures {
    ColumnPlace place = ColumnPlace::rating;
    std::string name; ///< of a feature or context column; empty for ratings and titles
    ColumnType type = ColumnType::number;
    std::uint64_t missing = 0, entries = 0;
    std::optional<std::uint64_t> distinct; ///< of context categories
};

struct DataStatistics {
    std::vector<ValueBin> ratings;                             ///< every value if at most 20 differ, else 20 equal bins
    std::vector<TimeBin> over_time;                            ///< at most 60 bins of equal length; empty without times
    std::vector<std::pair<std::string, std::uint64_t>> events; ///< rows of each kind
    std::vector<ColumnFigures> columns;                        ///< those that may miss values
    double mean_value = 0, positive_share = 0; ///< of the rated rows: mean, and share above 0 (for labels)

    // The rest only where there are users and items.
    GroupFigures users, items;
    Spread activity, popularity;                      ///< of users, of items
    std::vector<std::pair<double, double>> long_tail; ///< (rank from 1, interactions), 60 points a power of ten
    std::vector<CountBin> activity_bins;              ///< users by number of interactions: 1, 2-3, 4-7, 8-15 ...
    std::vector<CountBin> repeats;                    ///< pairs by number of rows: 1, 2, 3, 4, 5-9, 10 or more
    SparsityGrid sparsity;
};

DataStatistics data_statistics(const Dataset& data, const Parallel& parallel);

} // namespace tastebench
