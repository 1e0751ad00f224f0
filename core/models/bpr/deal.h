// The training pairs dealt anew for every epoch: users and items are each cut into `side` blocks by lot, and a pair
// lies in the tile of its user's and its item's block. Every pair comes up once an epoch.
#pragma once

#include <span>
#include <vector>

#include "core/base/parallel.h"
#include "core/data/dataset.h"

namespace tastebench {

/// Items are named by their place in the epoch's deal, so that the rows of one block lie side by side and no two
/// threads write to one cache line.
using Place = std::uint32_t;

struct Positive {
    UserIx user;
    Place place;
};

class Deal {
  public:
    static constexpr std::uint32_t most_blocks = 16;
    static constexpr std::uint32_t least_items = 32; ///< in a block, so that there is something to draw from

    /// The distinct training items of user u are items[starts[u] .. starts[u + 1]). Items nobody has are left out. Both
    /// spans must outlive the deal.
    void start(std::span<const std::uint64_t> starts, std::span<const ItemIx> items, std::uint32_t n_items);
    /// Depends on (seed, epoch) alone.
    void shuffle(std::uint64_t seed, std::uint32_t epoch, const Parallel& parallel);

    std::uint32_t side() const { return side_; }
    std::size_t pairs() const { return items_.size(); }
    std::uint32_t n_items() const { return static_cast<std::uint32_t>(item_at_.size()); } ///< that somebody has
    ItemIx item_at(Place place) const { return item_at_[place]; }
    std::span<const std::uint32_t> counts() const { return counts_; } ///< users by item
    /// The places of an item block are [first_place(b), first_place(b + 1)).
    Place first_place(std::uint32_t block) const {
        return static_cast<Place>(std::uint64_t{block} * item_at_.size() / side_);
    }
    /// User by user in an order by lot; all pairs of a user in the item block are together.
    std::span<const Positive> tile(std::uint32_t user_block, std::uint32_t item_block) const;

  private:
    void fill(std::uint32_t user_block);

    std::span<const std::uint64_t> starts_;
    std::span<const ItemIx> items_;
    std::uint32_t side_ = 1;
    std::vector<std::uint32_t> counts_;
    std::vector<UserIx> user_order_;
    std::vector<ItemIx> item_at_;
    std::vector<Place> place_of_;
    std::vector<std::uint8_t> block_of_; ///< by item
    struct Block {
        std::vector<Positive> positives;
        std::vector<std::size_t> starts; ///< side + 1
    };
    std::vector<Block> blocks_; ///< by user block
};

} // namespace tastebench
