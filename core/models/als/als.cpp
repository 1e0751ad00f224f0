#include "core/models/als/als.h"

#include <algorithm>
#include <cmath>

#include "core/models/als/solver_choice.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 20, item_stream = 21;

class Als final : public FactorModel {
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
    Cost cost(const DataShape& shape, const Parameters& p) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;

  private:
    void read(const Parameters& parameters);
    void centre(SparseRows& ratings);
    /// Users and items without ratings become the average of those with some, so that their predictions are averages.
    static void fill_unknown(FactorTable& table, const SparseRows& ratings);

    als::Objective objective_;
    bool nonnegative_ = false, by_user_ = false; ///< by_user_: a user's bias is taken off before the factors
    float damping_ = 0;
};

void Als::read(const Parameters& p) {
    objective_ = {};
    objective_.regularization = get_real(p, "regularization");
    objective_.exponent = get_bool(p, "weighted") ? 1 : 0;
    objective_.w_shift = 1;
    objective_.b_scale = 1;
    nonnegative_ = get_bool(p, "nonnegative");
    by_user_ = get_text(p, "centre") == "biases";
    damping_ = static_cast<float>(get_real(p, "damping"));
}

Cost Als::cost(const DataShape& shape, const Parameters& p) const {
    const auto factors = static_cast<double>(get_int(p, "factors"));
    const auto rows = static_cast<double>(shape.users + shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    Cost out;
    out.memory_bytes = 4 * (factors + 16) * rows + 20 * pairs;
    const auto [entry, row] = als::solver_cost(p);
    out.core_seconds = static_cast<double>(get_int(p, "epochs")) * (2 * pairs * entry + rows * row);
    return out;
}

/// Sets mean and biases, and leaves in the matrix what they do not account for.
void Als::centre(SparseRows& ratings) {
    double sum = 0;
    for (const float r : ratings.values)
        sum += static_cast<double>(r);
    mean_ = static_cast<float>(sum / static_cast<double>(ratings.size()));
    for (float& r : ratings.values)
        r -= mean_;
    if (!by_user_)
        return;
    std::vector<double> total(n_items(), 0);
    std::vector<double> count(n_items(), static_cast<double>(damping_));
    for (std::size_t k = 0; k < ratings.size(); ++k) {
        total[ratings.columns[k]] += static_cast<double>(ratings.values[k]);
        count[ratings.columns[k]] += 1;
    }
    for (ItemIx i = 0; i < n_items(); ++i)
        items_.bias[i] = count[i] > 0 ? static_cast<float>(total[i] / count[i]) : 0.0F;
    for (UserIx u = 0; u < n_users(); ++u) {
        double left = 0;
        const auto columns = ratings.columns_of(u);
        float* values = ratings.values.data() + ratings.starts[u];
        for (std::size_t k = 0; k < columns.size(); ++k) {
            values[k] -= items_.bias[columns[k]];
            left += static_cast<double>(values[k]);
        }
        if (columns.empty())
            continue;
        users_.bias[u] = static_cast<float>(left / (static_cast<double>(columns.size()) + double{damping_}));
        for (std::size_t k = 0; k < columns.size(); ++k)
            values[k] -= users_.bias[u];
    }
}

void Als::fill_unknown(FactorTable& table, const SparseRows& ratings) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(table.width()));
    std::uint32_t known = 0;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        if (ratings.columns_of(i).empty())
            continue;
        sum += table.row(i).cast<double>();
        ++known;
    }
    const Eigen::VectorXf average = (sum / std::max(1U, known)).cast<float>();
    for (std::uint32_t i = 0; known < table.size() && i < table.size(); ++i)
        if (ratings.columns_of(i).empty())
            table.row(i) = average;
}

std::vector<std::uint8_t> rated(const SparseRows& ratings) {
    std::vector<std::uint8_t> known(ratings.n_rows());
    for (std::uint32_t i = 0; i < known.size(); ++i)
        known[i] = ratings.columns_of(i).empty() ? 0 : 1;
    return known;
}

Status Als::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    read(parameters);
    remember_seen(training);
    SparseRows by_user = user_item_matrix(training, Entry::last_rating, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (by_user.size() == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as ials");
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    users_.resize(by_user.n_rows(), factors);
    items_.resize(by_user.n_columns, factors);
    mean_ = 0;
    const auto [least, greatest] = std::minmax_element(by_user.values.begin(), by_user.values.end());
    least_ = *least;
    greatest_ = *greatest;
    if (get_text(parameters, "centre") != "none")
        centre(by_user);
    const SparseRows by_item = transposed(by_user, context.parallel);
    const auto deviation =
        static_cast<float>(get_real(parameters, "init_deviation") / std::sqrt(static_cast<double>(factors)));
    users_.draw(context.seed, user_stream, deviation, rated(by_user), context.parallel);
    items_.draw(context.seed, item_stream, deviation, rated(by_item), context.parallel);
    if (nonnegative_)
        for (FactorTable* table : {&users_, &items_})
            for (std::uint32_t i = 0; i < table->size(); ++i)
                table->row(i) = table->row(i).cwiseAbs();

    EpochPlan plan = read_epoch_plan(parameters, "rmse");
    plan.loss = "train_rmse";
    plan.steps = als::side_blocks(n_users()) + als::side_blocks(n_items());
    plan.remedy_parameter = "regularization";
    plan.remedy = "raise the regularization";
    double squares = 0;
    for (const float r : by_user.values)
        squares += static_cast<double>(r) * static_cast<double>(r);
    als::SolverPool pool(objective_, als::method_of(parameters));
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const als::Value users =
            als::solve_side(by_user, {items_, {}}, users_, pool, context.parallel, context.progress);
        const als::Value items =
            als::solve_side(by_item, {users_, {}}, items_, pool, context.parallel, context.progress);
        fill_unknown(users_, by_user);
        fill_unknown(items_, by_item);
        const auto count = static_cast<double>(by_user.size());
        if (!context.progress.cancelled())
            context.progress.add_curve_point("loss", epoch, (squares + items.value + users.penalty) / count);
        const double error = squares + items.value - items.penalty;
        // Rounding may leave it a little below 0; what is no number must stay so, which a maximum would not let it.
        return std::isfinite(error) ? std::sqrt(std::max(0.0, error) / count) : error;
    });
}

