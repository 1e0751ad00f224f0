#include "core/models/svdpp/user_batches.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 62;
constexpr std::uint32_t blocks = UserBatch::item_blocks;

/// Adds the rated rows of a user by time.
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

/// Which ratings of whom a batch holds, before they are fetched: [first, last) of the user's.
std::vector<UserBatch> deal(std::span<const std::uint32_t> ratings, std::uint64_t seed) {
    std::vector<UserIx> order;
    for (UserIx user = 0; user < ratings.size(); ++user)
        if (ratings[user] > 0)
            order.push_back(user);
    Rng(seed, order_stream).shuffle(std::span(order));
    std::vector<UserBatch> out;
    std::uint32_t held = UserBatch::most_ratings; // of the last batch: full, so that a first one is begun
    for (const UserIx user : order)
        for (std::uint32_t first = 0; first < ratings[user];) {
            const std::uint32_t n = std::min(ratings[user] - first, UserBatch::most_ratings);
            // Parts of one user never share a batch.
            if (first > 0 || held + n > UserBatch::most_ratings || out.back().people.size() == UserBatch::most_users) {
                out.emplace_back();
                held = 0;
            }
            out.back().people.push_back({user, first, first + n});
            held += n;
            first += n;
        }
    return out;
}

/// Orders touches by item block, within one as they were, and returns where the blocks start.
std::array<std::uint32_t, blocks + 1> by_block(std::vector<Touch>& touches) {
    std::array<std::uint32_t, blocks + 1> starts{};
    for (const auto& touch : touches)
        ++starts[touch.item % blocks + 1];
    for (std::size_t b = 1; b < starts.size(); ++b)
        starts[b] += starts[b - 1];
    auto next = starts;
    std::vector<Touch> sorted(touches.size());
    for (const auto& touch : touches)
        sorted[next[touch.item % blocks]++] = touch;
    touches = std::move(sorted);
    return starts;
}

void fetch(UserBatch& batch, const TrainingData& training,
           const std::function<std::span<const ItemIx>(UserIx)>& items_of) {
    const auto& data = training.data.interactions();
    std::vector<RowIx> mine;
    for (std::uint32_t slot = 0; slot < batch.people.size(); ++slot) {
        auto& person = batch.people[slot];
        collect(training, person.user, mine);
        const auto begin = static_cast<std::uint32_t>(batch.ratings.size());
        for (std::uint32_t at = person.first; at < person.last; ++at) {
            const ItemIx item = data.item[mine[at]];
            batch.rated.push_back({item, static_cast<std::uint32_t>(batch.ratings.size())});
            batch.ratings.push_back({item, data.value[mine[at]]});
        }
        person.first = begin;
        person.last = static_cast<std::uint32_t>(batch.ratings.size());
        for (const ItemIx item : items_of(person.user))
            batch.had.push_back({item, slot});
    }
    batch.rated_starts = by_block(batch.rated);
    batch.had_starts = by_block(batch.had);
}

void summarise(UserBatches& out) {
    double sum = 0;
    out.least = std::numeric_limits<float>::infinity();
    out.greatest = -out.least;
    for (const auto& batch : out.batches) {
        out.count += batch.ratings.size();
        for (const auto& [item, value] : batch.ratings) {
            sum += static_cast<double>(value);
            out.least = std::min(out.least, value);
            out.greatest = std::max(out.greatest, value);
            out.known_items[item] = 1;
        }
    }
    out.mean = out.count > 0 ? sum / static_cast<double>(out.count) : 0;
}

} // namespace

UserBatches make_user_batches(const TrainingData& training,
                              const std::function<std::span<const ItemIx>(UserIx)>& items_of, std::uint64_t seed,
                              const Parallel& parallel) {
    UserBatches out;
    const auto& data = training.data.interactions();
    const std::uint32_t n_users = training.data.users().size();
    out.known_users.assign(n_users, 0);
    out.known_items.assign(training.data.items().size(), 0);
    std::vector<std::uint32_t> ratings(n_users, 0);
    if (!data.value.empty())
        for (UserIx user = 0; user < n_users; ++user) {
            for (const RowIx row : training.by_user.of(user))
                ratings[user] += std::isnan(data.value[row]) ? 0 : 1;
            out.known_users[user] = ratings[user] > 0 ? 1 : 0;
        }
    out.batches = deal(ratings, seed);
    parallel.for_blocks(out.batches.size(), 8, [&](std::size_t first, std::size_t last) {
        for (std::size_t b = first; b < last; ++b)
            fetch(out.batches[b], training, items_of);
    });
    summarise(out);
    return out;
}

} // namespace tastebench
