#include "core/models/graphwalk/rp3beta.h"

#include "core/linalg/top_k.h"
#include "core/models/common/item_weights_model.h"
#include "core/models/common/user_item_matrix.h"

namespace tastebench {

namespace {

class Rp3Beta final : public ItemWeightsModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.explains = true;
        can.similar_items = true;
        can.folds_in = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto items = static_cast<double>(shape.items);
        const auto pairs = static_cast<double>(shape.pairs);
        const double others = pairs / std::max(1.0, static_cast<double>(shape.users));
        const double kept = std::min(items, static_cast<double>(get_int(p, "neighbours")));
        Cost out;
        out.memory_bytes = 32 * pairs + 16 * items * kept;
        out.core_seconds = pairs * others * 8e-9 + items * kept * 1e-7;
        return out;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override {
        out.number(alpha_);
        out.number(static_cast<std::uint8_t>(use_values_));
        ItemWeightsModel::save_state(out);
    }
    Status load_state(Reader& in) override {
        alpha_ = in.number<double>();
        use_values_ = in.number<std::uint8_t>() != 0;
        return ItemWeightsModel::load_state(in);
    }

  private:
    double alpha_ = 1;
    bool use_values_ = false;
};

/// Every entry becomes its share of the row's sum, to the power of alpha.
void to_transitions(SparseRows& matrix, double alpha, const Parallel& parallel) {
    constexpr std::size_t block = 1024;
    parallel.for_blocks(matrix.n_rows(), block, [&](std::size_t first, std::size_t last) {
        for (std::size_t row = first; row < last; ++row) {
            const auto mine =
                std::span(matrix.values).subspan(matrix.starts[row], matrix.starts[row + 1] - matrix.starts[row]);
            double sum = 0;
            for (const float x : mine)
                sum += static_cast<double>(x);
            for (float& x : mine)
                x = x > 0 ? static_cast<float>(std::pow(static_cast<double>(x) / sum, alpha)) : 0.0F;
        }
    });
}

/// The walks from one item over its users to all items; room for one thread.
class Walk {
  public:
    Walk(const SparseRows& users_of, const SparseRows& items_of, std::span<const double> penalty, std::uint32_t kept)
        : users_of_(users_of), items_of_(items_of), penalty_(penalty), kept_(kept), reached_(items_of.n_columns, 0.0) {}

    /// The greatest weights, ascending by item.
    std::vector<Scored> from(ItemIx item) {
        touched_.clear();
        const auto users = users_of_.columns_of(item);
        const auto shares = users_of_.values_of(item);
        for (std::size_t at = 0; at < users.size(); ++at) {
            const auto items = items_of_.columns_of(users[at]);
            const auto onwards = items_of_.values_of(users[at]);
            for (std::size_t to = 0; to < items.size(); ++to) {
                double& mass = reached_[items[to]];
                if (mass == 0)
                    touched_.push_back(items[to]);
                mass += static_cast<double>(shares[at]) * static_cast<double>(onwards[to]);
            }
        }
        TopK best(kept_);
        for (const ItemIx other : touched_) {
            if (other != item && reached_[other] > 0)
                best.offer(other, reached_[other] * penalty_[other]);
            reached_[other] = 0;
        }
        auto out = best.take();
        std::sort(out.begin(), out.end(), [](const Scored& a, const Scored& b) { return a.item < b.item; });
        return out;
    }

