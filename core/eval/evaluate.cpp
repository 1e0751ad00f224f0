#include "core/eval/evaluate.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/eval/impressions.h"
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

/// The test rows with a value, and what the model says of them.
struct Predicted {
    std::vector<RowIx> rows;
    std::vector<double> values; ///< parallel
};

/// Costly models are asked for little at a time, so that a cancel is quick. Nothing in a model goes through more than
/// 256 rows together and depends on which, so the digits are the same however long a piece takes.
void predict_block(const Recommender& model, const Dataset& data, std::span<const RowIx> rows, std::span<double> out,
                   Progress& progress) {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t little = 256;
    constexpr std::chrono::milliseconds quick(5);
    std::size_t most = little;
    while (!rows.empty() && !progress.cancelled()) {
        const std::size_t size = std::min(most, rows.size());
        const auto start = Clock::now();
        model.score_rows(data, rows.first(size), out.first(size));
        progress.advance(size);
        most = Clock::now() - start < quick ? rows.size() : little;
        rows = rows.subspan(size);
        out = out.subspan(size);
    }
}

/// `impressions_alone`: of the rows that belong to one.
Result<Predicted> predict(const Recommender& model, const Dataset& data, const Split& split, bool impressions_alone,
                          const Parallel& parallel, Progress& progress) {
    Predicted out;
    const auto* impressions = impressions_alone ? find_impressions(data) : nullptr;
    for (const RowIx row : split.test)
        if (!std::isnan(data.interactions().value[row]) &&
            (!impressions_alone || impressions->codes[row] != ContextColumn::missing))
            out.rows.push_back(row);
    out.values.resize(out.rows.size());
    progress.begin("Predicting", out.rows.size());
    // Whole users together where the rows have them so, since some models score all items of a user at once.
    parallel.for_blocks(out.rows.size(), 4096, [&](std::size_t first, std::size_t last) {
        predict_block(model, data, std::span(out.rows).subspan(first, last - first),
                      std::span(out.values).subspan(first, last - first), progress);
    });
    if (progress.cancelled())
        return cancelled_error();
    if (!std::all_of(out.values.begin(), out.values.end(), [](double value) { return std::isfinite(value); }))
        return run_failed("the model predicted values that are not numbers", {},
                          "lower the learning rate or raise the regularization");
    return out;
}

void add_ratings(Evaluation& out, const Predicted& predicted, std::span<const float> truth) {
    double squared = 0;
    double absolute = 0;
    for (std::size_t i = 0; i < predicted.rows.size(); ++i) {
        const double error = predicted.values[i] - static_cast<double>(truth[predicted.rows[i]]);
        squared += error * error;
        absolute += std::abs(error);
    }
    const auto n = static_cast<double>(predicted.rows.size());
    out.metrics["rmse"] = std::sqrt(squared / n);
    out.metrics["mae"] = absolute / n;
}

/// Reliability by tenths of [0, 1], and the mean distance of prediction and truth in them.
void add_calibration(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from) {
    constexpr std::size_t tenths = 10;
    std::vector<CalibrationBin> bins(tenths);
    for (std::size_t i = 0; i < predicted.rows.size(); ++i) {
        const double p = std::clamp(predicted.values[i], 0.0, 1.0);
        auto& bin = bins[std::min(tenths - 1, static_cast<std::size_t>(p * tenths))];
        bin.predicted += p;
        bin.positive += static_cast<double>(truth[predicted.rows[i]]) >= positive_from ? 1 : 0;
        ++bin.rows;
    }
    std::erase_if(bins, [](const CalibrationBin& bin) { return bin.rows == 0; });
    double distance = 0;
    for (auto& bin : bins) {
        distance += std::abs(bin.predicted - bin.positive);
        bin.predicted /= static_cast<double>(bin.rows);
        bin.positive /= static_cast<double>(bin.rows);
    }
    out.metrics["ece"] = distance / static_cast<double>(predicted.rows.size());
    out.calibration = std::move(bins);
}

/// Pooled over all rows; AUC by the rank sum with mean ranks for equal scores. With one class there is no AUC.
void add_clicks(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from) {
    const auto n = predicted.rows.size();
    const auto positive = [&](std::size_t i) { return static_cast<double>(truth[predicted.rows[i]]) >= positive_from; };
    constexpr double least = std::numeric_limits<double>::epsilon();
    double loss = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double p = std::clamp(predicted.values[i], least, 1 - least);
        loss -= std::log(positive(i) ? p : 1 - p);
    }
    out.metrics["logloss"] = loss / static_cast<double>(n);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return predicted.values[a] < predicted.values[b]; });
    double rank_sum = 0;
    double positives = 0;
    for (std::size_t at = 0; at < n;) {
        std::size_t end = at;
        double mine = 0;
        for (; end < n && predicted.values[order[end]] == predicted.values[order[at]]; ++end)
            mine += positive(order[end]) ? 1 : 0;
        rank_sum += mine * static_cast<double>(at + end + 1) / 2;
        positives += mine;
        at = end;
    }
    const double negatives = static_cast<double>(n) - positives;
    if (positives > 0 && negatives > 0)
        out.metrics["auc"] = (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
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
