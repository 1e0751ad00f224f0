#include "core/models/ncf/samples.h"

#include <algorithm>
#include <bit>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 160, negative_stream = 161;

/// The finaliser of a hash (Moremur by Pelle Evensen), of which the upper half is used.
std::uint64_t scramble(std::uint64_t x) {
    x ^= x >> 27;
    x *= 0x3C79'AC49'2BA7'B653U;
    x ^= x >> 33;
    x *= 0x1C69'B3F7'4AC4'AE35U;
    return x >> 32;
}

} // namespace

LotOrder::LotOrder(std::uint64_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t substream) : n_(n) {
    const auto bits = std::max(2U, static_cast<unsigned>(std::bit_width(n > 0 ? n - 1 : 0)));
    low_bits_ = bits / 2;
    high_bits_ = bits - low_bits_;
    Rng rng(seed, stream, substream);
    for (auto& key : keys_)
        key = rng.next_u64();
}

std::uint64_t LotOrder::permute(std::uint64_t value) const {
    const std::uint64_t low_mask = (std::uint64_t{1} << low_bits_) - 1;
    const std::uint64_t high_mask = (std::uint64_t{1} << high_bits_) - 1;
    std::uint64_t low = value & low_mask;
    std::uint64_t high = value >> low_bits_;
    for (int round = 0; round < rounds; round += 2) {
        low ^= scramble(high + keys_[round]) & low_mask;
        high ^= scramble(low + keys_[round + 1]) & high_mask;
    }
    return high << low_bits_ | low;
}

NcfSamples::NcfSamples(std::span<const std::uint64_t> starts, std::span<const ItemIx> items,
                       std::span<const std::uint8_t> known, std::uint32_t negatives)
    : negatives_(negatives) {
    std::vector<std::uint32_t> place(known.size(), 0);
    for (ItemIx item = 0; item < known.size(); ++item)
        if (known[item] != 0) {
            place[item] = static_cast<std::uint32_t>(known_.size());
            known_.push_back(item);
        }
    starts_.push_back(0);
    for (UserIx user = 0; user + 1 < starts.size(); ++user) {
        const auto mine = items.subspan(starts[user], starts[user + 1] - starts[user]);
        if (mine.size() < known_.size())
            for (const ItemIx item : mine) {
                positives_.push_back(place[item]);
                users_.push_back(user);
            }
        starts_.push_back(positives_.size());
    }
}

void NcfSamples::begin_epoch(std::uint64_t seed, std::uint32_t epoch) {
    epoch_seed_ = seed + epoch * 0x9E37'79B9'7F4A'7C15U;
    order_ = LotOrder(size(), seed, order_stream, epoch);
}

/// The r-th item that the user lacks, r by lot: item p of the known ones has p - (how many of the user's come before)
/// lacking ones before it, so a search of the user's list finds it, however much of everything the user has.
ItemIx NcfSamples::draw(UserIx user, std::uint64_t sample) const {
    const std::uint32_t* mine = positives_.data() + starts_[user];
    const auto n = static_cast<std::uint32_t>(starts_[user + 1] - starts_[user]);
    Rng rng(epoch_seed_, negative_stream + static_cast<std::uint32_t>(sample >> 32),
            static_cast<std::uint32_t>(sample));
    const std::uint32_t lacking = rng.below(static_cast<std::uint32_t>(known_.size()) - n);
    std::uint32_t before = 0; // of the user's items with mine[j] - j <= lacking
    for (std::uint32_t left = n; left > 0;) {
        const std::uint32_t half = (left + 1) / 2;
        const bool further = mine[before + half - 1] - (before + half - 1) <= lacking;
        before = further ? before + half : before;
        left = further ? left - half : half - 1;
    }
    return known_[lacking + before];
}

void NcfSamples::fill(std::uint64_t first, std::span<UserIx> users, std::span<ItemIx> items,
                      std::span<float> labels) const {
    for (std::size_t s = 0; s < users.size(); ++s) {
        const std::uint64_t sample = order_[first + s];
        const std::uint64_t positive = sample / (1 + negatives_);
        const bool own = sample % (1 + negatives_) == 0;
        users[s] = users_[positive];
        items[s] = own ? known_[positives_[positive]] : draw(users_[positive], sample);
        labels[s] = own ? 1.0F : 0.0F;
    }
}

} // namespace tastebench
