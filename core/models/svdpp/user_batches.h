// The ratings user by user, some users at a time: what SVD++ learns in one step between two meetings of the threads.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "core/models/training.h"

namespace tastebench {

struct Rated {
    ItemIx item;
    float value;
};

/// A row of an item to be moved by what place `slot` of the batch has found.
struct Touch {
    ItemIx item;
    std::uint32_t slot;
};

struct UserBatch {
    static constexpr std::uint32_t most_users = 16, most_ratings = 4096;
    static constexpr std::uint32_t item_blocks = 16; ///< items by index, modulo; threads share out the blocks

    struct Person {
        UserIx user;
        std::uint32_t first, last; ///< of ratings
    };
    std::vector<Person> people; ///< distinct users
    std::vector<Rated> ratings; ///< of one person by (time, row)
    std::vector<Touch> rated;   ///< every rating, slot its place in `ratings`; by item block
    std::vector<Touch> had;     ///< every item of every person, slot the place in `people`; by item block
    std::array<std::uint32_t, item_blocks + 1> rated_starts{}, had_starts{};

    std::span<const Touch> rated_in(std::size_t block) const {
        return std::span(rated).subspan(rated_starts[block], rated_starts[block + 1] - rated_starts[block]);
    }
    std::span<const Touch> had_in(std::size_t block) const {
        return std::span(had).subspan(had_starts[block], had_starts[block + 1] - had_starts[block]);
    }
};

struct UserBatches {
    std::vector<UserBatch> batches;
    std::uint64_t count = 0; ///< ratings
    double mean = 0;
    float least = 0, greatest = 0;
    std::vector<std::uint8_t> known_users, known_items; ///< have a rating
};

/// Users with ratings in a random order, so many at a time that a batch stays within its limits; users with more
/// ratings than a batch may hold are cut into several batches. `items_of(u)` are the distinct items of a user.
/// The same on any number of threads.
UserBatches make_user_batches(const TrainingData& training,
                              const std::function<std::span<const ItemIx>(UserIx)>& items_of, std::uint64_t seed,
                              const Parallel& parallel);

} // namespace tastebench
