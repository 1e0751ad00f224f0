#include "core/models/svd/svd.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>
#include <fmt/format.h>

#include "core/base/rng.h"

namespace tastebench {

namespace {

/// Users and items are each cut into this many blocks; at most this many threads work at once.
constexpr std::uint32_t grid = 8;
/// Each user's ratings are cut into this many stretches of time, learned one after another: what a user rated last is
/// learned last, which a chronological test rewards.
constexpr std::uint32_t stretches = 8;
constexpr std::uint32_t lane = 16; ///< floats in 64 bytes; rows of factors are padded to it with zeros
constexpr std::uint32_t user_stream = 10, item_stream = 11, deal_stream = 12;

using AlignedFloats = std::vector<float, Eigen::aligned_allocator<float>>;
using FactorRow = Eigen::Map<Eigen::VectorXf, Eigen::Aligned64>;
using ConstFactorRow = Eigen::Map<const Eigen::VectorXf, Eigen::Aligned64>;

struct Rating {
    UserIx user;
    ItemIx item;
    float value;
};

/// One side's parameters: a bias and a padded row of factors for each user or item.
struct Side {
    std::vector<float> bias;
    AlignedFloats factors;
    std::vector<std::uint8_t> known; ///< has a training rating

    void start(std::uint32_t n, std::uint32_t width) {
        bias.assign(n, 0.0F);
        factors.assign(std::size_t{n} * width, 0.0F);
        known.assign(n, 0);
    }
    void save(Writer& out) const {
        out.array(bias);
        out.array(std::span<const float>(factors));
        out.array(known);
    }
    bool load(Reader& in, std::uint32_t width) {
        bias = in.array<float>();
        const auto values = in.array<float>();
        factors.assign(values.begin(), values.end());
        known = in.array<std::uint8_t>();
        return factors.size() == bias.size() * width && known.size() == bias.size();
    }
};

struct Settings {
    std::uint32_t factors, epochs;
    float rate, regularization, init_deviation;
    bool biased;
};

Settings read_settings(const Parameters& p) {
    return {static_cast<std::uint32_t>(get_int(p, "factors")), static_cast<std::uint32_t>(get_int(p, "epochs")),
            static_cast<float>(get_real(p, "learning_rate")),  static_cast<float>(get_real(p, "regularization")),
            static_cast<float>(get_real(p, "init_deviation")), get_bool(p, "biased")};
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

class Svd final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = true;
        can.similar_items = true;
        can.needs_values = true;
        return can;
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return static_cast<std::uint32_t>(users_.bias.size()); }
    std::uint32_t n_items() const override { return static_cast<std::uint32_t>(items_.bias.size()); }

    void score(UserIx user, std::span<double> out) const override {
        const ConstFactorRow p = row(users_, user);
        const float base = mean_ + users_.bias[user];
        for (ItemIx item = 0; item < out.size(); ++item)
            out[item] = static_cast<double>(base + items_.bias[item] + p.dot(row(items_, item)));
    }

    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto [user, item] = pairs[i];
            const float raw = mean_ + users_.bias[user] + items_.bias[item] + row(users_, user).dot(row(items_, item));
            out[i] = static_cast<double>(std::clamp(raw, least_, greatest_));
        }
    }

    /// Cosine of the item factors.
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override {
        std::vector<Scored> list;
        const float length = row(items_, item).norm();
        for (ItemIx other = 0; other < n_items(); ++other) {
            const float other_length = row(items_, other).norm();
            if (other != item && length > 0 && other_length > 0)
                list.push_back(
                    {other, static_cast<double>(row(items_, item).dot(row(items_, other)) / (length * other_length))});
        }
        std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
        list.resize(std::min<std::size_t>(k, list.size()));
        return list;
    }

  protected:
    void save_state(Writer& out) const override {
        out.number(width_);
        out.number(mean_);
        out.number(least_);
        out.number(greatest_);
        users_.save(out);
        items_.save(out);
    }
    Status load_state(Reader& in) override {
        width_ = in.number<std::uint32_t>();
        mean_ = in.number<float>();
        least_ = in.number<float>();
        greatest_ = in.number<float>();
        const bool users_sound = users_.load(in, width_);
        const bool items_sound = items_.load(in, width_);
        if (width_ % lane != 0 || width_ == 0 || !users_sound || !items_sound || !(least_ <= greatest_))
            return bad_data("the stored SVD model is damaged", {}, "train it again");
        return {};
    }

  private:
    ConstFactorRow row(const Side& side, std::uint32_t index) const {
        return {side.factors.data() + std::size_t{index} * width_, static_cast<Eigen::Index>(width_)};
    }
    FactorRow row(Side& side, std::uint32_t index) const {
        return {side.factors.data() + std::size_t{index} * width_, static_cast<Eigen::Index>(width_)};
    }
    void draw_factors(Side& side, std::uint32_t stream, const Settings& settings, const FitContext& context) const;
    using Blocks = std::vector<std::vector<Rating>>;
    struct Filled {
        std::size_t count = 0;
        double sum = 0;
    };
    /// Deals the ratings to blocks[stretch][user block][item block], by user and time within each.
    Filled fill(Blocks& blocks, const TrainingData& training, std::uint64_t seed);
    double train_block(std::span<const Rating> ratings, const Settings& settings);

    std::uint32_t width_ = lane;
    float mean_ = 0, least_ = 0, greatest_ = 0;
    Side users_, items_;
};

