#include "core/models/svd/svd.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/common/factor_model.h"
#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

/// Users and items are each cut into this many blocks; at most this many threads work at once.
constexpr std::uint32_t grid = 8;
/// Each user's ratings are cut into this many stretches of time, learned one after another: what a user rated last is
/// learned last, which a chronological test rewards.
constexpr std::uint32_t stretches = 8;
constexpr std::uint32_t user_stream = 10, item_stream = 11, deal_stream = 12;

struct Rating {
    UserIx user;
    ItemIx item;
    float value;
};

struct Settings {
    std::uint32_t factors;
    float rate, regularization, init_deviation;
    bool biased;
};

Settings read_settings(const Parameters& p) {
    return {static_cast<std::uint32_t>(get_int(p, "factors")), static_cast<float>(get_real(p, "learning_rate")),
            static_cast<float>(get_real(p, "regularization")), static_cast<float>(get_real(p, "init_deviation")),
            get_bool(p, "biased")};
}

/// Deals n things to the blocks of the grid at random, evenly.
std::vector<std::uint8_t> deal(std::uint32_t n, std::uint64_t seed, std::uint32_t side) {
    std::vector<std::uint32_t> order(n);
    for (std::uint32_t i = 0; i < n; ++i)
        order[i] = i;
    Rng(seed, deal_stream, side).shuffle(std::span(order));
    std::vector<std::uint8_t> block(n);
    for (std::uint32_t i = 0; i < n; ++i)
        block[order[i]] = static_cast<std::uint8_t>(i % grid);
    return block;
}

class Svd final : public FactorModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = true;
        can.similar_items = true;
        can.iterative = true;
        can.needs_values = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto width = static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(p, "factors"))));
        Cost out;
        out.memory_bytes = 4.0 * width * static_cast<double>(shape.users + shape.items) +
                           static_cast<double>(sizeof(Rating) * shape.rows);
        out.core_seconds =
            static_cast<double>(get_int(p, "epochs")) * static_cast<double>(shape.rows) * (8e-9 + width * 0.3e-9);
        return out;
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

  private:
    using Blocks = std::vector<std::vector<Rating>>;
    struct Filled {
        std::size_t count = 0;
        double sum = 0;
    };
    /// Deals the ratings to blocks[stretch][user block][item block], by user and time within each.
    Filled fill(Blocks& blocks, const TrainingData& training, std::uint64_t seed);
    double train_block(std::span<const Rating> ratings, const Settings& settings);

    std::vector<std::uint8_t> known_users_, known_items_; ///< have a training rating
};

/// One pass over a block; returns the sum of squared errors before each step.
double Svd::train_block(std::span<const Rating> ratings, const Settings& s) {
    double squared = 0;
    for (const auto& rating : ratings) {
        auto p = users_.row(rating.user);
        auto q = items_.row(rating.item);
        float& bu = users_.bias[rating.user];
        float& bi = items_.bias[rating.item];
        const float error = rating.value - (mean_ + bu + bi + p.dot(q));
        squared += static_cast<double>(error) * static_cast<double>(error);
        if (s.biased) {
            bu += s.rate * (error - s.regularization * bu);
            bi += s.rate * (error - s.regularization * bi);
        }
        const float step = s.rate * error;
        const float keep = 1.0F - s.rate * s.regularization;
        float* __restrict pf = p.data();
        float* __restrict qf = q.data();
        for (std::uint32_t f = 0; f < users_.width(); ++f) {
            const float old = pf[f];
            pf[f] = keep * old + step * qf[f];
            qf[f] = keep * qf[f] + step * old;
        }
    }
    return squared;
}

Svd::Filled Svd::fill(Blocks& blocks, const TrainingData& training, std::uint64_t seed) {
    const auto& data = training.data.interactions();
    const auto user_block = deal(n_users(), seed, 0);
    const auto item_block = deal(n_items(), seed, 1);
    Filled out;
    least_ = std::numeric_limits<float>::infinity();
    greatest_ = -least_;
    std::vector<RowIx> mine;
    for (UserIx user = 0; user < n_users(); ++user) {
        mine.clear();
        for (const RowIx row : training.by_user.of(user))
            if (!std::isnan(data.value[row]))
                mine.push_back(row);
        if (!data.time.empty())
            std::stable_sort(mine.begin(), mine.end(), [&](RowIx a, RowIx b) { return data.time[a] < data.time[b]; });
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const ItemIx item = data.item[mine[i]];
            const float value = data.value[mine[i]];
            const auto stretch = i * stretches / mine.size();
            blocks[(stretch * grid + user_block[user]) * grid + item_block[item]].push_back({user, item, value});
            known_users_[user] = known_items_[item] = 1;
            least_ = std::min(least_, value);
            greatest_ = std::max(greatest_, value);
            out.sum += value;
            ++out.count;
        }
    }
    return out;
}

Status Svd::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const Settings settings = read_settings(parameters);
    EpochPlan plan = read_epoch_plan(parameters, "rmse");
    remember_seen(training);
    users_.resize(training.data.users().size(), settings.factors);
    items_.resize(training.data.items().size(), settings.factors);
    known_users_.assign(n_users(), 0);
    known_items_.assign(n_items(), 0);

    Blocks blocks(std::size_t{stretches} * grid * grid);
    const auto [count, sum] = fill(blocks, training, context.seed);
    if (count == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    mean_ = settings.biased ? static_cast<float>(sum / static_cast<double>(count)) : 0.0F;
    // What has no training rating keeps zeros, so its prediction falls back to the parts that are known.
    users_.draw(context.seed, user_stream, settings.init_deviation, known_users_, context.parallel);
    items_.draw(context.seed, item_stream, settings.init_deviation, known_items_, context.parallel);

    plan.loss = "train_rmse";
    plan.steps = blocks.size();
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    std::vector<double> squared(blocks.size());
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        // Blocks of one round share no user and no item.
        for (std::uint32_t round = 0; round < stretches * grid && !context.progress.cancelled(); ++round) {
            const std::uint32_t stretch = round / grid;
            context.parallel.for_blocks(grid, 1, [&](std::size_t u, std::size_t) {
                if (context.progress.cancelled())
                    return;
                const auto block = (std::size_t{stretch} * grid + u) * grid + (u + round + epoch) % grid;
                squared[block] = train_block(blocks[block], settings);
                context.progress.advance();
            });
        }
        double total = 0;
        for (const double block : squared)
            total += block;
        return std::sqrt(total / static_cast<double>(count));
    });
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
    };
    list[3].advanced = list[4].advanced = true;
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
                                       {{"factors", std::int64_t{150}}, {"epochs", std::int64_t{15}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Svd>(); }};
}

} // namespace tastebench
