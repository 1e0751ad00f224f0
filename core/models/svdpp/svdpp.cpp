#include "core/models/svdpp/svdpp.h"

#include <cmath>

#include "core/base/rng.h"
#include "core/models/common/factor_model.h"
#include "core/models/common/fold_in.h"
#include "core/models/epoch_loop.h"
#include "core/models/schedule.h"
#include "core/models/svdpp/svdpp_kernels.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 60, item_stream = 61, implicit_stream = 63, shuffle_stream = 64;

float weight_of(std::size_t items) {
    return items > 0 ? 1.0F / std::sqrt(static_cast<float>(items)) : 0.0F;
}

/// users_ holds p_u + |N(u)|^-1/2 sum y_j, so that all scoring is plain matrix factorisation; p_u itself is only kept
/// for training.
class Svdpp final : public FactorModel {
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
        const auto rows = static_cast<double>(shape.rows);
        Cost out;
        out.memory_bytes = 8.0 * (width + 1) * static_cast<double>(shape.users + shape.items) +
                           rows * (sizeof(Rated) + 2 * sizeof(Touch) + 8) + 4.0 * width * UserBatch::most_ratings;
        out.core_seconds = rows * (70e-9 + static_cast<double>(get_int(p, "epochs")) * (27e-9 + width * 0.8e-9));
        return out;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override {
        FactorModel::save_state(out);
        implicit_.save(out);
        out.number(prior_.regularization);
        out.number(prior_.bias_regularization);
    }
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { explicit_.save(out); }
    Status load_training(Reader& in) override;

  private:
    /// Working memory of one batch.
    struct Scratch {
        std::vector<float, Eigen::aligned_allocator<float>> moves, v, h;
        std::vector<float> errors;
        std::array<SvdppFound, UserBatch::most_users> found{};
        std::array<double, UserBatch::most_users> squared{};
        explicit Scratch(std::uint32_t width);
    };
    void start(const UserBatches& ratings, const TrainingData& training, const Parameters& parameters,
               FitContext& context);
    double epoch(const UserBatches& ratings, std::uint32_t number, const SvdppStep& step, FitContext& context,
                 Scratch& scratch);
    double learn(const UserBatch& batch, const SvdppStep& step, const Parallel& parallel, Scratch& scratch);
    void join_users(const Parallel& parallel);

    FactorTable explicit_; ///< p
    FactorTable implicit_; ///< y
    FoldInPrior prior_;
};

Svdpp::Scratch::Scratch(std::uint32_t width)
    : moves(std::size_t{width} * UserBatch::most_ratings), v(std::size_t{width} * UserBatch::most_users), h(v.size()),
      errors(UserBatch::most_ratings) {
    for (std::size_t slot = 0; slot < found.size(); ++slot) {
        found[slot].v = v.data() + slot * width;
        found[slot].h = h.data() + slot * width;
    }
}

void Svdpp::start(const UserBatches& ratings, const TrainingData& training, const Parameters& parameters,
                  FitContext& context) {
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    const auto deviation = static_cast<float>(get_real(parameters, "init_deviation"));
    const std::uint32_t n_items = training.data.items().size();
    mean_ = static_cast<float>(ratings.mean);
    least_ = ratings.least;
    greatest_ = ratings.greatest;
    users_.resize(training.data.users().size(), factors);
    explicit_.resize(users_.size(), factors);
    items_.resize(n_items, factors);
    implicit_.resize(n_items, factors);
    // What training says nothing of keeps zeros, so a prediction falls back to the parts that are known.
    std::vector<std::uint8_t> in_training(n_items);
    for (ItemIx item = 0; item < n_items; ++item)
        in_training[item] = item_in_training(item) ? 1 : 0;
    explicit_.draw(context.seed, user_stream, deviation, ratings.known_users, context.parallel);
    items_.draw(context.seed, item_stream, deviation, ratings.known_items, context.parallel);
    implicit_.draw(context.seed, implicit_stream, deviation, in_training, context.parallel);
    join_users(context.parallel);
}

Status Svdpp::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    if (context.progress.cancelled())
        return cancelled_error();
    context.progress.begin("Sorting ratings", 0);
    const auto ratings = make_user_batches(
        training, [&](UserIx user) { return seen(user); }, context.seed, context.parallel);
    if (context.progress.cancelled())
        return cancelled_error();
    if (ratings.count == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    start(ratings, training, parameters, context);

    const auto rate = read_learning_rate(parameters);
    const double bias_rate = get_real(parameters, "bias_learning_rate");
    const double bias_regularization = get_real(parameters, "bias_regularization");
    prior_.regularization = get_real(parameters, "regularization");
    prior_.bias_regularization = bias_regularization < 0 ? prior_.regularization : bias_regularization;
    EpochPlan plan = read_epoch_plan(parameters, "rmse");
    plan.loss = "train_rmse";
    plan.steps = ratings.batches.size();
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    Scratch scratch(items_.width());
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t number) {
        const double now = rate.at(number);
        const SvdppStep step{items_.width(),
                             mean_,
                             static_cast<float>(now),
                             static_cast<float>(prior_.regularization),
                             static_cast<float>(bias_rate < 0 ? now : bias_rate * now / rate.start),
                             static_cast<float>(prior_.bias_regularization)};
        return epoch(ratings, number, step, context, scratch);
    });
}

