#include "core/models/nmf/nmf.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/base/rng.h"
#include "core/models/common/factor_model.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"
#include "core/models/nmf/nmf_kernels.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 70, item_stream = 71;
constexpr std::size_t row_block = 64; ///< rows of one side worked on by one thread at a time

using AlignedFloats = std::vector<float, Eigen::aligned_allocator<float>>;

class Nmf final : public FactorModel {
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
        out.memory_bytes = 8.0 * (width + 1) * static_cast<double>(shape.users + shape.items) +
                           24.0 * static_cast<double>(shape.pairs);
        out.core_seconds = static_cast<double>(shape.rows) *
                           (70e-9 + static_cast<double>(get_int(p, "epochs")) * (7e-9 + width * 0.45e-9));
        return out;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;

  private:
    void start(const SparseRows& by_user, const SparseRows& by_item, const Parameters& parameters, FitContext& context);
    double epoch(const SparseRows& by_user, const SparseRows& by_item, FitContext& context);
    double half(const SparseRows& ratings, FactorTable& own, const FactorTable& others, AlignedFloats& next,
                FitContext& context) const;
    NmfStep step() const { return {items_.width(), mean_, regularization_, bias_rate_, bias_regularization_}; }

    bool biased_ = false; ///< without: mean_ is 0
    float unknown_ = 0;   ///< predicted without biases where one side is unknown: the mean
    float regularization_ = 0, bias_rate_ = 0, bias_regularization_ = 0;
    std::vector<std::uint8_t> known_users_, known_items_; ///< have a rating
    AlignedFloats next_users_, next_items_;               ///< while training
};

/// Which rows have entries.
std::vector<std::uint8_t> filled(const SparseRows& rows) {
    std::vector<std::uint8_t> out(rows.n_rows());
    for (std::uint32_t row = 0; row < out.size(); ++row)
        out[row] = rows.columns_of(row).empty() ? 0 : 1;
    return out;
}

/// Uniform numbers in [low, high) for the rows marked known.
void draw_uniform(FactorTable& table, std::uint64_t seed, std::uint32_t stream, double low, double high,
                  std::span<const std::uint8_t> known) {
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        if (known[i] == 0)
            continue;
        Rng rng(seed, stream, i);
        auto row = table.row(i);
        for (std::uint32_t f = 0; f < table.factors(); ++f)
            row[f] = static_cast<float>(low + (high - low) * rng.uniform());
    }
}

void Nmf::start(const SparseRows& by_user, const SparseRows& by_item, const Parameters& parameters,
                FitContext& context) {
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    double sum = 0;
    for (const float value : by_user.values)
        sum += static_cast<double>(value);
    const auto [least, greatest] = std::minmax_element(by_user.values.begin(), by_user.values.end());
    const auto mean = static_cast<float>(sum / static_cast<double>(by_user.size()));
    least_ = *least;
    greatest_ = *greatest;
    biased_ = get_bool(parameters, "biased");
    mean_ = biased_ ? mean : 0.0F;
    unknown_ = mean;
    regularization_ = static_cast<float>(get_real(parameters, "regularization"));
    bias_rate_ = biased_ ? static_cast<float>(get_real(parameters, "bias_learning_rate")) : 0.0F;
    bias_regularization_ = biased_ ? static_cast<float>(get_real(parameters, "bias_regularization")) : 0.0F;
    known_users_ = filled(by_user);
    known_items_ = filled(by_item);
    users_.resize(by_user.n_rows(), factors);
    items_.resize(by_item.n_rows(), factors);
    const double high = get_real(parameters, "init_high");
    // 0 itself would never be left again.
    const double low = std::min(get_real(parameters, "init_low"), high);
    draw_uniform(users_, context.seed, user_stream, low, high, known_users_);
    draw_uniform(items_, context.seed, item_stream, low, high, known_items_);
    next_users_.assign(std::size_t{users_.size()} * users_.width(), 0.0F);
    next_items_.assign(std::size_t{items_.size()} * items_.width(), 0.0F);
}

Status Nmf::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    context.progress.begin("Sorting ratings", 0);
    if (training.data.interactions().value.empty())
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    const SparseRows by_user = user_item_matrix(training, Entry::last_rating, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (by_user.size() == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    if (const float least = *std::min_element(by_user.values.begin(), by_user.values.end()); least < 0)
        return bad_data(fmt::format("a rating is {}, but non-negative factors can only add up", least), "data",
                        "choose SVD, or import the ratings on a scale from 0 up");
    const SparseRows by_item = transposed(by_user, context.parallel);
    start(by_user, by_item, parameters, context);
    EpochPlan plan = read_epoch_plan(parameters, "rmse");
    plan.loss = "train_rmse";
    plan.steps = 2;
    plan.remedy_parameter = biased_ ? "bias_learning_rate" : "regularization";
    plan.remedy = biased_ ? "lower the bias learning rate" : "raise the regularization";
    const auto status =
        EpochLoop::run(*this, plan, context, [&](std::uint32_t) { return epoch(by_user, by_item, context); });
    next_users_ = {};
    next_items_ = {};
    return status;
}

/// New rows of one side into `next`, its biases in place. The sum of squared errors by row, in order of the rows.
double Nmf::half(const SparseRows& ratings, FactorTable& own, const FactorTable& others, AlignedFloats& next,
                 FitContext& context) const {
    const NmfStep now = step();
    const std::size_t width = now.width;
    std::vector<double> sums((own.size() + row_block - 1) / row_block, 0.0);
    context.parallel.for_blocks(own.size(), row_block, [&](std::size_t first, std::size_t last) {
        AlignedFloats scratch(2 * width);
        for (std::size_t i = first; i < last && !context.progress.cancelled(); ++i) {
            const auto row = static_cast<std::uint32_t>(i);
            sums[first / row_block] +=
                nmf_row(ratings.columns_of(row), ratings.values_of(row), others.data(), others.bias.data(), now,
                        own.data() + i * width, &own.bias[i], scratch.data(), next.data() + i * width);
        }
    });
    context.progress.advance();
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return total;
}

/// Factors of both sides move at once, from the old ones; biases of the items after those of the users.
double Nmf::epoch(const SparseRows& by_user, const SparseRows& by_item, FitContext& context) {
    const double squared = half(by_user, users_, items_, next_users_, context);
    half(by_item, items_, users_, next_items_, context);
    if (context.progress.cancelled())
        return 0;
    std::copy(next_users_.begin(), next_users_.end(), users_.data());
    std::copy(next_items_.begin(), next_items_.end(), items_.data());
    return std::sqrt(squared / static_cast<double>(by_user.size()));
}

/// Without biases nothing is known of a pair with an unknown side but the mean.
void Nmf::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    FactorModel::score_pairs(pairs, out);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [user, item] = pairs[i];
        if (!biased_ && (known_users_[user] == 0 || known_items_[item] == 0))
            out[i] = static_cast<double>(unknown_);
    }
}

