#include "core/models/sar/sar.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/linalg/top_k.h"

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

/// Items scored at a time: a tile of n_items x this many doubles stays in the second-level cache.
constexpr std::uint32_t tile_width = 16;

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

Cost Sar::cost(const DataShape& shape, const Parameters&) const {
    const auto items = static_cast<double>(shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    // Every user adds the square of their history to the counts.
    const double met = shape.users > 0 ? 2 * pairs * pairs / static_cast<double>(shape.users) : 0;
    return {std::min(2 * items * items, 6 * met) + 24 * pairs, 1e-9 * met + 20e-9 * pairs};
}

Status Sar::weigh_histories(const TrainingData& training, const Parameters& parameters, const KeptAffinities& kept,
                            const Parallel& parallel) {
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
    affinities_ = make_affinities(training, rules, seen_starts(), seen_items(), counting, parallel, kept);
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
    if (auto status = weigh_histories(training, parameters, {}, context.parallel); !status)
        return status;
    pairs_.count({seen_starts(), seen_items()}, training.data.items().size(),
                 static_cast<std::uint32_t>(get_int(parameters, "threshold")), context.parallel, context.progress,
                 neighbours_ > 0 ? nearest_only(neighbours_) : Cooccurrence::Cut());
    if (context.progress.cancelled())
        return cancelled_error();
    tabulate();
    return {};
}

void Sar::tabulate() {
    most_people_ = 0;
    for (ItemIx item = 0; item < n_items(); ++item)
        most_people_ = std::max(most_people_, pairs_.of_item(item));
    nearest_.assign(neighbours_ > 0 ? n_items() : 0, {});
    for (ItemIx item = 0; item < nearest_.size(); ++item)
        for_each_similar(item, [&](ItemIx other, std::uint32_t, double s) { nearest_[item].push_back({other, s}); });
}

std::function<void(std::uint32_t, std::span<std::uint32_t>)> Sar::nearest_only(std::uint32_t neighbours) const {
    const double known = n_known_items_;
    return [this, neighbours, known](std::uint32_t item, std::span<std::uint32_t> row) {
        TopK best(neighbours);
        with_similarity(kind_, [&](auto kind) {
            for (ItemIx other = 0; other < row.size(); ++other)
                if (row[other] > 0 && other != item)
                    best.offer(other,
                               similarity_of<kind()>(row[other], pairs_.of_item(item), pairs_.of_item(other), known));
        });
        auto kept = best.take();
        std::sort(kept.begin(), kept.end(), [](const Scored& a, const Scored& b) { return a.item < b.item; });
        auto next = kept.begin();
        for (ItemIx other = 0; other < row.size(); ++other)
            if (next != kept.end() && next->item == other)
                ++next;
            else if (other != item)
                row[other] = 0;
    };
}

void Sar::add_similar(ItemIx item, double affinity, std::span<double> out) const {
    if (neighbours_ > 0)
        for (const auto& [other, s] : nearest_[item])
            out[other] += affinity * s;
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

void Sar::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                      std::span<std::vector<Scored>> out) const {
    if (neighbours_ > 0)
        Recommender::top_k_block(users, options, out);
    else
        top_k_by_tiles(users, options, out);
}

void Sar::top_k_by_tiles(std::span<const UserIx> users, const TopKOptions& options,
                         std::span<std::vector<Scored>> out) const {
    const std::uint32_t n = n_items();
    std::vector<TopK> best(users.size(), TopK(options.k));
    std::vector<std::size_t> next_seen(users.size(), 0);
    std::vector<double> tile(std::size_t{n} * tile_width);
    // The matrix is symmetric: the rows of a tile's items, written as columns, are what every history needs.
    for (std::uint32_t first = 0; first < n; first += tile_width) {
        if (options.progress != nullptr && options.progress->cancelled())
            return;
        const std::uint32_t width = std::min(tile_width, n - first);
        std::fill(tile.begin(), tile.end(), 0.0);
        for (std::uint32_t t = 0; t < width; ++t)
            for_each_similar(first + t, [&](ItemIx other, std::uint32_t, double s) {
                tile[std::size_t{other} * tile_width + t] = s;
            });
        for (std::size_t u = 0; u < users.size(); ++u) {
            const auto items = seen(users[u]);
            const auto weights = affinities(users[u]);
            std::array<double, tile_width> sum{};
            for (std::size_t i = 0; i < items.size(); ++i) {
                const double* row = tile.data() + std::size_t{items[i]} * tile_width;
                const double a = weights[i];
                for (std::uint32_t t = 0; t < tile_width; ++t)
                    sum[t] += a * row[t];
            }
            auto& taken = next_seen[u];
            for (std::uint32_t t = 0; t < width; ++t) {
                const bool was_seen = taken < items.size() && items[taken] == first + t;
                taken += was_seen ? 1 : 0;
                if (popularity_fills_ && !(sum[t] > 0))
                    sum[t] = by_popularity(first + t);
                if (!(was_seen && options.remove_seen) && item_in_training(first + t))
                    best[u].offer(first + t, sum[t]);
            }
        }
    }
    for (std::size_t u = 0; u < users.size(); ++u)
        out[u] = best[u].take();
}

} // namespace tastebench
