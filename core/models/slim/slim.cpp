#include "core/models/slim/slim.h"

#include <thread>

#include "core/linalg/gram.h"
#include "core/models/common/item_weights_model.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/slim/descent.h"

namespace tastebench {

namespace {

class Slim final : public ItemWeightsModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.explains = true;
        can.similar_items = true;
        can.folds_in = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

  protected:
    void save_state(Writer& out) const override {
        out.number(static_cast<std::uint8_t>(use_values_));
        ItemWeightsModel::save_state(out);
    }
    Status load_state(Reader& in) override {
        use_values_ = in.number<std::uint8_t>() != 0;
        return ItemWeightsModel::load_state(in);
    }
    double profile_weight(const ProfileItem& had) const override { return use_values_ ? had.value : 1.0; }

  private:
    bool use_values_ = false;
};

Cost Slim::cost(const DataShape& shape, const Parameters& p) const {
    const auto items = static_cast<double>(shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    const auto chosen = static_cast<double>(get_int(p, "neighbours"));
    const bool all = chosen == 0 || chosen > items;
    const double others = pairs / std::max(1.0, static_cast<double>(shape.users));
    // Steps of an item: more where all may speak, and each then changes a whole row of what is left to explain.
    const double steps = all ? 2800 * items : 900 * std::min(items, 6 * chosen);
    // Weights of an item: without L1 about half of all that may speak.
    double weights = all ? items : std::min(items, chosen);
    if (get_real(p, "l1") > 0)
        weights = std::min(weights, 200.0);
    else
        weights /= 2;
    const double corner = std::min({items, 2 * weights, static_cast<double>(slim::most_in_corner)});
    const double threads = std::max(1U, std::thread::hardware_concurrency());
    Cost out;
    out.memory_bytes = 4 * items * items + 16 * pairs + 32 * items * weights + threads * 4 * corner * corner;
    out.core_seconds = items * (items * 1e-8 + steps * 0.25e-9) + pairs * others * 2e-9;
    return out;
}

slim::Settings read_settings(const Parameters& p) {
    slim::Settings out;
    out.l1 = get_real(p, "l1");
    out.l2 = get_real(p, "l2");
    out.tolerance = get_real(p, "tolerance");
    out.passes = static_cast<std::uint32_t>(get_int(p, "passes"));
    out.neighbours = static_cast<std::uint32_t>(get_int(p, "neighbours"));
    return out;
}

/// Columns of weights, one item's after another's, as a matrix; they are given by target, the rows are by source.
SparseRows gather(const std::vector<std::vector<slim::Weight>>& by_target, const Parallel& parallel) {
    SparseRows out;
    out.n_columns = static_cast<std::uint32_t>(by_target.size());
    for (const auto& weights : by_target) {
        for (const auto& [item, weight] : weights) {
            out.columns.push_back(item);
            out.values.push_back(weight);
        }
        out.starts.push_back(out.columns.size());
    }
    return transposed(out, parallel);
}

Status Slim::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    constexpr std::size_t block = 4;
    remember_seen(training);
    use_values_ = get_bool(parameters, "use_values");
    history_ =
        user_item_matrix(training, use_values_ ? Entry::value_sum : Entry::one, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    auto settings = read_settings(parameters);
    settings.screen = std::all_of(history_.values.begin(), history_.values.end(), [](float x) { return x >= 0; });
    auto& progress = context.progress;
    progress.begin("Counting pairs", n_items());
    const DenseSquare gram = gram_matrix(history_, Triangle::both, context.parallel, progress);
    progress.begin("Training", n_items());
    std::vector<std::vector<slim::Weight>> by_target(n_items());
    context.parallel.for_blocks(n_items(), block, [&](std::size_t first, std::size_t last) {
        slim::Descent descent(gram, settings);
        for (std::size_t item = first; item < last && !progress.cancelled(); ++item)
            by_target[item] = descent.solve(static_cast<std::uint32_t>(item), progress);
        progress.advance(last - first);
    });
    if (progress.cancelled())
        return cancelled_error();
    weights_ = gather(by_target, context.parallel);
    if (!std::all_of(weights_.values.begin(), weights_.values.end(), [](float w) { return std::isfinite(w); }))
        return run_failed("the weights are not finite numbers", "l2", "raise the L2 regularization");
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"l1", "L1 regularization", "Makes weights vanish that explain little; more gives fewer reasons per item.", "",
         ParameterType::real, 1.0, 0, 1e9},
        {"l2", "L2 regularization", "Pulls all weights towards zero; guards against overfitting.", "",
         ParameterType::real, 200.0, 0, 1e9},
        {"neighbours", "Neighbours", "Only this many items, most alike, may speak for an item; 0 means all.", "items",
         ParameterType::integer, std::int64_t{0}, 0, 1'000'000},
        {"use_values", "Weigh by rating", "A rating of 5 counts five times as much as a rating of 1.", "",
         ParameterType::boolean, false},
        {"tolerance", "Tolerance", "An item is done when its weights change by less than this share.", "",
         ParameterType::real, 1e-3, 1e-6, 1},
        {"passes", "Passes", "At most this often the weights of an item are gone through.", "", ParameterType::integer,
         std::int64_t{100}, 1, 100'000},
    };
    list[4].advanced = list[5].advanced = true;
    list[4].sweepable = list[5].sweepable = false;
    return list;
}

} // namespace

ModelEntry slim_entry() {
    return {"slim",
            ModelFamily::neighbours,
            "SLIM",
            "Learns for every item which few others speak for it, and how much.",
            "Ning, Karypis: SLIM: Sparse Linear Methods for Top-N Recommender Systems, ICDM 2011",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "Only the 100 most similar items may speak for an item (fsSLIM of the paper).",
                                       {{"neighbours", std::int64_t{100}}, {"tolerance", 0.01}}},
                                      {"light",
                                       "Light",
                                       "Little regularization, for data with few people per item.",
                                       {{"l1", 2.0}, {"l2", 5.0}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Slim>(); }};
}

} // namespace tastebench
