#include "core/linalg/ranked_sets.h"

#include <algorithm>
#include <numeric>

#include "core/linalg/count_kernels.h"

namespace tastebench {

RankedSets::RankedSets(const ItemSets& sets, std::uint32_t n_items) : starts(sets.starts) {
    user_starts.assign(std::size_t{n_items} + 1, 0);
    for (const auto item : sets.items)
        ++user_starts[item + 1];
    item_of_rank.resize(n_items);
    std::iota(item_of_rank.begin(), item_of_rank.end(), 0U);
    std::stable_sort(item_of_rank.begin(), item_of_rank.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return user_starts[a + 1] > user_starts[b + 1]; });
    rank_of_item.resize(n_items);
    for (std::uint32_t rank = 0; rank < n_items; ++rank)
        rank_of_item[item_of_rank[rank]] = rank;
    for (std::size_t i = 0; i < n_items; ++i)
        user_starts[i + 1] += user_starts[i];
    users.resize(sets.items.size());
    std::vector<std::uint64_t> next(user_starts.begin(), user_starts.end() - 1);
    for (std::uint32_t user = 0; user + 1 < starts.size(); ++user)
        for (auto at = starts[user]; at < starts[user + 1]; ++at)
            users[next[sets.items[at]]++] = user;
    if (n_items <= 65'536) {
        narrow.resize(sets.items.size());
        for (std::size_t at = 0; at < narrow.size(); ++at)
            narrow[at] = static_cast<std::uint16_t>(rank_of_item[sets.items[at]]);
    } else {
        wide.resize(sets.items.size());
        for (std::size_t at = 0; at < wide.size(); ++at)
            wide[at] = rank_of_item[sets.items[at]];
    }
}

void RankedSets::add_counts(std::uint32_t item, std::uint32_t* row) const {
    if (wide.empty())
        kernels::add_counts(users_of(item), starts.data(), narrow.data(), row);
    else
        kernels::add_counts(users_of(item), starts.data(), wide.data(), row);
}

void RankedSets::add_weights(std::uint32_t item, const float* weight, float* row) const {
    if (wide.empty())
        kernels::add_weights(users_of(item), starts.data(), narrow.data(), weight, row);
    else
        kernels::add_weights(users_of(item), starts.data(), wide.data(), weight, row);
}

} // namespace tastebench
