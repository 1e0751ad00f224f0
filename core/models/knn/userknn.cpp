// People of like taste: score(u, i) = sum over the neighbours v of u of sim(u,v) x(v,i) (Herlocker et al., SIGIR 1999).
// Ratings: b(u,i) + sum sim(u,v) (r(v,i) - b(v,i)) / sum sim(u,v) over the neighbours v who rated i, b(u,i) where
// there is none (Koren, TKDD 2010, in its user-based form); kept within the least and greatest training rating where
// ratings are asked for.
#include <algorithm>

#include "core/linalg/count_kernels.h"
#include "core/models/common/score_sums.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/knn/knn.h"
#include "core/models/knn/knn_settings.h"
#include "core/models/knn/rating_baseline.h"

namespace tastebench {

namespace {

class UserKnn final : public Recommender {
  public:
    Capabilities capabilities(const Parameters& parameters) const override { return knn_capabilities(parameters); }

    Cost cost(const DataShape& shape, const Parameters& parameters) const override {
        return knn_cost(shape, parameters, shape.users, shape.items);
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override {
        settings_ = knn_settings(parameters);
        remember_seen(training);
        compared_ = knn_similarity_matrix(training, settings_, context);
        if (context.progress.cancelled())
            return cancelled_error();
        near_ = nearest_rows(compared_, settings_.nearest, context.parallel, context.progress);
        if (context.progress.cancelled())
            return cancelled_error();
        history_ = {};
        if (settings_.rates) {
            history_ = compared_; // the last ratings
            baseline_.fit(history_);
            for (UserIx user = 0; user < history_.n_rows(); ++user)
                for (auto at = history_.starts[user]; at < history_.starts[user + 1]; ++at)
                    history_.values[at] -= static_cast<float>(baseline_.of(user, history_.columns[at]));
        } else if (!settings_.use_values && knn_capabilities(parameters).needs_values) {
            history_ = user_item_matrix(training, Entry::one, context.parallel);
        }
        return {};
    }

    std::uint32_t n_users() const override { return near_.n_rows(); }
    std::uint32_t n_items() const override { return compared_.n_columns; }

    void score(UserIx user, std::span<double> out) const override {
        add_up(near_.columns_of(user), near_.values_of(user), out);
        if (settings_.rates)
            for (ItemIx item = 0; item < out.size(); ++item)
                out[item] += baseline_.of(user, item);
    }

    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto [user, item] = pairs[i];
            const auto people = near_.columns_of(user);
            const auto similar = near_.values_of(user);
            double sum = 0;
            double weights = 0;
            for (std::size_t at = 0; at < people.size(); ++at) {
                const auto items = had().columns_of(people[at]);
                const auto found = std::lower_bound(items.begin(), items.end(), item);
                if (found == items.end() || *found != item)
                    continue;
                const float value = had().values_of(people[at])[static_cast<std::size_t>(found - items.begin())];
                sum += static_cast<double>(similar[at]) * static_cast<double>(value);
                weights += static_cast<double>(similar[at]);
            }
            out[i] = sum;
            if (settings_.rates)
                out[i] = baseline_.clamp(baseline_.of(user, item) + (weights > 0 ? sum / weights : 0));
        }
    }

    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override {
        auto sorted = known_part(*this, profile);
        std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
        std::vector<std::uint32_t> items;
        std::vector<float> values;
        for (const auto& one : sorted) {
            items.push_back(one.item);
            values.push_back(settings_.compares_values() ? static_cast<float>(one.value) : 1.0F);
        }
        std::vector<double> similar(n_users());
        similar_to(items, values, compared_, settings_.nearest, similar);
        TopK best(settings_.nearest.neighbours == 0 ? n_users() : std::min(settings_.nearest.neighbours, n_users()));
        for (UserIx user = 0; user < n_users(); ++user)
            if (similar[user] > 0)
                best.offer(user, similar[user]);
        std::vector<std::uint32_t> people;
        std::vector<float> weights;
        for (const auto& one : best.take()) {
            people.push_back(one.item);
            weights.push_back(static_cast<float>(one.score));
        }
        add_up(people, weights, out);
        if (settings_.rates) {
            const double own = baseline_.user_offset(sorted);
            for (ItemIx item = 0; item < out.size(); ++item)
                out[item] += baseline_.of_item(item) + own;
        }
    }

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override {
        if (settings_.rates)
            return Recommender::top_k_block(users, options, out);
        ScoreSums sums(n_items());
        for (std::size_t i = 0; i < users.size(); ++i) {
            const auto people = near_.columns_of(users[i]);
            const auto similar = near_.values_of(users[i]);
            for (std::size_t at = 0; at < people.size(); ++at)
                sums.add(had(), people[at], static_cast<double>(similar[at]));
            out[i] = sums.take_list(*this, users[i], options);
        }
    }

