#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/models/als/als.h"
#include "core/models/als/solver_choice.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 22, item_stream = 23;

als::Objective objective_of(const Parameters& p) {
    als::Objective out;
    out.regularization = get_real(p, "regularization");
    out.exponent = get_real(p, "regularization_exponent");
    out.unobserved = static_cast<float>(get_real(p, "unobserved_weight"));
    out.w_scale = out.b_scale = static_cast<float>(get_real(p, "alpha"));
    // The unseen weight counts for all pairs; what an observed pair has beyond it is w.
    const auto& confidence = get_text(p, "confidence");
    out.w_shift = confidence == "scaled" ? -out.unobserved : 0.0F;
    out.b_shift = confidence == "plus" ? out.unobserved : 0.0F;
    return out;
}

class Ials final : public FactorModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.similar_items = true;
        can.folds_in = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;

  private:
    Result<SparseRows> read(const TrainingData& training, const Parameters& parameters, const FitContext& context);
    double epoch(const SparseRows& by_user, const SparseRows& by_item, als::SolverPool& pool, FitContext& context);

    als::Objective objective_;
    bool nonnegative_ = false, use_values_ = true;
    std::uint32_t known_users_ = 0, known_items_ = 0;
    /// For profiles, made when first asked for: a large one takes long, and most runs never fold anyone in.
    mutable std::mutex gramian_mutex_;
    mutable als::Floats gramian_;
};

/// The training pairs with their values; bad_data where a value cannot be a confidence.
Result<SparseRows> Ials::read(const TrainingData& training, const Parameters& p, const FitContext& context) {
    objective_ = objective_of(p);
    nonnegative_ = get_bool(p, "nonnegative");
    use_values_ = get_bool(p, "use_values");
    SparseRows by_user =
        user_item_matrix(training, use_values_ ? Entry::value_sum : Entry::one, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (by_user.size() == 0)
        return bad_data("there are no rows to train on", "data", "choose a split with training rows");
    if (std::any_of(by_user.values.begin(), by_user.values.end(), [](float v) { return !(v >= 0); }))
        return bad_data("there are values below 0, which cannot say how sure an event is", "use_values",
                        "set use_values to false, or a rating range at import");
    return by_user;
}

std::vector<std::uint8_t> with_entries(const SparseRows& matrix) {
    std::vector<std::uint8_t> known(matrix.n_rows());
    for (std::uint32_t i = 0; i < known.size(); ++i)
        known[i] = matrix.columns_of(i).empty() ? 0 : 1;
    return known;
}

void start(FactorTable& table, const Parameters& p, std::uint64_t seed, std::uint32_t stream,
           std::span<const std::uint8_t> known, const Parallel& parallel) {
    const auto deviation = get_real(p, "init_deviation") / std::sqrt(static_cast<double>(table.factors()));
    table.draw(seed, stream, static_cast<float>(deviation), known, parallel);
    if (get_bool(p, "nonnegative"))
        for (std::uint32_t i = 0; i < table.size(); ++i)
            table.row(i) = table.row(i).cwiseAbs();
}

Status Ials::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    const auto read_rows = read(training, parameters, context);
    if (!read_rows)
        return fail(read_rows.error());
    const SparseRows& by_user = *read_rows;
    const SparseRows by_item = transposed(by_user, context.parallel);
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    users_.resize(by_user.n_rows(), factors);
    items_.resize(by_user.n_columns, factors);
    mean_ = 0;
    gramian_.clear();
    const auto user_known = with_entries(by_user);
    const auto item_known = with_entries(by_item);
    known_users_ = static_cast<std::uint32_t>(std::count(user_known.begin(), user_known.end(), 1));
    known_items_ = static_cast<std::uint32_t>(std::count(item_known.begin(), item_known.end(), 1));
    start(users_, parameters, context.seed, user_stream, user_known, context.parallel);
    start(items_, parameters, context.seed, item_stream, item_known, context.parallel);

    EpochPlan plan = read_epoch_plan(parameters, "ndcg@10");
    plan.steps = als::side_blocks(n_users()) + als::side_blocks(n_items());
    plan.remedy_parameter = "regularization";
    plan.remedy = "raise the regularization or lower alpha";
    als::SolverPool pool(objective_, als::method_of(parameters));
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t) { return epoch(by_user, by_item, pool, context); });
}

/// Returns what is minimised, all pairs and both penalties, for each observed pair.
double Ials::epoch(const SparseRows& by_user, const SparseRows& by_item, als::SolverPool& pool, FitContext& context) {
    const auto& parallel = context.parallel;
    als::Floats all;
    const auto weigh_all = [&](const FactorTable& table) {
        return objective_.unobserved > 0 ? als::gramian(table, objective_.unobserved, parallel) : als::Floats{};
    };
    all = weigh_all(items_);
    const als::Value users =
        als::solve_side(by_user, {items_, all, known_items_}, users_, pool, parallel, context.progress);
    all = weigh_all(users_);
    const als::Value items =
        als::solve_side(by_item, {users_, all, known_users_}, items_, pool, parallel, context.progress);
    // w y^2 - 2 b y + b over the observed pairs: the constant that the rows' problems leave out.
    double constant = 0;
    for (const float v : by_user.values)
        constant += static_cast<double>(objective_.b_scale * v + objective_.b_shift);
    return (constant + items.value + users.penalty) / static_cast<double>(by_user.size());
}

