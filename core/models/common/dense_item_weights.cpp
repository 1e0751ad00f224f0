#include "core/models/common/dense_item_weights.h"

#include <algorithm>

#include "core/linalg/top_k.h"

namespace tastebench {

namespace {

/// Columns that lists are made of at a time: this much of every row of the weights stays in the cache.
constexpr std::uint32_t stripe = 256;

/// The best items of many people at once, stripe by stripe.
struct Candidates {
    TopK best;
    std::span<const ItemIx> taken; ///< ascending; those not yet passed
};

} // namespace

void DenseItemWeightsModel::score(UserIx user, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    const auto items = history_.columns_of(user);
    const auto values = history_.values_of(user);
    for (std::size_t at = 0; at < items.size(); ++at)
        add_scaled(weights_.row(items[at]), static_cast<double>(values[at]), out.data(), out.size());
}

void DenseItemWeightsModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto items = history_.columns_of(pairs[i].user);
        const auto values = history_.values_of(pairs[i].user);
        out[i] = 0;
        for (std::size_t at = 0; at < items.size(); ++at)
            out[i] += static_cast<double>(values[at]) * static_cast<double>(weights_.row(items[at])[pairs[i].item]);
    }
}

void DenseItemWeightsModel::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    for (const auto& had : profile)
        add_scaled(weights_.row(had.item), profile_weight(had), out.data(), out.size());
}

std::unique_ptr<Explanation> DenseItemWeightsModel::explain(UserIx user, ItemIx item) const {
    auto out = std::make_unique<Explanation>();
    out->user = user;
    out->item = item;
    const auto items = history_.columns_of(user);
    const auto values = history_.values_of(user);
    for (std::size_t at = 0; at < items.size(); ++at) {
        const auto w = static_cast<double>(weights_.row(items[at])[item]);
        if (w == 0)
            continue;
        Contribution one{};
        one.item = items[at];
        one.affinity = static_cast<double>(values[at]);
        one.similarity = w;
        one.contribution = one.affinity * w;
        out->contributions.push_back(one);
    }
    std::sort(out->contributions.begin(), out->contributions.end(), [](const auto& a, const auto& b) {
        return a.contribution != b.contribution ? a.contribution > b.contribution : a.item < b.item;
    });
    out->score = 0;
    for (const auto& one : out->contributions)
        out->score += one.contribution;
    return out;
}

std::vector<Scored> DenseItemWeightsModel::similar_items(ItemIx item, std::uint32_t k) const {
    TopK best(k);
    for (ItemIx other = 0; other < n_items(); ++other)
        if (other != item && item_in_training(other))
            best.offer(other, static_cast<double>(weights_.row(item)[other]));
    return best.take();
}

std::vector<Scored> DenseItemWeightsModel::history(UserIx user) const {
    TopK best(static_cast<std::uint32_t>(history_.columns_of(user).size()));
    for (std::size_t at = 0; at < history_.columns_of(user).size(); ++at)
        best.offer(history_.columns_of(user)[at], static_cast<double>(history_.values_of(user)[at]));
    return best.take();
}

void DenseItemWeightsModel::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                                        std::span<std::vector<Scored>> out) const {
    std::vector<Candidates> lists;
    for (const UserIx user : users)
        lists.push_back({TopK(options.k), options.remove_seen ? seen(user) : std::span<const ItemIx>{}});
    std::vector<double> scores(stripe);
    for (ItemIx first = 0; first < n_items(); first += std::min(stripe, n_items() - first)) {
        const ItemIx width = std::min(stripe, n_items() - first);
        for (std::size_t u = 0; u < users.size(); ++u) {
            std::fill(scores.begin(), scores.end(), 0.0);
            const auto items = history_.columns_of(users[u]);
            const auto values = history_.values_of(users[u]);
            for (std::size_t at = 0; at < items.size(); ++at)
                add_scaled(weights_.row(items[at]) + first, static_cast<double>(values[at]), scores.data(), width);
            auto& [best, taken] = lists[u];
            for (ItemIx item = first; item < first + width; ++item) {
                if (!taken.empty() && taken.front() == item)
                    taken = taken.subspan(1);
                else if (item_in_training(item))
                    best.offer(item, scores[item - first]);
            }
        }
    }
    for (std::size_t u = 0; u < users.size(); ++u) {
        options.tell(lists[u].best.all_finite());
        out[u] = lists[u].best.take();
    }
}

void DenseItemWeightsModel::save_state(Writer& out) const {
    history_.save(out);
    out.array(std::span<const float>(weights_.values));
}

Status DenseItemWeightsModel::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored weights are damaged", {}, "train the model again"); };
    if (!history_.load(in))
        return damaged();
    weights_.n = history_.n_columns;
    weights_.stride = DenseSquare::stride_of(weights_.n);
    const auto values = in.array<float>();
    if (!in.ok() || values.size() != weights_.n * weights_.stride)
        return damaged();
    weights_.values.assign(values.begin(), values.end());
    return {};
}

} // namespace tastebench
