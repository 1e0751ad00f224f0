// The ratings cut into tiles of user blocks and item blocks and dealt to threads without conflict: at any time no two
// threads work on tiles that share a user or an item (Gemulla et al., KDD 2011), and the order in which tiles touch a
// block is fixed, so the digits are the same on any number of threads.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/models/training.h"

namespace tastebench {

struct Rating {
    UserIx user;
    ItemIx item;
    float value;
};

class RatingTiles {
  public:
    /// Users and items are each dealt to this many blocks by lot.
    static constexpr std::uint32_t grid = 8;
    /// Each user's ratings are cut into this many stretches of time, learned one after another: what a user rated last
    /// is learned last, which a chronological test rewards. Every stretch moves all rows of items from one thread to
    /// another, so that more of them cost time.
    static constexpr std::uint32_t stretches = 4;
    /// At most so many neighbours in a tile have the same user, where others are left.
    static constexpr std::uint32_t together = 4;
    static constexpr std::uint32_t per_epoch = stretches * grid * grid;

    /// Rows without a value are left out; a tile is by user, and by time within each.
    void fill(const TrainingData& training, std::uint64_t seed, const Parallel& parallel);

    std::size_t count() const { return count_; }
    double mean() const { return mean_; }
    float least() const { return least_; }
    float greatest() const { return greatest_; }
    std::span<const std::uint8_t> known_users() const { return known_users_; } ///< have a rating
    std::span<const std::uint8_t> known_items() const { return known_items_; }

    /// Where a number of each user (item) is kept while tiles are worked on: those of one block side by side, and no
    /// block in a cache line of another, which two threads would tear to and fro.
    struct Slots {
        std::vector<std::uint32_t> of; ///< by user or item
        std::uint32_t size = 0;        ///< greater than every slot
    };
    const Slots& user_slots() const { return user_slots_; }
    const Slots& item_slots() const { return item_slots_; }

    /// Calls work(ratings) once for every tile, and returns the sum of what it returned, tile by tile. Leaves early
    /// when progress is cancelled, which advances by one a tile.
    using Work = std::function<double(std::span<const Rating>)>;
    double for_each(const Parallel& parallel, Progress& progress, const Work& work) const;

  private:
    std::span<const Rating> tile(std::size_t stretch, std::size_t user_block, std::size_t item_block) const;
    void fill_block(const TrainingData& training, std::uint32_t block);

    struct Block {
        std::vector<Rating> ratings;
        std::vector<std::size_t> starts; ///< stretches x grid + 1
        double sum = 0;
        float least = 0, greatest = 0;
    };
    std::vector<Block> blocks_; ///< by user block
    std::size_t count_ = 0;
    double mean_ = 0;
    float least_ = 0, greatest_ = 0;
    std::vector<std::uint8_t> known_users_, known_items_;
    Slots user_slots_, item_slots_;
};

} // namespace tastebench
