#include "core/experiment/update.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "core/experiment/execution.h"

namespace tastebench {

namespace {

/// A row in the indices of the newer data.
using Key = std::tuple<UserIx, ItemIx, std::uint32_t, std::int64_t, EventIx>;

Key key_of(const Interactions& rows, RowIx row, UserIx user, ItemIx item, EventIx event) {
    // Values by their bits, so that a missing one (NaN) equals itself.
    return {user, item, rows.value.empty() ? 0U : std::bit_cast<std::uint32_t>(rows.value[row]),
            rows.time.empty() ? 0 : rows.time[row], event};
}

struct Keyed {
    Key key;
    RowIx row;
    bool operator<(const Keyed& other) const { return std::tie(key, row) < std::tie(other.key, other.row); }
};

/// The rows in the newer data's indices, by key; nothing if it does not have one of their ids.
std::optional<std::vector<Keyed>> keys(const Dataset& data, std::span<const RowIx> rows, const Dataset& now) {
    const auto& columns = data.interactions();
    const auto translate = [](std::uint32_t n, auto&& id, auto&& find) {
        std::vector<std::optional<std::uint32_t>> to(n);
        for (std::uint32_t i = 0; i < n; ++i)
            to[i] = find(id(i));
        return to;
    };
    const auto users = translate(
        data.users().size(), [&](auto i) { return data.users().id(i); }, [&](auto id) { return now.users().find(id); });
    const auto items = translate(
        data.items().size(), [&](auto i) { return data.items().id(i); }, [&](auto id) { return now.items().find(id); });
    const auto events = translate(
        static_cast<std::uint32_t>(data.events().size()), [&](auto i) { return data.events()[i]; },
        [&](const std::string& name) -> std::optional<std::uint32_t> {
            const auto at = std::find(now.events().begin(), now.events().end(), name);
            if (at == now.events().end())
                return {};
            return static_cast<std::uint32_t>(at - now.events().begin());
        });
    std::vector<Keyed> out;
    out.reserve(rows.size());
    for (const RowIx row : rows) {
        const auto user = users[columns.user[row]];
        const auto item = items[columns.item[row]];
        const auto event = columns.event.empty() ? std::optional<std::uint32_t>(0) : events[columns.event[row]];
        if (!user || !item || !event)
            return {};
        out.push_back({key_of(columns, row, *user, *item, static_cast<EventIx>(*event)), row});
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

std::optional<std::vector<RowIx>> added_rows(const Dataset& before, std::span<const RowIx> rows_before,
                                             const Dataset& now, std::span<const RowIx> rows_now) {
    const bool same_columns = before.has_values() == now.has_values() && before.has_times() == now.has_times() &&
                              before.has_events() == now.has_events();
    if (!same_columns)
        return {};
    const auto old_keys = keys(before, rows_before, now);
    if (!old_keys)
        return {};
    const auto new_keys = *keys(now, rows_now, now);
    struct Place {
        RowIx before, now;
    };
    std::vector<Place> kept;
    std::vector<RowIx> added;
    auto old = old_keys->begin();
    for (const auto& one : new_keys)
        if (old != old_keys->end() && old->key == one.key)
            kept.push_back({(old++)->row, one.row});
        else
            added.push_back(one.row);
    if (old != old_keys->end())
        return {};
    std::sort(kept.begin(), kept.end(), [](const Place& a, const Place& b) { return a.before < b.before; });
    const bool in_order =
        std::is_sorted(kept.begin(), kept.end(), [](const Place& a, const Place& b) { return a.now < b.now; });
    if (!in_order)
        return {};
    std::sort(added.begin(), added.end());
    return added;
}

Result<RunSpec> prepare_update(const Dataset& data, const Run& earlier) {
    if (data.fingerprint() == earlier.spec.data_fingerprint)
        return usage_error(fmt::format("'{}' is the data of run {}: nothing is new", data.name(), earlier.id), "--data",
                           "import the data with the new events under another name, and name that");
    RunSpec spec = earlier.spec;
    spec.note = fmt::format("update of run {}", earlier.id);
    return prepare_spec(data, std::move(spec));
}

std::string how_updated(const UpdateOutcome& outcome) {
    if (!outcome.trained_anew.empty())
        return "trained anew: " + outcome.trained_anew;
    return fmt::format("took in {} new training event{}", outcome.added, outcome.added == 1 ? "" : "s");
}

Result<UpdateOutcome> execute_update(const Dataset& data, const RunSpec& spec, EarlierRun earlier,
                                     const Parallel& parallel, Progress& progress, CheckpointKeeper* checkpoints,
                                     double checkpoint_seconds) {
    UpdateOutcome out;
    const auto train = [&](std::unique_ptr<Recommender>& model, const TrainingData& training, const Split& split,
                           FitContext& context) -> Status {
        const auto anew = [&](std::string why) {
            out.trained_anew = std::move(why);
            return model->fit(training, spec.parameters, context);
        };
        if (!model->capabilities(spec.parameters).updates)
            return anew("this model cannot take in new events");
        progress.begin("Comparing with the earlier data", 0);
        const auto before = make_split(earlier.data, earlier.spec.split, parallel);
        if (!before)
            return fail(before.error());
        const auto added = added_rows(earlier.data, before->train, data, split.train);
        if (!added)
            return anew("the earlier training events are not all among the new ones, or in another order");
        out.added = added->size();
        model = std::move(earlier.model);
        return model->update(training, *added, spec.parameters, context);
    };
    auto outcome = execute_with(data, spec, parallel, progress, checkpoints, checkpoint_seconds, train);
    if (!outcome)
        return fail(outcome.error());
    out.outcome = std::move(*outcome);
    out.outcome.run.spec.note = fmt::format("{}: {}", spec.note, how_updated(out));
    return out;
}

} // namespace tastebench
