// What the charts and sentences of a data set's page show. Plain functions over a data set, for background threads.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench::ui {

struct ValueBin {
    double low = 0, high = 0; ///< equal where the bin is one exact value
    std::uint64_t rows = 0;
};
struct TimeBin {
    std::int64_t begin = 0; ///< Unix seconds
    std::uint64_t rows = 0;
};

struct DataStatistics {
    std::vector<ValueBin> ratings; ///< every value if at most 20 differ, else 20 equal bins
    std::vector<std::pair<double, double>>
        popularity;                ///< (rank from 1, interactions), some 60 points for each power of ten
    std::vector<TimeBin> overTime; ///< at most 60 bins of equal length, empty without times
    std::vector<std::pair<std::string, std::uint64_t>> events; ///< rows of each type
    double topTenthShare = 0;                                  ///< of interactions on the most popular tenth of items
    double medianPerUser = 0;
    std::uint64_t itemsSeenOnce = 0;
};

DataStatistics dataStatistics(const Dataset& data);

} // namespace tastebench::ui
