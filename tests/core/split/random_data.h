// Random small data for tests of splits: few users and items, so that pairs repeat, and few times, so that they tie.
#pragma once

#include "core/make_data.h"
#include "core/split/split.h"

namespace tastebench::testing {

inline DatasetPtr random_rows(std::uint64_t seed, std::uint32_t rows = 400, std::uint32_t users = 30,
                              std::uint32_t items = 25, std::int64_t times = 60) {
    Rng rng(seed, 99);
    std::vector<Row> out;
    for (std::uint32_t i = 0; i < rows; ++i) {
        // The square makes some users and items rare.
        const auto user = static_cast<std::uint32_t>(rng.uniform() * rng.uniform() * users);
        const auto item = static_cast<std::uint32_t>(rng.uniform() * rng.uniform() * items);
        out.push_back({"u" + std::to_string(user), "i" + std::to_string(item), static_cast<float>(1 + rng.below(5)),
                       86'400 * static_cast<std::int64_t>(rng.below(static_cast<std::uint32_t>(times)))});
    }
    return *make_data(out);
}

inline SplitRecipe recipe(const std::string& text, std::uint64_t seed = 42) {
    return SplitRecipe::parse(text, seed).value();
}

/// Every form that random data can be split by.
inline std::vector<std::string> all_forms() {
    return {"random:0.8",
            "random:0.7,0.1",
            "chrono:0.75",
            "chrono:0.6,0.2",
            "chrono:0.6,0.2:item",
            "stratified:0.75",
            "stratified:0.6,0.2:item",
            "global:0.8",
            "global:0.7,0.1",
            "global:1970-02-01",
            "global:1970-01-20,1970-02-10T12:00:00Z",
            "loo:last",
            "loo:last,1",
            "loo:random",
            "loo:random,1",
            "kfold:5:1",
            "kfold:7:7",
            "kfold:3:2:user",
            "users:0.8",
            "users:0.6,0.2",
            "random:0.8;min_value=3",
            "chrono:0.75;min_user=5",
            "stratified:0.75;min_item=5",
            "loo:last,1;min_value=2;min_user=4;min_item=4;core",
            "users:0.7;min_user=8;min_item=8"};
}

} // namespace tastebench::testing