void Als::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<std::uint32_t> columns;
    std::vector<float> values;
    double sum = 0;
    for (const auto& had : profile) {
        if (!item_in_training(had.item))
            continue;
        columns.push_back(had.item);
        values.push_back(static_cast<float>(had.value) - mean_ - items_.bias[had.item]);
        sum += static_cast<double>(values.back());
    }
    float bias = 0;
    if (by_user_ && !columns.empty())
        bias = static_cast<float>(sum / (static_cast<double>(columns.size()) + double{damping_}));
    for (float& value : values)
        value -= bias;
    als::Floats p(users_.width(), 0.0F);
    const Progress progress;
    als::RowSolver solver(objective_, {nonnegative_ ? als::Solver::nonnegative : als::Solver::cholesky});
    if (!columns.empty())
        solver.solve({items_, {}}, columns, values, p.data(), progress);
    score_factors({p.data(), static_cast<Eigen::Index>(p.size())}, mean_ + bias, out);
}

void Als::save_state(Writer& out) const {
    FactorModel::save_state(out);
    out.number(objective_.regularization);
    out.number(objective_.exponent);
    out.number(damping_);
    out.number(static_cast<std::uint8_t>(nonnegative_));
    out.number(static_cast<std::uint8_t>(by_user_));
}

Status Als::load_state(Reader& in) {
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    objective_ = {};
    objective_.regularization = in.number<double>();
    objective_.exponent = in.number<double>();
    damping_ = in.number<float>();
    nonnegative_ = in.number<std::uint8_t>() != 0;
    by_user_ = in.number<std::uint8_t>() != 0;
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{20}, 1, 4096},
        {"regularization", "Regularization", "Pulls factors towards zero; guards against overfitting.", "",
         ParameterType::real, 0.15, 0, 1e4},
        {"weighted", "Weighted regularization",
         "Regularizes a user or item in proportion to its ratings, which suits most data; off: all alike.", "",
         ParameterType::boolean, true},
        {"centre",
         "Taken off first",
         "What is taken off the ratings before the factors are learned.",
         "",
         ParameterType::choice,
         std::string("biases"),
         0,
         0,
         {{"none", "Nothing", "The factors account for the whole rating, as in Spark."},
          {"mean", "The mean", "The mean of all ratings."},
          {"biases", "Mean and biases",
           "Also how well liked each item and how generous each user is, as in LensKit."}}},
        {"damping", "Damping", "Ratings of the mean that are added to each user and item before its bias is taken.",
         "ratings", ParameterType::real, 5.0, 0, 1e6},
    };
    als::add_solver_parameters(list, "cholesky",
                               "Keeps all factors at 0 or above, with a solver of its own; meant for nothing taken off "
                               "first.");
    list.push_back({"init_deviation", "Start deviation", "Length of the random start values, about.", "",
                    ParameterType::real, 1.0, 0, 100});
    for (std::size_t i = 4; i < list.size(); ++i)
        list[i].advanced = true;
    add_epoch_parameters(list, 15, "How often users and items are solved in turn.");
    return list;
}

} // namespace

ModelEntry als_entry() {
    return {
        "als",
        ModelFamily::factors,
        "ALS",
        "Learns hidden tastes from ratings, solving users and items in turn.",
        "Zhou, Wilkinson, Schreiber, Pan: Large-scale Parallel Collaborative Filtering for the Netflix Prize, AAIM "
        "2008",
        ParameterSchema(
            specs(),
            {{"fast",
              "Fast",
              "A first answer in a moment.",
              {{"factors", std::int64_t{8}}, {"epochs", std::int64_t{5}}}},
             {"reference",
              "Spark",
              "Rank 10, 15 iterations, regularization 0.05 and nothing taken off, as Recommenders runs Spark's ALS.",
              {{"factors", std::int64_t{10}},
               {"regularization", 0.05},
               {"epochs", std::int64_t{15}},
               {"centre", std::string("none")}}}}),
        []() -> std::unique_ptr<Recommender> { return std::make_unique<Als>(); }};
}

} // namespace tastebench
