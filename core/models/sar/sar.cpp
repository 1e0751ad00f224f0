#include "core/models/sar/sar.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/linalg/count_kernels.h"
#include "core/linalg/top_k.h"
#include "core/models/sar/sar_kernels.h"

namespace tastebench {

namespace {

constexpr std::array<std::string_view, 7> similarity_names{"cooccurrence",
                                                           "jaccard",
                                                           "lift",
                                                           "cosine",
                                                           "inclusion-index",
                                                           "mutual-information",
                                                           "lexicographers-mutual-information"};
constexpr std::array<std::string_view, 5> duplicate_names{"sum", "last", "first", "mean", "max"};
constexpr std::array<std::string_view, 3> normalize_names{"off", "rating-scale", "affinity-range"};

/// The position of a checked choice among its names, as the enumeration orders them.
template <typename Enum, std::size_t n>
Enum choice_of(const Parameters& parameters, std::string_view name, const std::array<std::string_view, n>& names) {
    const auto at = std::find(names.begin(), names.end(), get_text(parameters, name));
    return static_cast<Enum>(at - names.begin());
}

} // namespace

Capabilities Sar::capabilities(const Parameters& parameters) const {
    Capabilities can;
    can.explains = true;
    can.similar_items = true;
    can.folds_in = true;
    can.updates = true;
    can.predicts_ratings = get_text(parameters, "normalize") != "off";
    can.needs_values = can.predicts_ratings;
    can.needs_times = get_real(parameters, "half_life_days") > 0;
    return can;
}

Cost Sar::cost(const DataShape& shape, const Parameters& parameters) const {
    const auto items = static_cast<double>(shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    const auto kept = static_cast<double>(get_int(parameters, "neighbours"));
    // Every user adds the square of their history to the counts.
    const double met = shape.users > 0 ? 2 * pairs * pairs / static_cast<double>(shape.users) : 0;
    double counts = std::min(2 * items * items, 6 * met);
    if (kept > 0) // a count with its item and a similarity with its item, of the nearest and the item itself
        counts = 18 * std::min({items * (kept + 1), items * items, met});
    // A row of counts, and its place, for each item; a few rows of all items for each thread.
    const double rows = 160 * items;
    return {counts + rows + 36 * pairs, 1e-9 * met + 20e-9 * pairs + 0.5e-9 * items * items};
}

Status Sar::weigh_histories(const TrainingData& training, const Parameters& parameters, const KeptAffinities& kept,
                            const Parallel& parallel, const Progress& progress) {
    AffinityRules rules;
    auto weights = read_event_weights(get_text(parameters, "event_weights"), training.data);
    if (!weights)
        return fail(weights.error());
    rules.event_weights = std::move(*weights);
    rules.half_life_days = get_real(parameters, "half_life_days");
    if (const auto now = get_int(parameters, "now"); now > 0)
        rules.now = now;
    rules.duplicates = choice_of<Duplicates>(parameters, "duplicates", duplicate_names);
    rules.use_values = get_bool(parameters, "use_values");
    const auto counting = normalize_ == Normalize::off            ? Counting::none
                          : normalize_ == Normalize::rating_scale ? Counting::merged
                                                                  : Counting::latest;
    affinities_ = make_affinities(training, rules, seen_starts(), seen_items(), counting, parallel, progress, kept);
    if (progress.cancelled())
        return cancelled_error();
    if (normalize_ != Normalize::off)
        set_rating_scale(training);
    return {};
}

void Sar::set_rating_scale(const TrainingData& training) {
    least_rating_ = affinities_.least_value;
    greatest_rating_ = affinities_.greatest_value;
    if (normalize_ == Normalize::affinity_range) {
        const auto [least, greatest] = std::minmax_element(affinities_.weight.begin(), affinities_.weight.end());
        least_rating_ = *least;
        greatest_rating_ = *greatest;
    }
    const auto& value = training.data.interactions().value;
    double sum = 0;
    std::size_t rated = 0;
    for (const RowIx row : training.rows)
        if (!std::isnan(value[row])) {
            sum += value[row];
            ++rated;
        }
    mean_rating_ = rated > 0 ? sum / static_cast<double>(rated) : least_rating_;
}

void Sar::remember(const TrainingData& training) {
    remember_seen(training);
    n_users_ = training.data.users().size();
    n_known_items_ = 0;
    for (ItemIx item = 0; item < training.data.items().size(); ++item)
        n_known_items_ += item_in_training(item) ? 1 : 0;
}

Status Sar::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    kind_ = choice_of<Similarity>(parameters, "similarity", similarity_names);
    normalize_ = choice_of<Normalize>(parameters, "normalize", normalize_names);
    popularity_fills_ = get_text(parameters, "fallback") == "popularity";
    neighbours_ = static_cast<std::uint32_t>(get_int(parameters, "neighbours"));
    context.progress.begin("Weighing histories", 0);
    remember(training);
    if (auto status = weigh_histories(training, parameters, {}, context.parallel, context.progress); !status)
        return status;
    pairs_.count({seen_starts(), seen_items()}, training.data.items().size(),
                 static_cast<std::uint32_t>(get_int(parameters, "threshold")), context.parallel, context.progress,
                 neighbours_ > 0 ? nearest_only() : Cooccurrence::Cut());
    if (context.progress.cancelled())
        return cancelled_error();
    tabulate();
    return {};
}

void Sar::tabulate() {
    most_people_ = 0;
    for (ItemIx item = 0; item < n_items(); ++item)
        most_people_ = std::max(most_people_, pairs_.of_item(item));
    nearest_ = {};
    if (neighbours_ == 0)
        return;
    std::size_t all = 0;
    for (ItemIx item = 0; item < n_items(); ++item)
        pairs_.for_each(item, [&](ItemIx, std::uint32_t) { ++all; });
    nearest_.starts.reserve(std::size_t{n_items()} + 1);
    nearest_.items.reserve(all);
    nearest_.similarity.reserve(all);
    for (ItemIx item = 0; item < n_items(); ++item) {
        for_each_similar(item, [&](ItemIx other, std::uint32_t, double s) {
            nearest_.items.push_back(other);
            nearest_.similarity.push_back(s);
        });
        nearest_.starts.push_back(nearest_.items.size());
    }
}

Cooccurrence::Cut Sar::nearest_only() const {
    std::vector<std::uint32_t> counts(known_items().size(), 0);
    for (const ItemIx item : seen_items())
        ++counts[item];
    std::vector<float> people(counts.begin(), counts.end());
    return [this, people = std::move(people)](std::uint32_t item, std::span<const std::uint32_t> row,
                                              std::vector<std::uint32_t>& kept) {
        constexpr std::size_t chunk = 16;
        TopK best(neighbours_);
        std::vector<float> about((row.size() + chunk - 1) / chunk * chunk, 0.0F);
        with_similarity(kind_, [&](auto kind) {
            const auto offer = [&](ItemIx other) {
                if (row[other] > 0 && other != item)
                    best.offer(other, similarity_of<kind()>(row[other], pairs_.of_item(item), pairs_.of_item(other),
                                                            n_known_items_));
            };
            if (may_be_negative(kind_)) {
                for (ItemIx other = 0; other < row.size(); ++other)
                    offer(other);
                return;
            }
            // Most cannot be among the nearest, which single precision tells: below the cut by more than its error.
            kernels::screen_similarities(kind_, row, people[item], people.data(), about.data());
            for (std::size_t first = 0; first < row.size(); first += chunk) {
                const float limit = std::max(0.0F, static_cast<float>(best.cut()) * (1 - 0x1p-20F));
                if (!kernels::any_of_16_above(&about[first], limit))
                    continue;
                for (auto other = first; other < std::min(first + chunk, row.size()); ++other)
                    if (about[other] > limit)
                        offer(static_cast<ItemIx>(other));
            }
        });
        for (const auto& one : best.take())
            kept.push_back(one.item);
        kept.push_back(item);
        std::sort(kept.begin(), kept.end());
    };
}

void Sar::add_similar(ItemIx item, double affinity, std::span<double> out) const {
    if (neighbours_ > 0)
        for (auto at = nearest_.starts[item]; at < nearest_.starts[item + 1]; ++at)
            out[nearest_.items[at]] += affinity * nearest_.similarity[at];
    else
        for_each_similar(item, [&](ItemIx other, std::uint32_t, double s) { out[other] += affinity * s; });
}

void Sar::weigh(UserIx user, std::span<const double> weights, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    const auto items = seen(user);
    for (std::size_t i = 0; i < items.size(); ++i)
        add_similar(items[i], weights[i], out);
}

void Sar::fill_by_popularity(std::span<double> scores) const {
    for (ItemIx item = 0; popularity_fills_ && item < scores.size(); ++item)
        if (!(scores[item] > 0))
            scores[item] = by_popularity(item);
}

void Sar::score(UserIx user, std::span<double> out) const {
    weigh(user, affinities(user), out);
    fill_by_popularity(out);
}

void Sar::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    for (const auto& had : profile)
        add_similar(had.item, had.value, out);
    fill_by_popularity(out);
}

