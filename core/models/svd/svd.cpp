#include "core/models/svd/svd.h"

#include <cmath>

#include <Eigen/Cholesky>

#include "core/models/common/factor_model.h"
#include "core/models/epoch_loop.h"
#include "core/models/schedule.h"
#include "core/models/svd/rating_tiles.h"
#include "core/models/svd/svd_kernels.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 10, item_stream = 11;

/// The biases as the tiles keep them during an epoch.
class SlottedBias {
  public:
    SlottedBias(FactorTable& table, const RatingTiles::Slots& slots) : table_(table), slots_(slots) {
        values_.resize(slots.size);
    }
    SgdSide side() { return {table_.data(), values_.data(), slots_.of.data()}; }
    void take() {
        for (std::uint32_t i = 0; i < table_.size(); ++i)
            values_[slots_.of[i]] = table_.bias[i];
    }
    void give_back() {
        for (std::uint32_t i = 0; i < table_.size(); ++i)
            table_.bias[i] = values_[slots_.of[i]];
    }

  private:
    FactorTable& table_;
    const RatingTiles::Slots& slots_;
    std::vector<float, LargePageAllocator<float>> values_;
};

class Svd final : public FactorModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = true;
        can.similar_items = true;
        can.folds_in = true;
        can.iterative = true;
        can.needs_values = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto width = static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(p, "factors"))));
        Cost out;
        out.memory_bytes = 4.0 * (width + 1) * static_cast<double>(shape.users + shape.items) +
                           static_cast<double>((2 * sizeof(Rating) + 1) * shape.rows);
        out.core_seconds = static_cast<double>(shape.rows) *
                           (60e-9 + static_cast<double>(get_int(p, "epochs")) * (8e-9 + width * 0.15e-9));
        return out;
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    std::uint32_t state_version() const override { return 2; }
    void save_state(Writer& out) const override {
        FactorModel::save_state(out);
        out.number(fold_regularization_);
        out.number(static_cast<std::uint8_t>(biased_));
    }
    Status load_state(Reader& in) override {
        if (auto status = FactorModel::load_state(in); !status)
            return status;
        fold_regularization_ = in.number<float>();
        biased_ = in.number<std::uint8_t>() != 0;
        if (!in.ok() || !(fold_regularization_ >= 0))
            return bad_data("the stored SVD model is damaged", {}, "train it again");
        return {};
    }

  private:
    float fold_regularization_ = 0;
    bool biased_ = true;
};

bool takes_mean(const Parameters& p) {
    const auto& choice = get_text(p, "global_mean");
    return choice == "with-biases" ? get_bool(p, "biased") : choice == "always";
}

Status Svd::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    context.progress.begin("Sorting ratings", 0);
    RatingTiles tiles;
    tiles.fill(training, context.seed, context.parallel);
    if (tiles.count() == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    const auto deviation = static_cast<float>(get_real(parameters, "init_deviation"));
    biased_ = get_bool(parameters, "biased");
    mean_ = takes_mean(parameters) ? static_cast<float>(tiles.mean()) : 0.0F;
    least_ = tiles.least();
    greatest_ = tiles.greatest();
    users_.resize(training.data.users().size(), factors);
    items_.resize(training.data.items().size(), factors);
    // What has no training rating keeps zeros, so its prediction falls back to the parts that are known.
    users_.draw(context.seed, user_stream, deviation, tiles.known_users(), context.parallel);
    items_.draw(context.seed, item_stream, deviation, tiles.known_items(), context.parallel);

    const auto rate = read_learning_rate(parameters);
    const auto regularization = static_cast<float>(get_real(parameters, "regularization"));
    const double bias_rate = get_real(parameters, "bias_learning_rate");
    const double bias_regularization = get_real(parameters, "bias_regularization");
    fold_regularization_ = regularization;
    EpochPlan plan = read_epoch_plan(parameters, "rmse");
    plan.loss = "train_rmse";
    plan.steps = RatingTiles::per_epoch;
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    SlottedBias user_bias(users_, tiles.user_slots());
    SlottedBias item_bias(items_, tiles.item_slots());
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const double now = rate.at(epoch);
        user_bias.take();
        item_bias.take();
        SgdStep step{
            user_bias.side(), item_bias.side(), users_.width(), mean_, static_cast<float>(now), regularization, 0, 0};
        if (biased_) {
            step.bias_rate = static_cast<float>(bias_rate < 0 ? now : bias_rate * now / rate.start);
            step.bias_regularization =
                bias_regularization < 0 ? regularization : static_cast<float>(bias_regularization);
        }
        const double squared = tiles.for_each(context.parallel, context.progress,
                                              [&](std::span<const Rating> ratings) { return sgd_pass(ratings, step); });
        user_bias.give_back();
        item_bias.give_back();
        return std::sqrt(squared / static_cast<double>(tiles.count()));
    });
}

