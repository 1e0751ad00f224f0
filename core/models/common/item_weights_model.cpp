#include "core/models/common/item_weights_model.h"

#include <algorithm>

#include "core/linalg/top_k.h"

namespace tastebench {

namespace {

/// w(row, column), 0 where there is none.
double entry(const SparseRows& matrix, std::uint32_t row, std::uint32_t column) {
    const auto columns = matrix.columns_of(row);
    const auto at = std::lower_bound(columns.begin(), columns.end(), column);
    return at != columns.end() && *at == column
               ? static_cast<double>(matrix.values_of(row)[static_cast<std::size_t>(at - columns.begin())])
               : 0.0;
}

void add_row(const SparseRows& weights, ItemIx from, double x, std::span<double> out) {
    const auto columns = weights.columns_of(from);
    const auto values = weights.values_of(from);
    for (std::size_t at = 0; at < columns.size(); ++at)
        out[columns[at]] += x * static_cast<double>(values[at]);
}

} // namespace

void ItemWeightsModel::score(UserIx user, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    const auto items = history_.columns_of(user);
    const auto values = history_.values_of(user);
    for (std::size_t at = 0; at < items.size(); ++at)
        add_row(weights_, items[at], static_cast<double>(values[at]), out);
}

void ItemWeightsModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto items = history_.columns_of(pairs[i].user);
        const auto values = history_.values_of(pairs[i].user);
        out[i] = 0;
        for (std::size_t at = 0; at < items.size(); ++at)
            out[i] += static_cast<double>(values[at]) * entry(weights_, items[at], pairs[i].item);
    }
}

void ItemWeightsModel::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    for (const auto& had : profile)
        add_row(weights_, had.item, profile_weight(had), out);
}

std::unique_ptr<Explanation> ItemWeightsModel::explain(UserIx user, ItemIx item) const {
    auto out = std::make_unique<Explanation>();
    out->user = user;
    out->item = item;
    const auto items = history_.columns_of(user);
    const auto values = history_.values_of(user);
    for (std::size_t at = 0; at < items.size(); ++at) {
        const double w = entry(weights_, items[at], item);
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

std::vector<Scored> ItemWeightsModel::similar_items(ItemIx item, std::uint32_t k) const {
    TopK best(k);
    const auto columns = weights_.columns_of(item);
    const auto values = weights_.values_of(item);
    for (std::size_t at = 0; at < columns.size(); ++at)
        if (columns[at] != item)
            best.offer(columns[at], static_cast<double>(values[at]));
    return best.take();
}

std::vector<Scored> ItemWeightsModel::history(UserIx user) const {
    TopK best(static_cast<std::uint32_t>(history_.columns_of(user).size()));
    for (std::size_t at = 0; at < history_.columns_of(user).size(); ++at)
        best.offer(history_.columns_of(user)[at], static_cast<double>(history_.values_of(user)[at]));
    return best.take();
}

void ItemWeightsModel::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                                   std::span<std::vector<Scored>> out) const {
    Recommender::top_k_block(users, options, out);
}

void ItemWeightsModel::save_state(Writer& out) const {
    history_.save(out);
    weights_.save(out);
}

Status ItemWeightsModel::load_state(Reader& in) {
    if (!history_.load(in) || !weights_.load(in) || weights_.n_rows() != weights_.n_columns ||
        weights_.n_columns != history_.n_columns)
        return bad_data("the stored weights are damaged", {}, "train the model again");
    return {};
}

} // namespace tastebench
