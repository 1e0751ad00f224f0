#include "core/models/ease/ease.h"

#include "core/linalg/gram.h"
#include "core/models/common/dense_item_weights.h"
#include "core/models/common/user_item_matrix.h"

namespace tastebench {

namespace {

class Ease final : public DenseItemWeightsModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.explains = true;
        can.similar_items = true;
        can.folds_in = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters&) const override {
        const auto items = static_cast<double>(shape.items);
        const auto pairs = static_cast<double>(shape.pairs);
        const double others = pairs / std::max(1.0, static_cast<double>(shape.users));
        Cost out;
        out.memory_bytes = 4 * items * items + 16 * pairs + 2000 * items;
        out.core_seconds = items * items * items * 2e-11 + items * items * 4e-9 + pairs * others * 1.2e-9;
        return out;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

  protected:
    void save_state(Writer& out) const override {
        out.number(static_cast<std::uint8_t>(use_values_));
        out.number(power_);
        DenseItemWeightsModel::save_state(out);
    }
    Status load_state(Reader& in) override {
        use_values_ = in.number<std::uint8_t>() != 0;
        power_ = in.number<double>();
        return DenseItemWeightsModel::load_state(in);
    }
    double profile_weight(const ProfileItem& had) const override { return use_values_ ? powered(had.value) : 1.0; }

  private:
    /// Keeps the sign.
    double powered(double value) const { return std::copysign(std::pow(std::abs(value), power_), value); }
    void weights_from_inverse(const Parallel& parallel);

    bool use_values_ = false;
    double power_ = 1;
};

/// Both triangles of B from the lower one of P: B(j, i) = -P(j, i) / P(i, i), and 0 on the diagonal.
void Ease::weights_from_inverse(const Parallel& parallel) {
    constexpr std::size_t block = 64;
    auto& p = weights_;
    std::vector<float> scale(p.n);
    for (std::uint32_t i = 0; i < p.n; ++i)
        scale[i] = -1.0F / p.row(i)[i];
    parallel.for_blocks(p.n, block, [&](std::size_t first, std::size_t last) {
        const auto begin = static_cast<std::uint32_t>(first);
        const auto end = static_cast<std::uint32_t>(last);
        for (std::uint32_t j = begin; j < p.n; ++j) {
            float* row = p.row(j);
            for (std::uint32_t i = begin; i < std::min(end, j); ++i) {
                p.row(i)[j] = row[i] * scale[j];
                row[i] *= scale[i];
            }
        }
        for (std::uint32_t i = begin; i < end; ++i)
            p.row(i)[i] = 0;
    });
}

Status Ease::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    use_values_ = get_bool(parameters, "use_values");
    power_ = get_real(parameters, "value_power");
    history_ =
        user_item_matrix(training, use_values_ ? Entry::value_sum : Entry::one, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (use_values_ && power_ != 1)
        for (float& x : history_.values)
            x = static_cast<float>(powered(static_cast<double>(x)));
    auto& progress = context.progress;
    progress.begin("Counting pairs", n_items());
    weights_ = gram_matrix(history_, Triangle::lower, context.parallel, progress);
    if (progress.cancelled())
        return cancelled_error();
    const auto lambda = static_cast<float>(get_real(parameters, "regularization"));
    const double dropout = get_real(parameters, "dropout");
    const auto hidden = static_cast<float>(dropout / (1 - dropout));
    for (std::uint32_t i = 0; i < weights_.n; ++i)
        weights_.row(i)[i] += lambda + hidden * weights_.row(i)[i];
    progress.begin("Training", inversion_steps(weights_.n));
    switch (invert_positive(weights_, context.parallel, progress)) {
    case Inversion::cancelled:
        return cancelled_error();
    case Inversion::not_positive:
        return run_failed("the items are too much alike for this regularization: their matrix cannot be inverted",
                          "regularization", "raise the regularization");
    case Inversion::done:
        break;
    }
    weights_from_inverse(context.parallel);
    for (std::uint32_t i = 0; i < weights_.n; ++i)
        if (!std::all_of(weights_.row(i), weights_.row(i) + weights_.n, [](float w) { return std::isfinite(w); }))
            return run_failed("the weights are not finite numbers", "regularization", "raise the regularization");
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"regularization", "Regularization",
         "Pulls the weights between items towards zero; more for few people, less for many.", "", ParameterType::real,
         500.0, 0.01, 1e9},
        {"use_values", "Weigh by rating", "A rating of 5 counts five times as much as a rating of 1.", "",
         ParameterType::boolean, false},
        {"value_power", "Power of ratings", "Where ratings weigh: below 1 brings them closer together.", "",
         ParameterType::real, 1.0, 0, 4},
        {"dropout", "Dropout", "Trains as if this share of each history were hidden; guards against overfitting.", "",
         ParameterType::real, 0.0, 0, 0.95},
    };
    list[2].advanced = true;
    return list;
}

} // namespace

ModelEntry ease_entry() {
    return {"ease",
            ModelFamily::neighbours,
            "EASE",
            "Learns in one step how much each item speaks for each other; hard to beat in lists.",
            "Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019",
            ParameterSchema(
                specs(),
                {{"paper",
                  "Paper",
                  "The model of the paper: every item someone has counts 1, and nothing but the regularization is set.",
                  {{"regularization", 500.0}, {"use_values", false}}},
                 {"ml-100k",
                  "MovieLens 100K",
                  "Found on validation parts of MovieLens 100K: square roots of ratings and dropout 0.6.",
                  {{"regularization", 1050.0}, {"use_values", true}, {"value_power", 0.5}, {"dropout", 0.6}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Ease>(); }};
}

} // namespace tastebench
