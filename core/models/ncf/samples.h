// What NCF learns from: every pair of a person and an item of theirs, and with each of them a few items that the person
// does not have, drawn anew for every epoch; all in an order drawn for the epoch. Nothing of an epoch is stored: the
// sample at a place of the order is worked out from (seed, epoch, place), on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

/// A permutation of 0 .. n-1 by lot that is computed, not stored: a generalised Feistel network on the numbers below
/// a x b, with a x b hardly more than n, walked along in the rare case that it leads to n or beyond (Black and Rogaway:
/// "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, section 5).
class LotOrder {
  public:
    LotOrder() = default;
    LotOrder(std::uint64_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t substream);
    std::uint64_t operator[](std::uint64_t place) const {
        do
            place = permute(place);
        while (place >= n_);
        return place;
    }

  private:
    static constexpr int rounds = 12; ///< with 8, neighbours in orders of a dozen are not yet alike
    std::uint64_t permute(std::uint64_t value) const;
    std::uint64_t n_ = 0;
    std::uint32_t low_ = 1, high_ = 1; ///< a and b
    std::uint32_t keys_[rounds] = {};
};

class NcfSamples {
  public:
    NcfSamples(const NcfSamples&) = delete; // what it points to may be its own
    NcfSamples& operator=(const NcfSamples&) = delete;
    /// The distinct items of every user, ascending: items[starts[u] .. starts[u + 1]). Items are drawn from those with
    /// known[i] != 0, which all in `items` have. People who have all of them are left out: nothing can be drawn.
    /// `starts` and `items` must outlive the samples.
    NcfSamples(std::span<const std::uint64_t> starts, std::span<const ItemIx> items,
               std::span<const std::uint8_t> known, std::uint32_t negatives);

    std::uint64_t size() const { return std::uint64_t{positives_.size()} * (1 + negatives_); }
    void begin_epoch(std::uint64_t seed, std::uint32_t epoch);
    /// The samples at places [first, first + users.size()) of the epoch's order: 1 for an item of the user, 0 for one
    /// drawn, with equal chances, from those that the user does not have.
    void fill(std::uint64_t first, std::span<UserIx> users, std::span<ItemIx> items, std::span<float> labels) const;

  private:
    static constexpr unsigned near_bits = 6; ///< positives from one entry of near_ to the next: 64

    void copy_positives(std::span<const std::uint64_t> starts, std::span<const ItemIx> items,
                        std::span<const std::uint8_t> known);
    UserIx user_of(std::uint64_t positive) const;
    ItemIx draw(UserIx user, std::uint64_t sample) const;

    std::uint32_t negatives_;
    std::vector<ItemIx> known_; ///< ascending
    // Those that were given, or copies where items are unknown or people left out.
    std::span<const std::uint64_t> starts_;    ///< by user, into positives_
    std::span<const std::uint32_t> positives_; ///< places in known_, ascending for each user
    std::vector<std::uint64_t> own_starts_;
    std::vector<std::uint32_t> own_positives_;
    std::vector<UserIx> near_; ///< the user of every 64th positive, and of the last: so no user is stored for each
    std::uint64_t epoch_key_ = 0;
    LotOrder order_;
};

} // namespace tastebench
