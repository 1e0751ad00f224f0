#include "core/models/ncf/samples.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/bpr/negatives.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 160, negative_stream = 161;
constexpr std::size_t chunk = 64; ///< samples that are looked up side by side

/// Scrambles all bits of x ("lowbias32" by Chris Wellons).
std::uint32_t scramble(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x7FEB'352DU;
    x ^= x >> 15;
    x *= 0x846C'A68BU;
    return x ^ x >> 16;
}

/// value + something below n, modulo n.
std::uint32_t shift(std::uint32_t value, std::uint32_t number, std::uint32_t n) {
    const std::uint64_t sum = std::uint64_t{value} + (std::uint64_t{number} * n >> 32);
    return static_cast<std::uint32_t>(sum >= n ? sum - n : sum);
}

} // namespace

LotOrder::LotOrder(std::uint64_t n, std::uint64_t seed, std::uint32_t stream, std::uint32_t substream) : n_(n) {
    low_ = static_cast<std::uint32_t>(std::ceil(std::sqrt(static_cast<double>(std::max<std::uint64_t>(n, 1)))));
    high_ = static_cast<std::uint32_t>((std::max<std::uint64_t>(n, 1) + low_ - 1) / low_);
    Rng rng(seed, stream, substream);
    for (auto& key : keys_)
        key = rng.next_u32();
}

std::uint64_t LotOrder::permute(std::uint64_t value) const {
    auto low = static_cast<std::uint32_t>(value % low_);
    auto high = static_cast<std::uint32_t>(value / low_);
    for (int round = 0; round < rounds; round += 2) {
        low = shift(low, scramble(high ^ keys_[round]), low_);
        high = shift(high, scramble(low ^ keys_[round + 1]), high_);
    }
    return std::uint64_t{high} * low_ + low;
}

NcfSamples::NcfSamples(std::span<const std::uint64_t> starts, std::span<const ItemIx> items,
                       std::span<const std::uint8_t> known, std::uint32_t negatives)
    : negatives_(negatives), starts_(starts), positives_(items) {
    for (ItemIx item = 0; item < known.size(); ++item)
        if (known[item] != 0)
            known_.push_back(item);
    bool as_given = known_.size() == known.size();
    for (std::size_t user = 0; user + 1 < starts.size(); ++user)
        as_given = as_given && starts[user + 1] - starts[user] < known_.size();
    if (!as_given)
        copy_positives(starts, items, known);
    for (UserIx user = 0; user + 1 < starts_.size(); ++user)
        while (near_.size() << near_bits < starts_[user + 1])
            near_.push_back(user);
    if (!positives_.empty())
        near_.push_back(static_cast<UserIx>(std::upper_bound(starts_.begin(), starts_.end(), positives_.size() - 1) -
                                            starts_.begin() - 1));
}

void NcfSamples::copy_positives(std::span<const std::uint64_t> starts, std::span<const ItemIx> items,
                                std::span<const std::uint8_t> known) {
    std::vector<std::uint32_t> place(known.size(), 0);
    for (std::uint32_t at = 0; at < known_.size(); ++at)
        place[known_[at]] = at;
    own_positives_.reserve(items.size());
    own_starts_.reserve(starts.size());
    own_starts_.push_back(0);
    for (std::size_t user = 0; user + 1 < starts.size(); ++user) {
        const auto mine = items.subspan(starts[user], starts[user + 1] - starts[user]);
        if (mine.size() < known_.size())
            for (const ItemIx item : mine)
                own_positives_.push_back(place[item]);
        own_starts_.push_back(own_positives_.size());
    }
    starts_ = own_starts_;
    positives_ = own_positives_;
}

/// Between the users of the nearest entries of near_; of those with nothing, who start where the next one does, none.
UserIx NcfSamples::user_of(std::uint64_t positive) const {
    const std::uint64_t* low = starts_.data() + near_[positive >> near_bits];
    std::uint64_t n = near_[(positive >> near_bits) + 1] - near_[positive >> near_bits] + std::uint64_t{1};
    while (n > 1) { // low[0] <= positive < low[n]
        const std::uint64_t half = n / 2;
        low = low[half] <= positive ? low + half : low;
        n -= half;
    }
    return static_cast<UserIx>(low - starts_.data());
}

void NcfSamples::begin_epoch(std::uint64_t seed, std::uint32_t epoch) {
    order_ = LotOrder(size(), seed, order_stream, epoch);
    epoch_key_ = Rng(seed, negative_stream, epoch).next_u64();
}

/// The r-th item that the user lacks, r by lot: item p of the known ones has p - (how many of the user's come before)
/// lacking ones before it, so a search of the user's list finds it, however much of everything the user has.
ItemIx NcfSamples::draw(UserIx user, std::uint64_t sample) const {
    const std::uint32_t* mine = positives_.data() + starts_[user];
    const auto n = static_cast<std::uint32_t>(starts_[user + 1] - starts_[user]);
    const std::uint64_t number = TileRandom(epoch_key_ + sample * 0x9E37'79B9'7F4A'7C15U).next() >> 32;
    const auto lacking = static_cast<std::uint32_t>(number * (known_.size() - n) >> 32);
    std::uint32_t before = 0; // of the user's items with mine[j] - j <= lacking
    for (std::uint32_t left = n; left > 0;) {
        const std::uint32_t half = (left + 1) / 2;
        const bool further = mine[before + half - 1] - (before + half - 1) <= lacking;
        before = further ? before + half : before;
        left = further ? left - half : half - 1;
    }
    return known_[lacking + before];
}

/// In passes, so that memory is asked for before it is needed: places of the order are far apart.
void NcfSamples::fill(std::uint64_t first, std::span<UserIx> users, std::span<ItemIx> items,
                      std::span<float> labels) const {
    std::array<std::uint64_t, chunk> sample;
    for (std::size_t begin = 0; begin < users.size(); begin += chunk) {
        const std::size_t end = std::min(users.size(), begin + chunk);
        for (std::size_t s = begin; s < end; ++s) {
            const std::uint64_t at = sample[s - begin] = order_[first + s];
            __builtin_prefetch(&near_[at / (1 + negatives_) >> near_bits]);
            labels[s] = at % (1 + negatives_) == 0 ? 1.0F : 0.0F;
        }
        for (std::size_t s = begin; s < end; ++s) {
            users[s] = user_of(sample[s - begin] / (1 + negatives_));
            __builtin_prefetch(&positives_[(starts_[users[s]] + starts_[users[s] + 1]) / 2]);
        }
        for (std::size_t s = begin; s < end; ++s)
            items[s] = labels[s] > 0 ? known_[positives_[sample[s - begin] / (1 + negatives_)]]
                                     : draw(users[s], sample[s - begin]);
    }
}

} // namespace tastebench
