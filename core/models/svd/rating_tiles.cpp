#include "core/models/svd/rating_tiles.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t grid = RatingTiles::grid;
constexpr std::uint32_t stretches = RatingTiles::stretches;
constexpr std::uint32_t deal_stream = 12;

/// Deals n things to the blocks of the grid at random, evenly.
std::vector<std::uint8_t> deal(std::uint32_t n, std::uint64_t seed, std::uint32_t side) {
    std::vector<std::uint32_t> order(n);
    for (std::uint32_t i = 0; i < n; ++i)
        order[i] = i;
    Rng(seed, deal_stream, side).shuffle(std::span(order));
    std::vector<std::uint8_t> block(n);
    for (std::uint32_t i = 0; i < n; ++i)
        block[order[i]] = static_cast<std::uint8_t>(i % grid);
    return block;
}

/// The rated rows of a user by time.
void collect(const TrainingData& training, UserIx user, std::vector<RowIx>& mine) {
    const auto& data = training.data.interactions();
    mine.clear();
    for (const RowIx row : training.by_user.of(user))
        if (!std::isnan(data.value[row]))
            mine.push_back(row);
    if (data.time.empty())
        return;
    const auto earlier = [&](RowIx a, RowIx b) { return data.time[a] < data.time[b]; };
    if (!std::is_sorted(mine.begin(), mine.end(), earlier))
        std::stable_sort(mine.begin(), mine.end(), earlier);
}

/// Deals out the runs of users in turn from two lanes: neighbours in a tile then have different users, so that the
/// processor can begin a step while it waits for the one before. Each user's own order stays.
void interleave(std::span<Rating> tile, std::vector<Rating>& room) {
    room.assign(tile.begin(), tile.end());
    std::size_t next_run = 0;
    struct Lane {
        std::size_t at, end;
    };
    const auto take_run = [&](Lane& lane) {
        lane.at = next_run;
        while (next_run < room.size() && room[next_run].user == room[lane.at].user)
            ++next_run;
        lane.end = next_run;
    };
    std::array<Lane, 2> lanes{};
    for (auto& lane : lanes)
        take_run(lane);
    for (std::size_t to = 0; to < tile.size();)
        for (auto& lane : lanes) {
            if (lane.at == lane.end)
                continue;
            tile[to++] = room[lane.at++];
            if (lane.at == lane.end && next_run < room.size())
                take_run(lane);
        }
}

} // namespace

void RatingTiles::fill_block(const TrainingData& training, std::uint32_t block,
                             std::span<const std::uint8_t> user_block, std::span<const std::uint8_t> item_block) {
    const auto& data = training.data.interactions();
    Block& out = blocks_[block];
    out.least = std::numeric_limits<float>::infinity();
    out.greatest = -out.least;
    std::vector<Rating> ordered; // by user and time
    std::vector<std::uint8_t> cell;
    std::vector<std::size_t> counts(std::size_t{stretches} * grid + 1, 0);
    std::vector<RowIx> mine;
    for (UserIx user = 0; user < user_block.size(); ++user) {
        if (user_block[user] != block)
            continue;
        collect(training, user, mine);
        known_users_[user] = mine.empty() ? 0 : 1;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const ItemIx item = data.item[mine[i]];
            const float value = data.value[mine[i]];
            ordered.push_back({user, item, value});
            const auto at = static_cast<std::uint8_t>(i * stretches / mine.size() * grid + item_block[item]);
            cell.push_back(at);
            ++counts[at + 1U];
            out.least = std::min(out.least, value);
            out.greatest = std::max(out.greatest, value);
            out.sum += static_cast<double>(value);
        }
    }
    for (std::size_t i = 1; i < counts.size(); ++i)
        counts[i] += counts[i - 1];
    out.starts = counts;
    out.ratings.resize(ordered.size());
    for (std::size_t i = 0; i < ordered.size(); ++i)
        out.ratings[counts[cell[i]]++] = ordered[i];
    for (std::size_t i = 0; i + 1 < out.starts.size(); ++i)
        interleave(std::span(out.ratings).subspan(out.starts[i], out.starts[i + 1] - out.starts[i]), ordered);
}

void RatingTiles::fill(const TrainingData& training, std::uint64_t seed, const Parallel& parallel) {
    const std::uint32_t n_users = training.data.users().size();
    const std::uint32_t n_items = training.data.items().size();
    const auto user_block = deal(n_users, seed, 0);
    const auto item_block = deal(n_items, seed, 1);
    known_users_.assign(n_users, 0);
    known_items_.assign(n_items, 0);
    blocks_.assign(grid, {});
    parallel.for_blocks(grid, 1, [&](std::size_t block, std::size_t) {
        fill_block(training, static_cast<std::uint32_t>(block), user_block, item_block);
    });
    count_ = 0;
    double sum = 0;
    least_ = std::numeric_limits<float>::infinity();
    greatest_ = -least_;
    for (const auto& block : blocks_) {
        count_ += block.ratings.size();
        sum += block.sum;
        least_ = std::min(least_, block.least);
        greatest_ = std::max(greatest_, block.greatest);
        for (const auto& rating : block.ratings)
            known_items_[rating.item] = 1;
    }
    mean_ = count_ > 0 ? sum / static_cast<double>(count_) : 0;
}

std::span<const Rating> RatingTiles::tile(std::size_t stretch, std::size_t user_block, std::size_t item_block) const {
    const auto& block = blocks_[user_block];
    const auto at = stretch * grid + item_block;
    return std::span(block.ratings).subspan(block.starts[at], block.starts[at + 1] - block.starts[at]);
}

double RatingTiles::for_each(std::uint32_t epoch, const Parallel& parallel, Progress& progress,
                             const Work& work) const {
    // Tile t is that of round t / grid and user block t % grid. It waits only for the tiles of the round before that
    // had its user block or its item block, not for the whole round, so that no thread idles while another ends a long
    // tile.
    std::vector<double> sums(per_epoch, 0.0);
    std::vector<std::atomic<std::uint8_t>> done(per_epoch);
    std::atomic<std::size_t> next = 0;
    const auto item_block_of = [&](std::size_t round, std::size_t user_block) {
        return (user_block + round + epoch) % grid;
    };
    const auto wait_for = [&](std::size_t tile_before) {
        while (done[tile_before].load(std::memory_order_acquire) == 0)
            std::this_thread::yield();
    };
    const auto threads = static_cast<std::size_t>(std::max(1, parallel.threads()));
    parallel.for_blocks(threads, 1, [&](std::size_t, std::size_t) {
        for (auto t = next.fetch_add(1); t < per_epoch; t = next.fetch_add(1)) {
            const std::size_t round = t / grid;
            const std::size_t user_block = t % grid;
            if (round > 0) {
                wait_for(t - grid);
                // The item block was with the next user block in the round before.
                wait_for((round - 1) * grid + (user_block + 1) % grid);
            }
            if (!progress.cancelled()) {
                sums[t] = work(tile(round / grid, user_block, item_block_of(round, user_block)));
                progress.advance();
            }
            done[t].store(1, std::memory_order_release);
        }
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return total;
}

} // namespace tastebench