    std::uint32_t state_version() const override { return 2; }
    void save_state(Writer& out) const override {
        const auto& nearest = settings_.nearest;
        out.number(static_cast<std::uint8_t>(nearest.alike));
        out.number(nearest.neighbours);
        out.number(nearest.shrinkage);
        out.number(nearest.k1);
        out.number(nearest.b);
        out.number(static_cast<std::uint8_t>((settings_.rates ? 1 : 0) + (settings_.use_values ? 2 : 0)));
        compared_.save(out);
        near_.save(out);
        history_.save(out);
        if (settings_.rates)
            baseline_.save(out);
    }

    Status load_state(Reader& in) override {
        auto& nearest = settings_.nearest;
        const auto alike = in.number<std::uint8_t>();
        nearest.alike = static_cast<Alike>(alike);
        nearest.neighbours = in.number<std::uint32_t>();
        nearest.shrinkage = in.number<double>();
        nearest.k1 = in.number<double>();
        nearest.b = in.number<double>();
        const auto flags = in.number<std::uint8_t>();
        settings_.rates = (flags & 1) != 0;
        settings_.use_values = (flags & 2) != 0;
        const bool read = compared_.load(in) && near_.load(in) && history_.load(in);
        const auto users = compared_.n_rows();
        const bool sound =
            read && alike <= static_cast<std::uint8_t>(Alike::jaccard) && flags <= 3 && near_.n_rows() == users &&
            near_.n_columns == users &&
            (history_.n_rows() == 0 || (history_.n_rows() == users && history_.n_columns == compared_.n_columns)) &&
            (!settings_.rates || baseline_.load(in, users, compared_.n_columns));
        if (!sound)
            return bad_data("the stored neighbours are damaged", {}, "train the model again");
        return {};
    }

  private:
    /// What people have, as scores count it.
    const SparseRows& had() const { return history_.n_rows() > 0 ? history_ : compared_; }

    /// The neighbours' rows, added up; where it rates, divided by the similarities of those who have each item.
    void add_up(std::span<const std::uint32_t> people, std::span<const float> similar, std::span<double> out) const {
        std::fill(out.begin(), out.end(), 0.0);
        std::vector<double> weights(settings_.rates ? out.size() : 0, 0.0);
        for (std::size_t at = 0; at < people.size(); ++at) {
            const auto items = had().columns_of(people[at]);
            kernels::add_scaled(items, had().values_of(people[at]).data(), static_cast<double>(similar[at]),
                                out.data());
            for (std::size_t i = 0; settings_.rates && i < items.size(); ++i)
                weights[items[i]] += static_cast<double>(similar[at]);
        }
        for (std::size_t item = 0; item < weights.size(); ++item)
            if (weights[item] > 0)
                out[item] /= weights[item];
    }

    KnnSettings settings_;
    SparseRows compared_; ///< users x items: what similarity is measured on
    SparseRows near_;     ///< users x users
    SparseRows history_;  ///< what scores add up, where that is something else; no rows where it is not
    RatingBaseline baseline_;
};

} // namespace

ModelEntry userknn_entry() {
    return {
        "userknn",
        ModelFamily::neighbours,
        "People of like taste",
        "Recommends what people with a similar history have; serendipitous, and slow where there are many people.",
        "Herlocker, Konstan, Borchers and Riedl, An algorithmic framework for collaborative filtering, SIGIR (1999)",
        knn_schema("people"),
        []() -> std::unique_ptr<Recommender> { return std::make_unique<UserKnn>(); }};
}

} // namespace tastebench
