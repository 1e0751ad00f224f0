#include "core/models/bpr/deal.h"

#include <algorithm>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 40, item_stream = 41;

} // namespace

void Deal::start(std::span<const std::uint64_t> starts, std::span<const ItemIx> items, std::uint32_t n_items) {
    starts_ = starts;
    items_ = items;
    counts_.assign(n_items, 0);
    for (const ItemIx item : items)
        ++counts_[item];
    item_at_.clear();
    for (ItemIx item = 0; item < n_items; ++item)
        if (counts_[item] > 0)
            item_at_.push_back(item);
    user_order_.clear();
    for (UserIx user = 0; user + 1 < starts.size(); ++user)
        if (starts[user + 1] > starts[user])
            user_order_.push_back(user);
    side_ = std::clamp(static_cast<std::uint32_t>(item_at_.size()) / least_items, 1U, most_blocks);
    place_of_.assign(n_items, 0);
    block_of_.assign(n_items, 0);
    blocks_.assign(side_, {});
}

void Deal::shuffle(std::uint64_t seed, std::uint32_t epoch, const Parallel& parallel) {
    // From sorted order, so that a resumed training deals the same.
    std::sort(user_order_.begin(), user_order_.end());
    std::sort(item_at_.begin(), item_at_.end());
    Rng(seed, user_stream, epoch).shuffle(std::span(user_order_));
    Rng(seed, item_stream, epoch).shuffle(std::span(item_at_));
    for (std::uint32_t block = 0; block < side_; ++block)
        for (Place place = first_place(block); place < first_place(block + 1); ++place) {
            place_of_[item_at_[place]] = place;
            block_of_[item_at_[place]] = static_cast<std::uint8_t>(block);
        }
    parallel.for_blocks(side_, 1, [&](std::size_t block, std::size_t) { fill(static_cast<std::uint32_t>(block)); });
}

void Deal::fill(std::uint32_t user_block) {
    Block& out = blocks_[user_block];
    const std::size_t n = user_order_.size();
    const auto users =
        std::span(user_order_).subspan(user_block * n / side_, (user_block + 1) * n / side_ - user_block * n / side_);
    std::vector<std::size_t> at(std::size_t{side_} + 1, 0);
    for (const UserIx user : users)
        for (auto i = starts_[user]; i < starts_[user + 1]; ++i)
            ++at[block_of_[items_[i]] + 1U];
    for (std::size_t b = 1; b < at.size(); ++b)
        at[b] += at[b - 1];
    out.starts = at;
    out.positives.resize(at.back());
    for (const UserIx user : users)
        for (auto i = starts_[user]; i < starts_[user + 1]; ++i) {
            const ItemIx item = items_[i];
            out.positives[at[block_of_[item]]++] = {user, place_of_[item]};
        }
}

std::span<const Positive> Deal::tile(std::uint32_t user_block, std::uint32_t item_block) const {
    const Block& block = blocks_[user_block];
    return std::span(block.positives)
        .subspan(block.starts[item_block], block.starts[item_block + 1] - block.starts[item_block]);
}

} // namespace tastebench
