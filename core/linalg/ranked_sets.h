// Who has what, laid out for counting pairs: items are renamed by falling popularity, so that the counters most often
// touched share a few cache lines, and kept in 16 bits where they fit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tastebench {

/// Sets of item indices by user: those of u are items[starts[u] .. starts[u+1]), ascending and distinct.
struct ItemSets {
    std::span<const std::uint64_t> starts;
    std::span<const std::uint32_t> items;
};

struct RankedSets {
    RankedSets(const ItemSets& sets, std::uint32_t n_items);

    std::uint32_t n_items() const { return static_cast<std::uint32_t>(item_of_rank.size()); }
    /// Users of an item, ascending.
    std::span<const std::uint32_t> users_of(std::uint32_t item) const {
        return std::span(users).subspan(user_starts[item], user_starts[item + 1] - user_starts[item]);
    }
    /// row[rank] += 1 for every item of every user of `item`; row has n_items().
    void add_counts(std::uint32_t item, std::uint32_t* row) const;
    /// row[rank] += weight[user] instead.
    void add_weights(std::uint32_t item, const float* weight, float* row) const;

    std::vector<std::uint32_t> item_of_rank, rank_of_item;
    std::span<const std::uint64_t> starts; ///< of the sets
    std::vector<std::uint16_t> narrow;     ///< ranks of the sets' items, where n_items <= 65,536
    std::vector<std::uint32_t> wide;       ///< else
    std::vector<std::uint64_t> user_starts;
    std::vector<std::uint32_t> users;
};

} // namespace tastebench