double Svdpp::epoch(const UserBatches& ratings, std::uint32_t number, const SvdppStep& step, FitContext& context,
                    Scratch& scratch) {
    std::vector<std::uint32_t> order(ratings.batches.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        order[i] = i;
    Rng(context.seed, shuffle_stream, number).shuffle(std::span(order));
    double squared = 0;
    for (const auto at : order) {
        if (context.progress.cancelled())
            return 0;
        squared += learn(ratings.batches[at], step, context.parallel, scratch);
        context.progress.advance();
    }
    join_users(context.parallel);
    return std::sqrt(squared / static_cast<double>(ratings.count));
}

/// People side by side against items that stand still, then the items by what the people found, each block by one
/// thread and in the order of the batch.
double Svdpp::learn(const UserBatch& batch, const SvdppStep& step, const Parallel& parallel, Scratch& scratch) {
    const std::size_t width = step.width;
    parallel.for_blocks(batch.people.size(), 1, [&](std::size_t slot, std::size_t) {
        const auto& person = batch.people[slot];
        const auto had = seen(person.user);
        auto& found = scratch.found[slot];
        float* p = explicit_.row(person.user).data();
        found.weight = weight_of(had.size());
        add_rows(had, implicit_.data(), found.weight, p, step.width, found.v);
        scratch.squared[slot] =
            svdpp_user(std::span(batch.ratings).subspan(person.first, person.last - person.first), items_.data(),
                       items_.bias.data(), step, p, &users_.bias[person.user], found,
                       scratch.errors.data() + person.first, scratch.moves.data() + person.first * width);
    });
    parallel.for_blocks(UserBatch::item_blocks, 1, [&](std::size_t block, std::size_t) {
        svdpp_items(batch.rated_in(block), batch.had_in(block), scratch.found, scratch.errors.data(),
                    scratch.moves.data(), step, items_.data(), items_.bias.data(), implicit_.data());
    });
    double squared = 0;
    for (std::size_t slot = 0; slot < batch.people.size(); ++slot)
        squared += scratch.squared[slot];
    return squared;
}

void Svdpp::join_users(const Parallel& parallel) {
    parallel.for_blocks(users_.size(), 128, [&](std::size_t first, std::size_t last) {
        for (auto user = static_cast<UserIx>(first); user < last; ++user) {
            const auto had = seen(user);
            add_rows(had, implicit_.data(), weight_of(had.size()), explicit_.row(user).data(), users_.width(),
                     users_.row(user).data());
        }
    });
}

/// The implicit part is known from the items alone; the rest of the factors and the bias are fitted to what it leaves.
void Svdpp::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<ItemIx> had;
    std::vector<double> values;
    for (const auto& one : profile)
        if (item_in_training(one.item)) {
            had.push_back(one.item);
            values.push_back(one.value);
        }
    FactorTable someone;
    someone.resize(1, items_.factors());
    const FactorTable& constant = someone;
    add_rows(had, implicit_.data(), weight_of(had.size()), nullptr, items_.width(), someone.row(0).data());
    const auto f = static_cast<Eigen::Index>(items_.factors());
    const auto n = static_cast<Eigen::Index>(had.size());
    Eigen::MatrixXd rows(n, f);
    Eigen::VectorXd residuals(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        const auto q = items_.row(had[static_cast<std::size_t>(i)]);
        rows.row(i) = q.head(f).cast<double>().transpose();
        residuals[i] =
            values[static_cast<std::size_t>(i)] -
            static_cast<double>(mean_ + items_.bias[had[static_cast<std::size_t>(i)]] + q.dot(constant.row(0)));
    }
    const Eigen::VectorXd solved = ridge_fold_in(rows, residuals, prior_);
    someone.row(0).head(f) += solved.head(f).cast<float>();
    score_factors(constant.row(0), mean_ + static_cast<float>(solved[f]), out);
}

Status Svdpp::load_state(Reader& in) {
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    const bool sound = implicit_.load(in);
    prior_.regularization = in.number<double>();
    prior_.bias_regularization = in.number<double>();
    if (!sound || !in.ok() || implicit_.size() != items_.size() || implicit_.factors() != items_.factors() ||
        !(prior_.regularization >= 0) || !(prior_.bias_regularization >= 0))
        return bad_data("the stored SVD++ model is damaged", {}, "train it again");
    return {};
}

Status Svdpp::load_training(Reader& in) {
    if (!explicit_.load(in) || explicit_.size() != users_.size() || explicit_.factors() != users_.factors())
        return bad_data("the stored training state is damaged", {}, "start the run anew");
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{20}, 1, 4096},
        {"learning_rate", "Learning rate", "How far each rating moves the model.", "", ParameterType::real, 0.007, 1e-6,
         1},
        {"regularization", "Regularization", "Pulls factors and biases towards zero; guards against overfitting.", "",
         ParameterType::real, 0.02, 0, 10},
        {"init_deviation", "Start deviation", "Standard deviation of the random start values.", "", ParameterType::real,
         0.1, 0, 10},
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

ModelEntry svdpp_entry() {
    return {"svdpp",
            ModelFamily::factors,
            "SVD++",
            "Predicts ratings from hidden tastes, and learns also from which items a user chose to rate at all.",
            "Koren: Factorization Meets the Neighborhood: a Multifaceted Collaborative Filtering Model, KDD 2008",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "A first answer in a moment.",
                                       {{"factors", std::int64_t{16}}, {"epochs", std::int64_t{10}}}},
                                      {"paper",
                                       "Koren's paper",
                                       "50 factors and a learning rate that falls by a tenth with each of 30 epochs, "
                                       "as in Koren's paper of 2008.",
                                       {{"factors", std::int64_t{50}},
                                        {"epochs", std::int64_t{30}},
                                        {"regularization", 0.015},
                                        {"bias_regularization", 0.005},
                                        {"schedule", std::string("exponential")},
                                        {"decay", 0.1}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Svdpp>(); }};
}

} // namespace tastebench
