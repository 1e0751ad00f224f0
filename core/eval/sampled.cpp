#include "core/eval/sampled.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t others_stream = 165;
constexpr std::size_t users_at_once = 16;

/// The validation and test items of every user: starts[u] .. starts[u + 1] in items, ascending.
struct HeldOut {
    std::vector<std::uint64_t> starts;
    std::vector<ItemIx> items;

    HeldOut(const Dataset& data, const Split& split) : starts(std::size_t{data.users().size()} + 1, 0) {
        const auto& rows = data.interactions();
        std::vector<std::pair<UserIx, ItemIx>> pairs;
        for (const auto* side : {&split.validation, &split.test})
            for (const RowIx row : *side)
                pairs.emplace_back(rows.user[row], rows.item[row]);
        std::sort(pairs.begin(), pairs.end());
        for (const auto& [user, item] : pairs) {
            ++starts[user + 1];
            items.push_back(item);
        }
        for (std::size_t user = 0; user + 1 < starts.size(); ++user)
            starts[user + 1] += starts[user];
    }
    std::span<const ItemIx> of(UserIx user) const {
        return std::span(items).subspan(starts[user], starts[user + 1] - starts[user]);
    }
};

} // namespace

std::vector<ItemIx> draw_others(const Recommender& model, UserIx user, std::span<const ItemIx> held_out,
                                std::uint64_t seed) {
    std::vector<ItemIx> free;
    const auto seen = model.seen(user);
    for (ItemIx item = 0; item < model.n_items(); ++item)
        if (model.item_in_training(item) && !std::binary_search(seen.begin(), seen.end(), item) &&
            !std::binary_search(held_out.begin(), held_out.end(), item))
            free.push_back(item);
    Rng rng(seed, others_stream, user);
    const std::size_t wanted = std::min<std::size_t>(sampled_others, free.size());
    for (std::size_t i = 0; i < wanted; ++i)
        std::swap(free[i], free[i + rng.below(static_cast<std::uint32_t>(free.size() - i))]);
    free.resize(wanted);
    std::sort(free.begin(), free.end());
    return free;
}

Result<std::vector<std::uint32_t>> sampled_ranks(const Recommender& model, const Dataset& data, const Split& split,
                                                 std::span<const UserIx> users, std::span<const ItemIx> tests,
                                                 const Parallel& parallel, Progress& progress) {
    const HeldOut held_out(data, split);
    std::vector<std::uint32_t> ranks(users.size(), 0);
    std::atomic<bool> finite = true;
    progress.begin("Ranking among items by lot", users.size());
    parallel.for_blocks(users.size(), users_at_once, [&](std::size_t first, std::size_t last) {
        std::vector<double> scores;
        for (std::size_t u = first; u < last && !progress.cancelled(); ++u) {
            progress.advance();
            if (!model.item_in_training(tests[u]))
                continue;
            auto items = draw_others(model, users[u], held_out.of(users[u]), split.recipe.seed);
            items.push_back(tests[u]);
            scores.resize(items.size());
            model.score_some(users[u], items, scores);
            if (!std::all_of(scores.begin(), scores.end(), [](double score) { return std::isfinite(score); }))
                finite = false;
            const double own = scores.back();
            ranks[u] = 1;
            for (std::size_t i = 0; i + 1 < items.size(); ++i)
                ranks[u] += scores[i] > own || (scores[i] == own && items[i] < tests[u]) ? 1 : 0;
        }
    });
    if (progress.cancelled())
        return cancelled_error();
    if (!finite)
        return run_failed("the model gave items scores that are not numbers", {},
                          "lower the learning rate or raise the regularization");
    return ranks;
}

} // namespace tastebench