  private:
    const SparseRows& users_of_;
    const SparseRows& items_of_;
    std::span<const double> penalty_;
    std::uint32_t kept_;
    std::vector<double> reached_; ///< by item, 0 between walks
    std::vector<ItemIx> touched_;
};

Status Rp3Beta::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    constexpr std::size_t block = 32;
    remember_seen(training);
    alpha_ = get_real(parameters, "alpha");
    use_values_ = get_bool(parameters, "use_values");
    const double beta = get_real(parameters, "beta");
    const auto kept = static_cast<std::uint32_t>(get_int(parameters, "neighbours"));
    history_ =
        user_item_matrix(training, use_values_ ? Entry::value_sum : Entry::one, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (std::any_of(history_.values.begin(), history_.values.end(), [](float x) { return x < 0; }))
        return bad_data("the walk cannot follow negative ratings", "data",
                        "turn off weighing by rating, or choose another model");
    SparseRows users_of = transposed(history_, context.parallel);
    std::vector<double> penalty(n_items());
    for (ItemIx item = 0; item < n_items(); ++item) {
        const auto degree = static_cast<double>(users_of.columns_of(item).size());
        penalty[item] = degree > 0 ? std::pow(degree, -beta) : 0.0;
    }
    to_transitions(history_, alpha_, context.parallel);
    to_transitions(users_of, alpha_, context.parallel);

    auto& progress = context.progress;
    progress.begin("Training", n_items());
    std::vector<std::vector<Scored>> rows(n_items());
    context.parallel.for_blocks(n_items(), block, [&](std::size_t first, std::size_t last) {
        Walk walk(users_of, history_, penalty, kept);
        for (std::size_t item = first; item < last && !progress.cancelled(); ++item)
            rows[item] = walk.from(static_cast<ItemIx>(item));
        progress.advance(last - first);
    });
    if (progress.cancelled())
        return cancelled_error();
    weights_ = SparseRows{};
    weights_.n_columns = n_items();
    for (const auto& row : rows) {
        for (const auto& [item, weight] : row) {
            weights_.columns.push_back(item);
            weights_.values.push_back(static_cast<float>(weight));
        }
        weights_.starts.push_back(weights_.columns.size());
    }
    return {};
}

void Rp3Beta::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    // The shares of someone unknown, as to_transitions() makes them of a user's row.
    std::vector<ProfileItem> shares;
    double sum = 0;
    for (const auto& had : profile) {
        const double x = use_values_ ? had.value : 1.0;
        if (!item_in_training(had.item) || !(x > 0))
            continue;
        shares.push_back({had.item, x});
        sum += x;
    }
    for (auto& share : shares)
        share.value = std::pow(share.value / sum, alpha_);
    ItemWeightsModel::score_profile(shares, out);
}

std::vector<ParameterSpec> specs() {
    return {
        {"alpha", "Alpha", "Power of each step's chances; below 1 levels them, above 1 sharpens them.", "",
         ParameterType::real, 1.0, 0, 3},
        {"beta", "Beta", "How strongly popular items are held back; 0 not at all, 1 fully.", "", ParameterType::real,
         0.5, 0, 10},
        {"neighbours", "Neighbours", "How many items each item may lead to.", "items", ParameterType::integer,
         std::int64_t{100}, 1, 1'000'000},
        {"use_values", "Weigh by rating", "The walk prefers what was rated higher.", "", ParameterType::boolean, false},
    };
}

} // namespace

ModelEntry rp3beta_entry() {
    return {"rp3beta",
            ModelFamily::neighbours,
            "RP3beta",
            "Walks at random from a person's items over the people who share them to new items, holding back what is "
            "popular.",
            "Paudel, Christoffel, Newell, Bernstein: Updatable, Accurate, Diverse, and Scalable Recommendations for "
            "Interactive Applications, ACM TiiS 7(1), 2017",
            ParameterSchema(specs(), {{"p3alpha",
                                       "P3alpha",
                                       "The plain walk without holding back popular items (Cooper and others, 2014).",
                                       {{"beta", 0.0}}},
                                      {"paper",
                                       "P3",
                                       "The chances of the plain walk of three steps, no neighbour left out (Cooper "
                                       "and others, 2014).",
                                       {{"alpha", 1.0}, {"beta", 0.0}, {"neighbours", std::int64_t{1'000'000}}}},
                                      {"fast", "Fast", "Few neighbours.", {{"neighbours", std::int64_t{30}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Rp3Beta>(); }};
}

} // namespace tastebench
