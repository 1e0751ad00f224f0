// New events without counting the old ones again. Indices may all have moved: both data sets keep ids in the same
// order, so the k-th user with old rows is the k-th user of the fit who had any, and the same for items.
#include <algorithm>

#include "core/models/sar/sar.h"

namespace tastebench {

namespace {

/// The new training data as the last fit saw it, in the new indices.
struct Before {
    std::vector<std::uint64_t> starts{0};
    std::vector<ItemIx> items;         ///< by user, ascending, distinct: from rows that were there before
    std::vector<std::uint8_t> touched; ///< by user: has added rows
    std::vector<std::uint8_t> known;   ///< by item: in a row that was there before
    std::int64_t last_time = std::numeric_limits<std::int64_t>::min();

    std::span<const ItemIx> of(UserIx user) const {
        return std::span(items).subspan(starts[user], starts[user + 1] - starts[user]);
    }
};

/// Cut short if progress is cancelled.
Before look_back(const TrainingData& all, std::span<const RowIx> added, const Progress& progress) {
    const auto& rows = all.data.interactions();
    Before out;
    out.touched.assign(all.data.users().size(), 0);
    out.known.assign(all.data.items().size(), 0);
    for (const RowIx row : added)
        out.touched[rows.user[row]] = 1;
    for (UserIx user = 0; user < out.touched.size() && !progress.cancelled(); ++user) {
        const auto first = out.items.size();
        for (const RowIx row : all.by_user.of(user)) {
            if (out.touched[user] != 0 && std::binary_search(added.begin(), added.end(), row))
                continue;
            out.items.push_back(rows.item[row]);
            out.known[rows.item[row]] = 1;
            if (!rows.time.empty())
                out.last_time = std::max(out.last_time, rows.time[row]);
        }
        const auto mine = out.items.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(mine, out.items.end());
        out.items.erase(std::unique(mine, out.items.end()), out.items.end());
        out.starts.push_back(out.items.size());
    }
    return out;
}

/// Pairs the marked places of two lists in order; `gone` for the others. Empty if they are not equally many.
template <typename Old, typename New>
std::vector<std::uint32_t> match(std::uint32_t n_old, std::uint32_t n_new, Old&& in_old, New&& in_new) {
    std::vector<std::uint32_t> to(n_old, Cooccurrence::gone);
    std::uint32_t next = 0;
    for (std::uint32_t old = 0; old < n_old; ++old) {
        if (!in_old(old))
            continue;
        while (next < n_new && !in_new(next))
            ++next;
        if (next == n_new)
            return {};
        to[old] = next++;
    }
    while (next < n_new && !in_new(next))
        ++next;
    return next == n_new ? to : std::vector<std::uint32_t>();
}

GrownSets grown(const Before& before, const std::vector<std::uint64_t>& starts, std::span<const ItemIx> items) {
    GrownSets out;
    for (UserIx user = 0; user < before.touched.size(); ++user) {
        const auto old = before.of(user);
        if (starts[user + 1] - starts[user] == old.size())
            continue;
        for (auto at = starts[user]; at < starts[user + 1]; ++at) {
            out.items.push_back(items[at]);
            out.fresh.push_back(std::binary_search(old.begin(), old.end(), items[at]) ? 0 : 1);
        }
        out.starts.push_back(out.items.size());
    }
    return out;
}

} // namespace

Status Sar::update(const TrainingData& all, std::span<const RowIx> added, const Parameters& parameters,
                   FitContext& context) {
    const auto before = look_back(all, added, context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    const auto n_new_items = static_cast<std::uint32_t>(before.known.size());
    const auto item_to = match(
        n_items(), n_new_items, [&](ItemIx item) { return item_in_training(item); },
        [&](ItemIx item) { return before.known[item] != 0; });
    const auto user_to = match(
        n_users(), static_cast<std::uint32_t>(before.touched.size()), [&](UserIx user) { return !seen(user).empty(); },
        [&](UserIx user) { return !before.of(user).empty(); });
    bool same = item_to.size() == n_items() && user_to.size() == n_users();
    std::vector<std::uint64_t> from(before.touched.size(), KeptAffinities::none);
    for (UserIx user = 0; same && user < n_users(); ++user) {
        const auto mine = seen(user);
        if (mine.empty())
            continue;
        const auto theirs = before.of(user_to[user]);
        same = std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(),
                          [&](ItemIx a, ItemIx b) { return item_to[a] == b; });
        if (before.touched[user_to[user]] == 0)
            from[user_to[user]] = seen_starts()[user];
    }
    if (!same)
        return bad_data("the events that are not new are not those that the model was trained on", "update",
                        "train the model again");
    if (neighbours_ > 0 || get_int(parameters, "threshold") > 1)
        return fit(all, parameters, context);

    context.progress.begin("Weighing histories", 0);
    remember(all);
    auto last_time = before.last_time;
    if (all.data.has_times())
        for (const RowIx row : added)
            last_time = std::max(last_time, all.data.interactions().time[row]);
    const bool ages_move =
        get_real(parameters, "half_life_days") > 0 && get_int(parameters, "now") == 0 && last_time != before.last_time;
    const bool same_columns = all.data.has_times() == !affinities_.last_time.empty() &&
                              all.data.has_values() == !affinities_.last_value.empty() && !all.data.has_events() &&
                              affinities_.last_event.empty();
    const Affinities kept = std::move(affinities_);
    const bool keep = same_columns && !ages_move;
    if (auto status = weigh_histories(all, parameters, keep ? KeptAffinities{&kept, from} : KeptAffinities{},
                                      context.parallel, context.progress);
        !status)
        return status;
    bool moved = n_new_items != item_to.size();
    for (ItemIx item = 0; item < item_to.size(); ++item)
        moved = moved || (item_to[item] != Cooccurrence::gone && item_to[item] != item);
    if (moved)
        pairs_.renumber(item_to, n_new_items, context.progress);
    pairs_.add(grown(before, seen_starts(), seen_items()), context.parallel, context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    tabulate();
    return {};
}

} // namespace tastebench
