// Drawing items that a user does not have, from one item block of a deal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/models/bpr/deal.h"

namespace tastebench {

/// Counter-based numbers for inner loops: number n of key k is a hash of k + n (SplitMix64; Steele, Lea, Flood 2014).
class TileRandom {
  public:
    explicit TileRandom(std::uint64_t key) : state_(key) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15U;
        z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9U;
        z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBU;
        return z ^ (z >> 31);
    }

  private:
    std::uint64_t state_;
};

/// One column of the alias method (Walker 1977; Vose 1991): itself with chance keep / 2^32, else the alias.
struct Alias {
    std::uint32_t keep;
    std::uint32_t other; ///< offset in the block
};

/// Fills `out` for these positive weights; both of one size.
void make_alias(std::span<const double> weights, std::span<Alias> out);

/// What may be drawn in one tile. A draw costs one number and, by popularity, one look-up.
struct NegativeBlock {
    Place first = 0;
    std::uint32_t size = 0;
    const Alias* alias = nullptr; ///< of size `size`; none: uniform
    /// By place: the user who was the last to have it in this epoch, which is how an item that the user has is
    /// recognised: the tile holds all that the user has in the block. Null: what a user has may be drawn.
    std::uint32_t* holder = nullptr;
    bool redraw = true; ///< what the user has is drawn again; false: the sample is left out

    Place draw(TileRandom& random) const {
        const std::uint64_t number = random.next();
        // Off uniform by less than size / 2^32.
        auto offset = static_cast<std::uint32_t>((number >> 32) * size >> 32);
        if (alias != nullptr && static_cast<std::uint32_t>(number) >= alias[offset].keep)
            offset = alias[offset].other;
        return first + offset;
    }
    bool has(UserIx user, Place place) const { return holder != nullptr && holder[place] == user; }
    /// One the user does not have; there must be one. After many draws in vain the next one in the block from a random
    /// start, so that someone who has nearly everything does not hold up the training.
    Place draw_unseen(UserIx user, TileRandom& random) const {
        for (int tries = 0; tries < 200; ++tries)
            if (const Place place = draw(random); !has(user, place))
                return place;
        Place place = first + static_cast<std::uint32_t>((random.next() >> 32) * size >> 32);
        while (has(user, place))
            place = place + 1 < first + size ? place + 1 : first;
        return place;
    }
};

} // namespace tastebench
