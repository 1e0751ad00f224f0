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

constexpr std::uint32_t line = 16; ///< floats in a cache line

std::uint32_t stride_of(std::uint32_t n) {
    return ((n + grid - 1) / grid + line - 1) / line * line;
}

/// Deals n things to the blocks of the grid at random, evenly.
RatingTiles::Slots deal(std::uint32_t n, std::uint64_t seed, std::uint32_t side) {
    std::vector<std::uint32_t> order(n);
    for (std::uint32_t i = 0; i < n; ++i)
        order[i] = i;
    Rng(seed, deal_stream, side).shuffle(std::span(order));
    RatingTiles::Slots slots;
    slots.of.resize(n);
    slots.size = grid * stride_of(n);
    for (std::uint32_t i = 0; i < n; ++i)
        slots.of[order[i]] = i % grid * stride_of(n) + i / grid;
    return slots;
}

std::uint32_t block_of(const RatingTiles::Slots& slots, std::uint32_t i) {
    return slots.of[i] / (slots.size / grid);
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

/// Deals out the runs of users in turn from two lanes, four ratings at a time: neighbouring steps then have
/// different users, so that the processor can begin one while it waits for the one before. Each user's own order stays.
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
            for (std::size_t n = 0; n < RatingTiles::together && lane.at < lane.end; ++n)
                tile[to++] = room[lane.at++];
            if (lane.at == lane.end && next_run < room.size())
                take_run(lane);
        }
}

} // namespace

void RatingTiles::fill_block(const TrainingData& training, std::uint32_t block) {
    const auto& data = training.data.interactions();
    Block& out = blocks_[block];
    out.least = std::numeric_limits<float>::infinity();
    out.greatest = -out.least;
    std::vector<Rating> ordered; // by user and time
    std::vector<std::uint8_t> cell;
    std::vector<std::size_t> counts(std::size_t{stretches} * grid + 1, 0);
    std::vector<RowIx> mine;
    for (UserIx user = 0; user < user_slots_.of.size(); ++user) {
        if (block_of(user_slots_, user) != block)
            continue;
        collect(training, user, mine);
        known_users_[user] = mine.empty() ? 0 : 1;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const ItemIx item = data.item[mine[i]];
            const float value = data.value[mine[i]];
            ordered.push_back({user, item, value});
            const auto at = static_cast<std::uint8_t>(i * stretches / mine.size() * grid + block_of(item_slots_, item));
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
    user_slots_ = deal(n_users, seed, 0);
    item_slots_ = deal(n_items, seed, 1);
    known_users_.assign(n_users, 0);
    known_items_.assign(n_items, 0);
    blocks_.assign(grid, {});
    parallel.for_blocks(
        grid, 1, [&](std::size_t block, std::size_t) { fill_block(training, static_cast<std::uint32_t>(block)); });
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

namespace {

/// What the user block does at its n-th tile: which item block it meets. Within a stretch every user block meets every
/// item block once, halves before wholes, so that two (or four) threads swap item blocks once (or thrice) a stretch: a
/// row that the other thread wrote last costs many times one of one's own. Every other stretch goes backwards, and so
/// begins with the blocks that are at hand.
std::uint32_t item_block_at(std::uint32_t user_block, std::uint32_t n) {
    const std::uint32_t step = n % grid;
    return user_block ^ (n / grid % 2 == 0 ? step : grid - 1 - step);
}

/// Hands out tiles: a thread takes those of its own user blocks while one is free to be worked on, others only when it
/// has waited in vain. A tile is free when its user block and its item block are done with all that comes before.
class TileDealer {
  public:
    static constexpr std::uint32_t per_block = stretches * grid;

    bool done() const { return left_.load(std::memory_order_acquire) == 0; }
    /// Calls work(user block, n) for a tile of the blocks [first, last) that is free; false if there is none.
    template <typename Work>
    bool work_on_one(std::uint32_t first, std::uint32_t last, Work&& work) {
        for (std::uint32_t u = first; u < last; ++u) {
            if (taken_[u].test_and_set(std::memory_order_acquire))
                continue;
            const std::uint32_t n = next_[u].load(std::memory_order_relaxed);
            const bool is_free = n < per_block && (n == 0 || is_past(item_block_at(u, n), n));
            if (is_free) {
                work(u, n);
                next_[u].store(n + 1, std::memory_order_release);
                left_.fetch_sub(1, std::memory_order_release);
            }
            taken_[u].clear(std::memory_order_release);
            if (is_free)
                return true;
        }
        return false;
    }

  private:
    /// Whether the user block that met this item block just before is done with it.
    bool is_past(std::uint32_t item_block, std::uint32_t n) const {
        const std::uint32_t before = item_block ^ item_block_at(0, n - 1);
        return next_[before].load(std::memory_order_acquire) >= n;
    }
    std::array<std::atomic<std::uint32_t>, grid> next_{};
    std::array<std::atomic_flag, grid> taken_{};
    std::atomic<std::uint32_t> left_ = per_block * grid;
};

} // namespace

double RatingTiles::for_each(const Parallel& parallel, Progress& progress, const Work& work) const {
    constexpr int patience = 300; // looks at one's own blocks before another's tile is taken: some 20 microseconds
    std::vector<double> sums(per_epoch, 0.0);
    TileDealer dealer;
    const auto one = [&](std::uint32_t user_block, std::uint32_t n) {
        if (progress.cancelled())
            return;
        const std::uint32_t item_block = item_block_at(user_block, n);
        sums[std::size_t{n} * grid + user_block] = work(tile(n / grid, user_block, item_block));
        progress.advance();
    };
    const auto threads = static_cast<std::uint32_t>(std::clamp(parallel.threads(), 1, static_cast<int>(grid)));
    // A thread keeps its user blocks from one epoch to the next: their rows are in its cache.
    parallel.for_parts(threads, [&](std::size_t thread) {
        const auto first = static_cast<std::uint32_t>(thread * grid / threads);
        const auto last = static_cast<std::uint32_t>((thread + 1) * grid / threads);
        while (!dealer.done()) {
            bool worked = dealer.work_on_one(first, last, one);
            for (int look = 0; !worked && look < patience; ++look)
                worked = dealer.work_on_one(first, last, one);
            if (!worked && !dealer.work_on_one(0, grid, one))
                std::this_thread::yield();
        }
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return total;
}

} // namespace tastebench
