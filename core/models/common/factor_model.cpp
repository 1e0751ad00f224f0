#include "core/models/common/factor_model.h"

#include <algorithm>

#include "core/base/rng.h"
#include "core/linalg/top_k.h"

namespace tastebench {

void FactorTable::resize(std::uint32_t n, std::uint32_t factors) {
    factors_ = factors;
    width_ = padded(factors);
    bias.assign(n, 0.0F);
    values_.assign(std::size_t{n} * width_, 0.0F);
}

void FactorTable::draw(std::uint64_t seed, std::uint32_t stream, float deviation, std::span<const std::uint8_t> known,
                       const Parallel& parallel) {
    parallel.for_blocks(size(), 256, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            if (known[i] == 0)
                continue;
            Rng rng(seed, stream, static_cast<std::uint32_t>(i));
            for (std::uint32_t f = 0; f < factors_; ++f)
                values_[i * width_ + f] = static_cast<float>(rng.normal()) * deviation;
        }
    });
}

void FactorTable::save(Writer& out) const {
    out.number(factors_);
    out.array(bias);
    out.array(std::span<const float>(values_));
}

bool FactorTable::load(Reader& in) {
    factors_ = in.number<std::uint32_t>();
    width_ = padded(factors_);
    bias = in.array<float>();
    const auto values = in.array<float>();
    values_.assign(values.begin(), values.end());
    return in.ok() && factors_ > 0 && factors_ <= 1U << 20U && values_.size() == bias.size() * width_;
}

FactorItems FactorModel::item_factors() const {
    return {items_.data(), items_.bias.data(), items_.size(), items_.width()};
}

void FactorModel::score_factors(const FactorTable::ConstRow& p, float base, std::span<double> out) const {
    factor_scores(item_factors(), p.data(), base, out);
}

void FactorModel::score(UserIx user, std::span<double> out) const {
    score_factors(users_.row(user), mean_ + users_.bias[user], out);
}

void FactorModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    const auto items = item_factors();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [user, item] = pairs[i];
        const float raw = factor_score(items, item, users_.row(user).data(), mean_ + users_.bias[user]);
        out[i] = static_cast<double>(std::clamp(raw, least_, greatest_));
    }
}

std::vector<Scored> FactorModel::similar_items(ItemIx item, std::uint32_t k) const {
    TopK best(k);
    const float length = items_.row(item).norm();
    for (ItemIx other = 0; other < n_items(); ++other) {
        const float other_length = items_.row(other).norm();
        if (other != item && item_in_training(other) && length > 0 && other_length > 0)
            best.offer(other, static_cast<double>(items_.row(item).dot(items_.row(other)) / (length * other_length)));
    }
    return best.take();
}

void FactorModel::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                              std::span<std::vector<Scored>> out) const {
    std::vector<FactorUser> asked;
    asked.reserve(users.size());
    for (const UserIx user : users)
        asked.push_back({users_.row(user).data(), mean_ + users_.bias[user],
                         options.remove_seen ? seen(user) : std::span<const ItemIx>{}});
    options.tell(factor_top_k(item_factors(), known_items(), asked, options.k, out));
}

void FactorModel::save_state(Writer& out) const {
    out.number(mean_);
    out.number(least_);
    out.number(greatest_);
    users_.save(out);
    items_.save(out);
}

Status FactorModel::load_state(Reader& in) {
    mean_ = in.number<float>();
    least_ = in.number<float>();
    greatest_ = in.number<float>();
    const bool users_sound = users_.load(in);
    const bool items_sound = items_.load(in);
    if (!users_sound || !items_sound || users_.factors() != items_.factors() || !(least_ <= greatest_))
        return bad_data("the stored factors are damaged", {}, "train the model again");
    return {};
}

} // namespace tastebench