void Svd::draw_factors(Side& side, std::uint32_t stream, const Settings& settings, const FitContext& context) const {
    context.parallel.for_blocks(side.bias.size(), 256, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            // What has no training rating keeps zeros, so its prediction falls back to the parts that are known.
            if (side.known[i] == 0)
                continue;
            Rng rng(context.seed, stream, static_cast<std::uint32_t>(i));
            for (std::uint32_t f = 0; f < settings.factors; ++f)
                side.factors[i * width_ + f] = static_cast<float>(rng.normal()) * settings.init_deviation;
        }
    });
}

/// One pass over a block; returns the sum of squared errors before each step.
double Svd::train_block(std::span<const Rating> ratings, const Settings& s) {
    double squared = 0;
    for (const auto& rating : ratings) {
        FactorRow p = row(users_, rating.user);
        FactorRow q = row(items_, rating.item);
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
        for (std::uint32_t f = 0; f < width_; ++f) {
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
            users_.known[user] = items_.known[item] = 1;
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
    remember_seen(training);
    width_ = (settings.factors + lane - 1) / lane * lane;
    users_.start(training.data.users().size(), width_);
    items_.start(training.data.items().size(), width_);

    Blocks blocks(std::size_t{stretches} * grid * grid);
    const auto [count, sum] = fill(blocks, training, context.seed);
    if (count == 0)
        return bad_data("there are no ratings to train on", "data",
                        "choose a model that learns from events, such as SAR");
    mean_ = settings.biased ? static_cast<float>(sum / static_cast<double>(count)) : 0.0F;
    draw_factors(users_, user_stream, settings, context);
    draw_factors(items_, item_stream, settings, context);

    context.progress.begin("Training", std::uint64_t{settings.epochs} * blocks.size());
    std::vector<double> squared(blocks.size());
    for (std::uint32_t epoch = 1; epoch <= settings.epochs; ++epoch) {
        // Blocks of one round share no user and no item.
        for (std::uint32_t round = 0; round < stretches * grid; ++round) {
            const std::uint32_t stretch = round / grid;
            context.parallel.for_blocks(grid, 1, [&](std::size_t u, std::size_t) {
                if (context.progress.cancelled())
                    return;
                const auto block = (std::size_t{stretch} * grid + u) * grid + (u + round + epoch) % grid;
                squared[block] = train_block(blocks[block], settings);
                context.progress.advance();
            });
            if (context.progress.cancelled())
                return cancelled_error();
        }
        double total = 0;
        for (const double block : squared)
            total += block;
        const double rmse = std::sqrt(total / static_cast<double>(count));
        if (!std::isfinite(rmse))
            return run_failed(fmt::format("training diverged in epoch {}", epoch), "learning_rate",
                              "lower the learning rate or raise the regularization");
        context.progress.add_curve_point("train_rmse", epoch, rmse);
    }
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{100}, 1, 4096},
        {"epochs", "Epochs", "How often training goes through all ratings.", "", ParameterType::integer,
         std::int64_t{20}, 1, 10'000},
        {"learning_rate", "Learning rate", "How far each rating moves the model.", "", ParameterType::real, 0.005, 1e-6,
         1},
        {"regularization", "Regularization", "Pulls factors and biases towards zero; guards against overfitting.", "",
         ParameterType::real, 0.02, 0, 10},
        {"init_deviation", "Start deviation", "Standard deviation of the random start values.", "", ParameterType::real,
         0.1, 0, 10},
        {"biased", "Biases", "Learns how generous each user and how well liked each item is.", "",
         ParameterType::boolean, true},
    };
    list[4].advanced = list[5].advanced = true;
    return list;
}

} // namespace

ModelEntry svd_entry() {
    return {"svd",
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
