// Item neighbours: score(u, i) = sum over the user's items j that have i among their neighbours of x(u,j) sim(j,i)
// (Deshpande and Karypis, TOIS 2004). Ratings: b(u,i) + sum sim(i,j) (r(u,j) - b(u,j)) / sum sim(i,j) over the
// neighbours j of i that the user rated (Koren, TKDD 2010, eq. 4), b(u,i) where there is none; kept within the least
// and greatest training rating where ratings are asked for.
#include "core/models/common/item_weights_model.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/knn/knn.h"
#include "core/models/knn/knn_settings.h"
#include "core/models/knn/rating_baseline.h"

namespace tastebench {

namespace {

class ItemKnn final : public ItemWeightsModel {
  public:
    Capabilities capabilities(const Parameters& parameters) const override {
        auto can = knn_capabilities(parameters);
        can.similar_items = true;
        can.explains = !can.predicts_ratings;
        return can;
    }

    Cost cost(const DataShape& shape, const Parameters& parameters) const override {
        return knn_cost(shape, parameters, shape.items, shape.users);
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override {
        const auto settings = knn_settings(parameters);
        rates_ = settings.rates;
        use_values_ = settings.use_values;
        remember_seen(training);
        history_ = knn_similarity_matrix(training, settings, context);
        if (context.progress.cancelled())
            return cancelled_error();
        weights_ =
            nearest_rows(transposed(history_, context.parallel), settings.nearest, context.parallel, context.progress);
        if (context.progress.cancelled())
            return cancelled_error();
        if (!rates_) {
            if (!use_values_ && knn_capabilities(parameters).needs_values)
                history_ = user_item_matrix(training, Entry::one, context.parallel);
            return {};
        }
        weights_ = transposed(weights_, context.parallel);
        baseline_.fit(history_); // the last ratings, which were compared
        for (UserIx user = 0; user < history_.n_rows(); ++user)
            for (auto at = history_.starts[user]; at < history_.starts[user + 1]; ++at)
                history_.values[at] -= static_cast<float>(baseline_.of(user, history_.columns[at]));
        return {};
    }

    void score(UserIx user, std::span<double> out) const override {
        ItemWeightsModel::score(user, out);
        if (rates_)
            to_ratings(history_.columns_of(user), out, [&](ItemIx item) { return baseline_.of(user, item); });
    }

    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        ItemWeightsModel::score_pairs(pairs, out);
        for (std::size_t i = 0; rates_ && i < pairs.size(); ++i) {
            double sum = 0;
            for (const auto item : history_.columns_of(pairs[i].user))
                sum += weight(item, pairs[i].item);
            out[i] = baseline_.clamp(baseline_.of(pairs[i].user, pairs[i].item) + (sum > 0 ? out[i] / sum : 0));
        }
    }

    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override {
        if (!rates_)
            return ItemWeightsModel::score_profile(profile, out);
        std::vector<ProfileItem> centred = known_part(*this, profile);
        const double own = baseline_.user_offset(centred);
        std::vector<ItemIx> items;
        for (auto& had : centred) {
            had.value -= baseline_.of_item(had.item) + own;
            items.push_back(had.item);
        }
        ItemWeightsModel::score_profile(centred, out);
        to_ratings(items, out, [&](ItemIx item) { return baseline_.of_item(item) + own; });
    }

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override {
        if (rates_)
            Recommender::top_k_block(users, options, out);
        else
            ItemWeightsModel::top_k_block(users, options, out);
    }
    std::uint32_t state_version() const override { return 2; }
    double profile_weight(const ProfileItem& had) const override { return rates_ || use_values_ ? had.value : 1; }

    void save_state(Writer& out) const override {
        ItemWeightsModel::save_state(out);
        out.number(static_cast<std::uint8_t>((rates_ ? 1 : 0) + (use_values_ ? 2 : 0)));
        if (rates_)
            baseline_.save(out);
    }
    Status load_state(Reader& in) override {
        if (auto status = ItemWeightsModel::load_state(in); !status)
            return status;
        const auto flags = in.number<std::uint8_t>();
        rates_ = (flags & 1) != 0;
        use_values_ = (flags & 2) != 0;
        if (flags > 3 || (rates_ && !baseline_.load(in, history_.n_rows(), history_.n_columns)))
            return bad_data("the stored neighbours are damaged", {}, "train the model again");
        return {};
    }

  private:
    template <typename Baseline>
    void to_ratings(std::span<const ItemIx> rated, std::span<double> out, Baseline&& baseline) const {
        std::vector<double> sums(out.size(), 0.0);
        for (const auto from : rated) {
            const auto items = weights_.columns_of(from);
            const auto values = weights_.values_of(from);
            for (std::size_t at = 0; at < items.size(); ++at)
                sums[items[at]] += static_cast<double>(values[at]);
        }
        for (ItemIx item = 0; item < out.size(); ++item)
            out[item] = baseline(item) + (sums[item] > 0 ? out[item] / sums[item] : 0);
    }

    bool rates_ = false, use_values_ = false;
    RatingBaseline baseline_; ///< where it rates: history_ then holds what is left of the ratings
};

} // namespace

ModelEntry itemknn_entry() {
    return {"itemknn",
            ModelFamily::neighbours,
            "Item neighbours",
            "Recommends the nearest neighbours of the things a person has; quick, strong and easy to explain.",
            "Deshpande and Karypis, Item-based top-N recommendation algorithms, ACM TOIS 22 (2004)",
            knn_schema("items"),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<ItemKnn>(); }};
}

} // namespace tastebench