/// The factors and the bias of someone new: ridge regression of their ratings on the item factors, each weighed with
/// lambda x ratings, which is where SGD's penalty per rating settles.
void Svd::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    const auto f = static_cast<Eigen::Index>(items_.factors());
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(f + 1, f + 1);
    Eigen::VectorXd target = Eigen::VectorXd::Zero(f + 1);
    Eigen::VectorXd x(f + 1);
    std::size_t known = 0;
    for (const auto& had : profile) {
        if (!item_in_training(had.item))
            continue;
        ++known;
        x.head(f) = items_.row(had.item).head(f).cast<double>();
        x[f] = biased_ ? 1.0 : 0.0;
        normal.selfadjointView<Eigen::Lower>().rankUpdate(x);
        target += (had.value - static_cast<double>(mean_ + items_.bias[had.item])) * x;
    }
    const double ridge = std::max(1e-9, static_cast<double>(fold_regularization_) * static_cast<double>(known));
    normal.diagonal().array() += ridge;
    const Eigen::VectorXd solved = normal.selfadjointView<Eigen::Lower>().ldlt().solve(target);
    FactorTable someone;
    someone.resize(1, items_.factors());
    someone.row(0).head(f) = solved.head(f).cast<float>();
    score_factors(std::as_const(someone).row(0), mean_ + static_cast<float>(solved[f]), out);
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{100}, 1, 4096},
        {"learning_rate", "Learning rate", "How far each rating moves the model.", "", ParameterType::real, 0.005, 1e-6,
         1},
        {"regularization", "Regularization", "Pulls factors and biases towards zero; guards against overfitting.", "",
         ParameterType::real, 0.02, 0, 10},
        {"init_deviation", "Start deviation", "Standard deviation of the random start values.", "", ParameterType::real,
         0.1, 0, 10},
        {"biased", "Biases", "Learns how generous each user and how well liked each item is.", "",
         ParameterType::boolean, true},
        {"global_mean",
         "Mean of all ratings",
         "Whether it is taken off before anything is learned.",
         "",
         ParameterType::choice,
         std::string("with-biases"),
         0,
         0,
         {{"with-biases", "With biases", "Where biases are learned, as in Surprise."},
          {"always", "Always", "The factors need not account for it."},
          {"never", "Never", "Biases and factors account for the whole rating."}}},
        {"bias_learning_rate", "Bias learning rate", "How far each rating moves the biases; -1: as the factors.", "",
         ParameterType::real, -1.0, -1, 1},
        {"bias_regularization", "Bias regularization", "Pulls the biases towards zero; -1: as the factors.", "",
         ParameterType::real, -1.0, -1, 10},
    };
    for (auto at = list.begin() + 3; at != list.end(); ++at)
        at->advanced = true;
    add_schedule_parameters(list);
    add_epoch_parameters(list, 20, "How often training goes through all ratings.");
    return list;
}

} // namespace

ModelEntry svd_entry() {
    return {"svd",
            ModelFamily::factors,
            "SVD",
            "Learns hidden tastes from ratings and predicts the rating a user would give.",
            "Koren, Bell, Volinsky: Matrix Factorization Techniques for Recommender Systems, IEEE Computer 42(8), 2009",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "A first answer in a moment.",
                                       {{"factors", std::int64_t{32}}, {"epochs", std::int64_t{10}}}},
                                      {"reference",
                                       "Published benchmark",
                                       "150 factors and 15 epochs, as in the benchmark of Microsoft Recommenders.",
                                       {{"factors", std::int64_t{150}}, {"epochs", std::int64_t{15}}}},
                                      {"ml-100k",
                                       "Tuned on MovieLens 100K",
                                       "More epochs, smaller start values and a stronger pull, found on a random split "
                                       "of MovieLens 100K.",
                                       {{"epochs", std::int64_t{40}},
                                        {"learning_rate", 0.01},
                                        {"init_deviation", 0.03},
                                        {"regularization", 0.08}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Svd>(); }};
}

} // namespace tastebench