/// The same step for one person, again and again while the items stand still.
void Nmf::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    constexpr int rounds = 100;
    std::vector<std::uint32_t> had;
    std::vector<float> values;
    for (const auto& one : profile)
        if (known_items_[one.item] != 0) {
            had.push_back(one.item);
            values.push_back(static_cast<float>(std::max(0.0, one.value)));
        }
    FactorTable now;
    FactorTable next;
    now.resize(1, items_.factors());
    next.resize(1, items_.factors());
    if (!had.empty())
        now.row(0).head(items_.factors()).setConstant(1.0F / std::sqrt(static_cast<float>(items_.factors())));
    AlignedFloats scratch(2 * std::size_t{items_.width()});
    float bias = 0;
    for (int round = 0; round < rounds && !had.empty(); ++round) {
        nmf_row(had, values, items_.data(), items_.bias.data(), step(), now.data(), &bias, scratch.data(), next.data());
        std::swap(now, next);
    }
    score_factors(std::as_const(now).row(0), mean_ + bias, out);
}

void Nmf::save_state(Writer& out) const {
    FactorModel::save_state(out);
    out.number(static_cast<std::uint8_t>(biased_));
    for (const float number : {unknown_, regularization_, bias_rate_, bias_regularization_})
        out.number(number);
    out.array(known_users_);
    out.array(known_items_);
}

Status Nmf::load_state(Reader& in) {
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    biased_ = in.number<std::uint8_t>() != 0;
    unknown_ = in.number<float>();
    bool sound = std::isfinite(unknown_);
    for (float* number : {&regularization_, &bias_rate_, &bias_regularization_}) {
        *number = in.number<float>();
        sound = sound && *number >= 0;
    }
    known_users_ = in.array<std::uint8_t>();
    known_items_ = in.array<std::uint8_t>();
    if (!sound || !in.ok() || known_users_.size() != users_.size() || known_items_.size() != items_.size())
        return bad_data("the stored NMF model is damaged", {}, "train it again");
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned, each of which can only add to a rating.", "",
         ParameterType::integer, std::int64_t{15}, 1, 4096},
        {"regularization", "Regularization", "Pulls the factors towards zero; guards against overfitting.", "",
         ParameterType::real, 0.06, 0, 10},
        {"biased", "Biases", "Learns how generous each user and how well liked each item is; overfits sooner.", "",
         ParameterType::boolean, false},
        {"bias_learning_rate", "Bias learning rate", "How far each rating moves the biases.", "", ParameterType::real,
         0.005, 1e-6, 1},
        {"bias_regularization", "Bias regularization", "Pulls the biases towards zero.", "", ParameterType::real, 0.02,
         0, 10},
        {"init_low", "Least start value", "The least of the random start values.", "", ParameterType::real, 0.0, 0, 10},
        {"init_high", "Greatest start value", "The greatest of the random start values.", "", ParameterType::real, 1.0,
         1e-6, 10},
    };
    for (auto at = list.begin() + 2; at != list.end(); ++at)
        at->advanced = true;
    add_epoch_parameters(list, 50, "How often training goes through all ratings.");
    return list;
}

} // namespace

ModelEntry nmf_entry() {
    return {"nmf",
            ModelFamily::factors,
            "NMF",
            "Predicts ratings from hidden tastes that can only add up, which makes them easier to read.",
            "Luo, Zhou, Xia, Zhu: An Efficient Non-Negative Matrix-Factorization-Based Approach to Collaborative "
            "Filtering for Recommender Systems, IEEE Transactions on Industrial Informatics 10(2), 2014",
            ParameterSchema(
                specs(), {{"fast",
                           "Fast",
                           "A first answer in a moment.",
                           {{"factors", std::int64_t{10}}, {"epochs", std::int64_t{20}}}},
                          {"reference",
                           "Surprise",
                           "15 factors, 50 epochs and regularization 0.06, the defaults of Surprise.",
                           {{"factors", std::int64_t{15}}, {"epochs", std::int64_t{50}}, {"regularization", 0.06}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Nmf>(); }};
}

} // namespace tastebench
