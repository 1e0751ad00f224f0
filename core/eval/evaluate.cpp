#include "core/eval/evaluate.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/eval/impressions.h"
#include "core/eval/predictions.h"
#include "core/eval/sampled.h"

namespace tastebench {

namespace {

/// What the ranking metrics of one user need: relevant items, ascending.
struct Truth {
    std::vector<UserIx> users;
    std::vector<std::vector<ItemIx>> relevant; ///< parallel to users
};

/// The validation items of every user, ascending and distinct: starts[u] .. starts[u + 1] in items.
struct Validation {
    std::vector<std::uint64_t> starts;
    std::vector<ItemIx> items;
    std::span<const ItemIx> of(UserIx user) const {
        return starts.empty() ? std::span<const ItemIx>{}
                              : std::span(items).subspan(starts[user], starts[user + 1] - starts[user]);
    }
};

/// Empty unless seen items are removed, since only then validation items are removed with them.
Validation collect_validation(const Dataset& data, const Split& split, bool remove_seen) {
    Validation out;
    if (!remove_seen || split.validation.empty())
        return out;
    const auto& rows = data.interactions();
    std::vector<std::pair<UserIx, ItemIx>> pairs;
    pairs.reserve(split.validation.size());
    for (const RowIx row : split.validation)
        pairs.emplace_back(rows.user[row], rows.item[row]);
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    out.starts.assign(std::size_t{data.users().size()} + 1, 0);
    for (const auto& [user, item] : pairs) {
        ++out.starts[user + 1];
        out.items.push_back(item);
    }
    for (std::size_t user = 0; user < data.users().size(); ++user)
        out.starts[user + 1] += out.starts[user];
    return out;
}

Truth collect_truth(const Recommender& model, const Dataset& data, const Split& split, const Validation& validation,
                    bool remove_seen) {
    const auto& rows = data.interactions();
    std::vector<std::vector<ItemIx>> by_user(data.users().size());
    for (const RowIx row : split.test)
        by_user[rows.user[row]].push_back(rows.item[row]);
    Truth truth;
    for (UserIx user = 0; user < by_user.size(); ++user) {
        auto& items = by_user[user];
        std::sort(items.begin(), items.end());
        items.erase(std::unique(items.begin(), items.end()), items.end());
        if (remove_seen)
            for (const auto taken : {model.seen(user), validation.of(user)})
                std::erase_if(items, [&](ItemIx item) { return std::binary_search(taken.begin(), taken.end(), item); });
        if (items.empty())
            continue;
        truth.users.push_back(user);
        truth.relevant.push_back(std::move(items));
    }
    return truth;
}

struct UserValues {
    double ndcg, precision, recall, map, map_full, hit_rate, mrr;
};

/// The metrics of one user at one k; lists and relevant items hold no repeats.
UserValues measure(std::span<const Scored> list, std::span<const ItemIx> relevant, std::uint32_t k) {
    double gain = 0;
    double precisions = 0;
    double first = 0;
    std::uint32_t hits = 0;
    const auto length = std::min<std::size_t>(k, list.size());
    for (std::size_t at = 0; at < length; ++at) {
        if (!std::binary_search(relevant.begin(), relevant.end(), list[at].item))
            continue;
        const auto rank = static_cast<double>(at + 1);
        ++hits;
        gain += 1.0 / std::log2(1.0 + rank);
        precisions += hits / rank;
        if (hits == 1)
            first = 1.0 / rank;
    }
    const auto best = std::min<std::size_t>(k, relevant.size());
    double best_gain = 0;
    for (std::size_t at = 0; at < best; ++at)
        best_gain += 1.0 / std::log2(2.0 + static_cast<double>(at));
    const auto all = static_cast<double>(relevant.size());
    return {gain / best_gain, hits / static_cast<double>(k), hits / all, precisions / static_cast<double>(best),
            precisions / all, hits > 0 ? 1.0 : 0.0,          first};
}

/// Values over users; the plain mean in the order of users, so it has the same digits on any number of threads.
void add_metric(Evaluation& out, const std::string& name, std::span<const double> values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    out.metrics[name] = sum / static_cast<double>(values.size());
    out.per_user[name].assign(values.begin(), values.end());
}

using Lists = std::vector<std::vector<Scored>>;

/// Takes the validation items out of a list that is longer by as many, and cuts it to k.
void drop_validation(std::vector<Scored>& list, std::span<const ItemIx> taken, std::uint32_t k) {
    std::erase_if(list, [&](const Scored& one) { return std::binary_search(taken.begin(), taken.end(), one.item); });
    if (list.size() > k)
        list.resize(k);
}

/// The best candidates of each user without their validation items. Models know only what they were trained on, so
/// they are asked for longer lists: with v validation items among the candidates, the first k others are among the
/// first k + v. Users with about as many are asked together.
Lists recommend(const Recommender& model, std::span<const UserIx> users, const Validation& validation,
                const TopKOptions& top, const Parallel& parallel, Progress& progress) {
    if (validation.items.empty())
        return model.top_k(users, top, parallel, progress);
    std::map<std::uint32_t, std::vector<std::size_t>> by_need; // extra length, a power of two or 0 -> places in users
    for (std::size_t u = 0; u < users.size(); ++u) {
        const auto need = static_cast<std::uint32_t>(validation.of(users[u]).size());
        by_need[need == 0 ? 0 : std::bit_ceil(need)].push_back(u);
    }
    Lists lists(users.size());
    std::vector<UserIx> asked;
    for (const auto& [extra, places] : by_need) {
        asked.clear();
        for (const auto u : places)
            asked.push_back(users[u]);
        TopKOptions more = top;
        more.k += extra;
        auto longer = model.top_k(asked, more, parallel, progress);
        if (progress.cancelled())
            return lists;
        for (std::size_t i = 0; i < places.size(); ++i) {
            lists[places[i]] = std::move(longer[i]);
            drop_validation(lists[places[i]], validation.of(asked[i]), top.k);
        }
    }
    return lists;
}

void add_ranking(Evaluation& out, const Lists& lists, const Truth& truth, std::uint32_t k, const Parallel& parallel) {
    constexpr std::size_t n_metrics = 7;
    static constexpr std::array<std::string_view, n_metrics> names{"ndcg",     "precision", "recall", "map",
                                                                   "map_full", "hit_rate",  "mrr"};
    std::array<std::vector<double>, n_metrics> columns;
    for (auto& column : columns)
        column.resize(lists.size());
    parallel.for_blocks(lists.size(), 256, [&](std::size_t first, std::size_t last) {
        for (std::size_t u = first; u < last; ++u) {
            const auto v = measure(lists[u], truth.relevant[u], k);
            const std::array<double, n_metrics> values{v.ndcg,     v.precision, v.recall, v.map,
                                                       v.map_full, v.hit_rate,  v.mrr};
            for (std::size_t m = 0; m < n_metrics; ++m)
                columns[m][u] = values[m];
        }
    });
    for (std::size_t m = 0; m < n_metrics; ++m)
        add_metric(out, fmt::format("{}@{}", names[m], k), columns[m]);
}

void add_beyond_accuracy(Evaluation& out, const Lists& lists, std::span<const std::uint64_t> item_rows,
                         std::uint64_t train_rows, std::uint32_t k) {
    std::vector<std::uint8_t> recommended(item_rows.size(), 0);
    double bits = 0;
    std::uint64_t count = 0;
    std::vector<double> per_user;
    for (const auto& list : lists) {
        double mine = 0;
        const auto length = std::min<std::size_t>(k, list.size());
        for (std::size_t at = 0; at < length; ++at) {
            const ItemIx item = list[at].item;
            recommended[item] = 1;
            mine -= std::log2(static_cast<double>(item_rows[item]) / static_cast<double>(train_rows));
        }
        bits += mine;
        count += length;
        per_user.push_back(length > 0 ? mine / static_cast<double>(length) : std::numeric_limits<double>::quiet_NaN());
    }
    const auto distinct = std::count(recommended.begin(), recommended.end(), std::uint8_t{1});
    const auto known = std::count_if(item_rows.begin(), item_rows.end(), [](auto rows) { return rows > 0; });
    out.metrics[fmt::format("coverage@{}", k)] = static_cast<double>(distinct) / static_cast<double>(known);
    if (count == 0)
        return;
    const auto name = fmt::format("novelty@{}", k);
    out.metrics[name] = bits / static_cast<double>(count);
    out.per_user[name].assign(per_user.begin(), per_user.end());
}

Status add_sampled(Evaluation& out, const Recommender& model, const Dataset& data, const Split& split,
                   const Truth& truth, std::span<const std::uint32_t> ks, const Parallel& parallel,
                   Progress& progress) {
    std::vector<ItemIx> tests;
    for (const auto& relevant : truth.relevant)
        tests.push_back(relevant.front());
    const auto ranks = sampled_ranks(model, data, split, truth.users, tests, parallel, progress);
    if (!ranks)
        return fail(ranks.error());
    for (const auto k : ks) {
        std::vector<double> hits;
        std::vector<double> gains;
        for (const auto rank : *ranks) {
            const bool hit = rank > 0 && rank <= k;
            hits.push_back(hit ? 1 : 0);
            gains.push_back(hit ? 1 / std::log2(1 + static_cast<double>(rank)) : 0);
        }
        add_metric(out, fmt::format("sampled_hr@{}", k), hits);
        add_metric(out, fmt::format("sampled_ndcg@{}", k), gains);
    }
    return {};
}

Status rank(Evaluation& out, const Recommender& model, const Dataset& data, const Split& split,
            const EvalOptions& options, const Parallel& parallel, Progress& progress) {
    const Validation validation = collect_validation(data, split, options.remove_seen);
    const Truth truth = collect_truth(model, data, split, validation, options.remove_seen);
    if (truth.users.empty())
        return bad_data("no user has a test item that could be recommended", "split",
                        "lower the share of training rows, or keep seen items in the lists");
    out.users = truth.users;
    std::atomic<bool> not_finite = false;
    const TopKOptions top{options.ks.back(), options.remove_seen, nullptr, &not_finite};
    const Lists lists = recommend(model, truth.users, validation, top, parallel, progress);
    if (progress.cancelled())
        return cancelled_error();
    if (not_finite)
        return run_failed("the model gave items scores that are not numbers", {},
                          "lower the learning rate or raise the regularization");
    std::vector<std::uint64_t> item_rows(data.items().size(), 0);
    for (const RowIx row : split.train)
        ++item_rows[data.interactions().item[row]];
    for (const auto k : options.ks) {
        add_ranking(out, lists, truth, k, parallel);
        add_beyond_accuracy(out, lists, item_rows, split.train.size(), k);
    }
    if (options.sampled && split.recipe.kind == SplitKind::loo)
        return add_sampled(out, model, data, split, truth, options.ks, parallel, progress);
    return {};
}

} // namespace

Result<Evaluation> evaluate(const Recommender& model, const Capabilities& capabilities, const Dataset& data,
                            const Split& split, const EvalOptions& options, const Parallel& parallel,
                            Progress& progress) {
    Evaluation out;
    if (capabilities.recommends && data.has_pairs())
        if (auto status = rank(out, model, data, split, options, parallel, progress); !status)
            return fail(status.error());
    // Places within an impression need no scale, so every model that scores pairs has them.
    const bool scaled = capabilities.predicts_ratings || capabilities.predicts_clicks;
    const bool impressions = options.impressions && find_impressions(data) != nullptr;
    if (!data.has_values() || !(scaled || (impressions && capabilities.recommends && data.has_pairs())))
        return out;
    const auto predicted = predict(model, data, split, !scaled, parallel, progress);
    if (!predicted)
        return fail(predicted.error());
    if (impressions)
        add_impression_metrics(data, predicted->rows, predicted->values, capabilities.positive_from, out.metrics);
    if (!scaled)
        return out;
    out.rated_test_rows = predicted->rows.size();
    if (predicted->rows.empty())
        return out;
    if (capabilities.predicts_ratings)
        add_ratings(out, *predicted, data.interactions().value);
    if (capabilities.predicts_clicks) {
        add_clicks(out, *predicted, data.interactions().value, capabilities.positive_from);
        add_calibration(out, *predicted, data.interactions().value, capabilities.positive_from);
    }
    return out;
}

} // namespace tastebench