void Ials::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<std::uint32_t> columns;
    std::vector<float> values;
    for (const auto& had : profile) {
        if (!item_in_training(had.item))
            continue;
        columns.push_back(had.item);
        values.push_back(use_values_ ? std::max(0.0F, static_cast<float>(had.value)) : 1.0F);
    }
    als::Floats p(users_.width(), 0.0F);
    if (!columns.empty()) {
        {
            const std::lock_guard lock(gramian_mutex_);
            if (gramian_.empty() && objective_.unobserved > 0)
                gramian_ = als::gramian(items_, objective_.unobserved, Parallel(1));
        }
        const Progress progress;
        als::RowSolver solver(objective_, {nonnegative_ ? als::Solver::nonnegative : als::Solver::cholesky});
        solver.solve({items_, gramian_, known_items_}, columns, values, p.data(), progress);
    }
    score_factors({p.data(), static_cast<Eigen::Index>(p.size())}, mean_, out);
}

void Ials::save_state(Writer& out) const {
    FactorModel::save_state(out);
    out.number(objective_.regularization);
    out.number(objective_.exponent);
    for (const float value :
         {objective_.unobserved, objective_.w_scale, objective_.w_shift, objective_.b_scale, objective_.b_shift})
        out.number(value);
    out.number(known_users_);
    out.number(known_items_);
    out.number(static_cast<std::uint8_t>(nonnegative_));
    out.number(static_cast<std::uint8_t>(use_values_));
}

Status Ials::load_state(Reader& in) {
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    objective_.regularization = in.number<double>();
    objective_.exponent = in.number<double>();
    for (float* value :
         {&objective_.unobserved, &objective_.w_scale, &objective_.w_shift, &objective_.b_scale, &objective_.b_shift})
        *value = in.number<float>();
    known_users_ = in.number<std::uint32_t>();
    known_items_ = in.number<std::uint32_t>();
    nonnegative_ = in.number<std::uint8_t>() != 0;
    use_values_ = in.number<std::uint8_t>() != 0;
    gramian_.clear();
    return {};
}

Cost Ials::cost(const DataShape& shape, const Parameters& p) const {
    const auto factors = static_cast<double>(get_int(p, "factors"));
    const auto rows = static_cast<double>(shape.users + shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    const auto [entry, row] = als::solver_cost(p);
    Cost out;
    out.memory_bytes = 4 * (factors + 16) * rows + 20 * pairs + 68 * factors * factors;
    out.core_seconds =
        static_cast<double>(get_int(p, "epochs")) * (2 * pairs * entry + rows * (row + factors * factors * 11e-12));
    return out;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{32}, 1, 4096},
        {"regularization", "Regularization", "Pulls factors towards zero; guards against overfitting.", "",
         ParameterType::real, 1.0, 0, 1e6},
        {"alpha", "Alpha", "How much surer an event makes the model that someone likes an item.", "",
         ParameterType::real, 1.0, 0, 1e6},
        {"use_values", "Use values",
         "Ratings or counts make an event surer, summed for a repeated pair; off: every pair counts 1.", "",
         ParameterType::boolean, true},
        {"confidence",
         "Confidence",
         "How the weight of an observed pair follows from its value.",
         "",
         ParameterType::choice,
         std::string("plus"),
         0,
         0,
         {{"plus", "1 + alpha x value", "The unseen weight and alpha times the value, as Hu, Koren and Volinsky."},
          {"scaled", "alpha x value", "Alpha times the value alone, as the library implicit."},
          {"added", "On top of all pairs",
           "Every pair counts as unseen, observed ones a second time with alpha times the value, as Rendle and "
           "others."}}},
        {"unobserved_weight", "Unseen weight", "How much each pair without an event counts as a dislike.", "",
         ParameterType::real, 1.0, 0, 1e6},
        {"regularization_exponent", "Frequency exponent",
         "Regularizes a user or item by its number of events to this power; 0 treats all alike, 1 in proportion.", "",
         ParameterType::real, 0.5, 0, 2},
    };
    als::add_solver_parameters(list, "conjugate_gradient",
                               "Keeps all factors at 0 or above, with a solver of its own.");
    list.push_back({"init_deviation", "Start deviation", "Length of the random start values, about.", "",
                    ParameterType::real, 0.1, 0, 100});
    for (std::size_t i = 6; i < list.size(); ++i)
        list[i].advanced = true;
    add_epoch_parameters(list, 15, "How often users and items are solved in turn.");
    return list;
}

std::vector<Preset> presets() {
    return {
        {"fast", "Fast", "A first answer in a moment.", {{"factors", std::int64_t{16}}, {"epochs", std::int64_t{6}}}},
        {"reference",
         "implicit",
         "The defaults of the library implicit with 64 factors; values count only if they are switched on.",
         {{"factors", std::int64_t{64}},
          {"regularization", 0.01},
          {"regularization_exponent", 0.0},
          {"alpha", 1.0},
          {"use_values", false},
          {"confidence", std::string("scaled")},
          {"unobserved_weight", 1.0},
          {"epochs", std::int64_t{15}}}},
        {"paper",
         "Revisiting iALS",
         "256 factors with the settings of Rendle and others for MovieLens 20M.",
         {{"factors", std::int64_t{256}},
          {"regularization", 0.003},
          {"regularization_exponent", 1.0},
          {"alpha", 1.0},
          {"use_values", false},
          {"confidence", std::string("added")},
          {"unobserved_weight", 0.1},
          {"solver", std::string("blocks")},
          {"epochs", std::int64_t{16}}}}};
}

} // namespace

ModelEntry ials_entry() {
    return {"ials",
            ModelFamily::factors,
            "Implicit ALS",
            "Learns hidden tastes from events alone, taking what nobody touched as a weak dislike.",
            "Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008",
            ParameterSchema(specs(), presets()),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Ials>(); }};
}

} // namespace tastebench
