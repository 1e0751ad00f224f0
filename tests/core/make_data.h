// Small data sets for tests, made row by row.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/data/dataset.h"

namespace tastebench::testing {

struct Row {
    std::string user, item;
    float value = std::numeric_limits<float>::quiet_NaN();
    std::int64_t time = 0;
    int event = -1;
};

struct Columns {
    bool value = true, time = true;
    std::vector<std::string> events = {};
};

inline IdMap make_ids(const std::vector<std::string>& ids) {
    const auto less = [](const std::string& a, const std::string& b) { return IdMap::less(a, b); };
    std::set<std::string, decltype(less)> sorted(ids.begin(), ids.end(), less);
    StringColumn column;
    for (const auto& id : sorted)
        column.push_back(id);
    return IdMap(std::move(column));
}

inline Result<DatasetPtr> make_data(const std::vector<Row>& rows, const Columns& columns = {}) {
    std::vector<std::string> users;
    std::vector<std::string> items;
    for (const auto& row : rows) {
        users.push_back(row.user);
        items.push_back(row.item);
    }
    DatasetParts parts;
    parts.name = "small";
    parts.source = "test";
    parts.users = make_ids(users);
    parts.items = make_ids(items);
    parts.events = columns.events;
    for (const auto& row : rows) {
        parts.interactions.user.push_back(*parts.users.find(row.user));
        parts.interactions.item.push_back(*parts.items.find(row.item));
        if (columns.value)
            parts.interactions.value.push_back(row.value);
        if (columns.time)
            parts.interactions.time.push_back(row.time);
        if (!columns.events.empty())
            parts.interactions.event.push_back(static_cast<EventIx>(row.event));
    }
    return Dataset::make(std::move(parts));
}

/// Users of two tastes rating items of two kinds, with noise: something to learn.
inline DatasetPtr tastes(std::uint32_t users = 60, std::uint32_t items = 40, std::uint64_t seed = 1) {
    std::vector<Row> rows;
    Rng rng(seed);
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t i = 0; i < items; ++i) {
            const bool likes = u % 2 == i % 2;
            if (rng.uniform() > (likes ? 0.5 : 0.15))
                continue;
            const double rating = (likes ? 4.2 : 2.0) + 0.6 * rng.normal();
            rows.push_back({std::to_string(u + 1), std::to_string(i + 1),
                            static_cast<float>(std::clamp(std::round(rating), 1.0, 5.0)),
                            1'000'000 + static_cast<std::int64_t>(rng.below(8'000'000))});
        }
    return *make_data(rows);
}

inline std::vector<RowIx> all_rows(const Dataset& data) {
    std::vector<RowIx> rows(data.interactions().size());
    for (RowIx row = 0; row < rows.size(); ++row)
        rows[row] = row;
    return rows;
}

} // namespace tastebench::testing