Sar::Range Sar::reachable(UserIx user) const {
    std::vector<double> counted(n_items());
    weigh(user, std::span(affinities_.count).subspan(seen_starts()[user], seen(user).size()), counted);
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (ItemIx item = 0; item < counted.size(); ++item)
        if (item_in_training(item)) {
            low = std::min(low, counted[item]);
            high = std::max(high, counted[item]);
        }
    return {low * least_rating_, high * greatest_rating_};
}

double Sar::to_rating(double score, const Range& range) const {
    if (!(range.high > range.low))
        return least_rating_;
    return (score - range.low) / (range.high - range.low) * (greatest_rating_ - least_rating_) + least_rating_;
}

void Sar::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    std::vector<std::size_t> order(pairs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Users together, so that each is scored once; the answer does not depend on the order of the pairs.
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return pairs[a].user < pairs[b].user; });
    std::vector<double> scores(n_items());
    for (std::size_t at = 0; at < order.size();) {
        const UserIx user = pairs[order[at]].user;
        if (normalize_ == Normalize::off)
            score(user, scores);
        else // ratings have no place for popularity
            weigh(user, affinities(user), scores);
        const bool rate = normalize_ != Normalize::off && !seen(user).empty();
        const Range range = rate ? reachable(user) : Range{0, 0};
        for (; at < order.size() && pairs[order[at]].user == user; ++at) {
            const ItemIx item = pairs[order[at]].item;
            double& value = out[order[at]];
            value = scores[item];
            if (normalize_ == Normalize::off)
                continue;
            if (rate && item_in_training(item))
                value = to_rating(value, range);
            else // Microsoft Recommenders predicts 0 here; on the true scale the mean is the honest guess.
                value = normalize_ == Normalize::affinity_range ? 0 : mean_rating_;
        }
    }
}

} // namespace tastebench
