#include "core/models/common/item_weights_model.h"

#include <algorithm>

#include "core/linalg/count_kernels.h"
#include "core/linalg/top_k.h"
#include "core/models/common/score_sums.h"

namespace tastebench {

namespace {

/// x and w are single precision, so their product is exact in double: the sum has the same digits with and without
/// fused multiply-add.
void add_row(const SparseRows& weights, ItemIx from, double x, std::span<double> out) {
    kernels::add_scaled(weights.columns_of(from), weights.values_of(from).data(), x, out.data());
}

} // namespace

double ItemWeightsModel::weight(ItemIx from, ItemIx to) const {
    const auto columns = weights_.columns_of(from);
    const auto at = std::lower_bound(columns.begin(), columns.end(), to);
    return at != columns.end() && *at == to
               ? static_cast<double>(weights_.values_of(from)[static_cast<std::size_t>(at - columns.begin())])
               : 0.0;
}

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
            out[i] += static_cast<double>(values[at]) * weight(items[at], pairs[i].item);
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
        const double w = weight(items[at], item);
        if (w == 0)
            continue;
        Contribution one{};
        one.item = items[at];
        one.affinity = static_cast<double>(values[at]);
        one.similarity = w;
        one.contribution = one.affinity * w;
        one.events = 1;
        out->contributions.push_back(one);
    }
    count_common_users(item, out->contributions);
    std::sort(out->contributions.begin(), out->contributions.end(), [](const auto& a, const auto& b) {
        return a.contribution != b.contribution ? a.contribution > b.contribution : a.item < b.item;
    });
    out->score = 0;
    for (const auto& one : out->contributions)
        out->score += one.contribution;
    return out;
}

void ItemWeightsModel::count_common_users(ItemIx item, std::span<Contribution> reasons) const {
    std::vector<std::uint32_t> common(n_items(), 0);
    for (UserIx user = 0; user < n_users(); ++user) {
        const auto items = history_.columns_of(user);
        if (std::binary_search(items.begin(), items.end(), item))
            for (const auto other : items)
                ++common[other];
    }
    for (auto& reason : reasons)
        reason.common_users = common[reason.item];
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
    ScoreSums sums(n_items());
    for (std::size_t i = 0; i < users.size(); ++i) {
        const auto items = history_.columns_of(users[i]);
        const auto values = history_.values_of(users[i]);
        for (std::size_t at = 0; at < items.size(); ++at)
            sums.add(weights_, items[at], static_cast<double>(values[at]));
        out[i] = sums.take_list(*this, users[i], options);
    }
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
