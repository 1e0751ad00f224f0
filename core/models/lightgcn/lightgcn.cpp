#include "core/models/lightgcn/lightgcn.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/common/factor_model.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"
#include "core/models/lightgcn/batch.h"
#include "core/nn/optimizer.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 46, item_stream = 47, sample_stream = 48;

class LightGcn final : public FactorModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.similar_items = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

  protected:
    void save_training(Writer& out) const override {
        out.array(std::span<const float>(learned_));
        optimizer_.save(out);
    }
    Status load_training(Reader& in) override {
        const auto learned = in.array<float>();
        if (learned.size() != learned_.size() || !optimizer_.load(in))
            return bad_data("the stored training state is damaged", {}, "start the run anew");
        std::copy(learned.begin(), learned.end(), learned_.begin());
        return {};
    }

  private:
    void start(const TrainingData& training, const Parameters& parameters, const FitContext& context);
    std::vector<GraphSample> draw(std::span<const UserIx> people, std::size_t n, Rng& rng) const;
    void publish(ItemGraph& graph, std::uint32_t layers, const FitContext& context);

    nn::AlignedFloats learned_; ///< while training: the embeddings before propagation, users and then items
    std::vector<ItemIx> known_items_;
    nn::Optimizer optimizer_;
};

Cost LightGcn::cost(const DataShape& shape, const Parameters& p) const {
    const auto width = static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(p, "factors"))));
    const auto nodes = static_cast<double>(shape.users + shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    const double steps =
        static_cast<double>(get_int(p, "epochs")) * std::ceil(pairs / static_cast<double>(get_int(p, "batch")));
    const auto layers = static_cast<double>(get_int(p, "layers"));
    Cost out;
    out.memory_bytes = 4 * width * nodes * 9 + 20 * pairs;
    out.core_seconds = steps * (4 * layers * pairs * width * 0.05e-9 + nodes * width * (2.5e-9 + layers * 0.5e-9)) +
                       static_cast<double>(get_int(p, "epochs")) * pairs * width * 2e-9;
    return out;
}

void LightGcn::start(const TrainingData& training, const Parameters& parameters, const FitContext& context) {
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    const auto deviation = static_cast<float>(get_real(parameters, "init_deviation"));
    const std::uint32_t n_users = training.data.users().size();
    const std::uint32_t n_items = training.data.items().size();
    std::vector<std::uint8_t> known_users(n_users);
    std::vector<std::uint8_t> known_items(n_items);
    for (UserIx user = 0; user < n_users; ++user)
        known_users[user] = seen(user).empty() ? 0 : 1;
    known_items_.clear();
    for (ItemIx item = 0; item < n_items; ++item)
        if (item_in_training(item)) {
            known_items[item] = 1;
            known_items_.push_back(item);
        }
    users_.resize(n_users, factors);
    items_.resize(n_items, factors);
    users_.draw(context.seed, user_stream, deviation, known_users, context.parallel);
    items_.draw(context.seed, item_stream, deviation, known_items, context.parallel);
    const std::size_t width = users_.width();
    learned_.assign((std::size_t{n_users} + n_items) * width, 0.0F);
    std::copy_n(users_.data(), n_users * width, learned_.begin());
    std::copy_n(items_.data(), n_items * width, learned_.data() + n_users * width);
    nn::OptimizerSettings settings;
    settings.rate = static_cast<float>(get_real(parameters, "learning_rate"));
    optimizer_.start(settings, learned_.size());
}

/// Someone who has everything gives no sample, so there may be fewer than n.
std::vector<GraphSample> LightGcn::draw(std::span<const UserIx> people, std::size_t n, Rng& rng) const {
    std::vector<GraphSample> out;
    for (std::size_t i = 0; i < n; ++i) {
        const UserIx user = people[rng.below(static_cast<std::uint32_t>(people.size()))];
        const auto own = seen(user);
        if (own.size() == known_items_.size())
            continue;
        const ItemIx positive = own[rng.below(static_cast<std::uint32_t>(own.size()))];
        ItemIx negative = positive;
        while (std::binary_search(own.begin(), own.end(), negative))
            negative = known_items_[rng.below(static_cast<std::uint32_t>(known_items_.size()))];
        out.push_back({user, n_users() + positive, n_users() + negative});
    }
    return out;
}

/// Scores come from the propagated embeddings.
void LightGcn::publish(ItemGraph& graph, std::uint32_t layers, const FitContext& context) {
    const std::size_t width = users_.width();
    nn::AlignedFloats result(learned_.size());
    graph.propagate(learned_, result, users_.width(), layers, context.parallel, context.progress);
    std::copy_n(result.data(), n_users() * width, users_.data());
    std::copy_n(result.data() + n_users() * width, n_items() * width, items_.data());
}

Status LightGcn::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    context.progress.begin("Building the graph", 0);
    ItemGraph graph;
    const SparseRows pairs = user_item_matrix(training, Entry::one, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    graph.start(pairs, context.parallel);
    start(training, parameters, context);
    std::vector<UserIx> people;
    for (UserIx user = 0; user < n_users(); ++user)
        if (!seen(user).empty())
            people.push_back(user);

    const auto layers = static_cast<std::uint32_t>(get_int(parameters, "layers"));
    const auto batch = static_cast<std::size_t>(get_int(parameters, "batch"));
    GraphLearner learner(graph, users_.width(), layers, static_cast<float>(get_real(parameters, "regularization")));
    nn::AlignedFloats gradient(learned_.size());
    const std::size_t batches = pairs.size() / batch + 1;
    EpochPlan plan = read_epoch_plan(parameters, "ndcg@10");
    plan.steps = batches;
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate";
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        Rng rng(context.seed, sample_stream, epoch);
        double loss = 0;
        std::size_t steps = 0;
        for (std::size_t b = 0; b < batches && !context.progress.cancelled(); ++b) {
            const auto samples = draw(people, batch, rng);
            context.progress.advance();
            if (samples.empty())
                continue;
            loss += learner.gradient(learned_, samples, gradient, context.parallel, context.progress);
            optimizer_.step(learned_, gradient, context.parallel);
            ++steps;
        }
        publish(graph, layers, context);
        const bool numbers = std::all_of(learned_.begin(), learned_.end(), [](float e) { return std::isfinite(e); });
        return !numbers ? std::numeric_limits<double>::quiet_NaN()
                        : loss / static_cast<double>(std::max<std::size_t>(steps, 1));
    });
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{64}, 1, 4096},
        {"layers", "Layers", "How many steps over the graph of people and items tastes travel.", "",
         ParameterType::integer, std::int64_t{3}, 0, 16},
        {"learning_rate", "Learning rate", "How far each batch moves the model.", "", ParameterType::real, 0.005, 1e-6,
         1},
        {"regularization", "Regularization", "Pulls embeddings towards zero; guards against overfitting.", "",
         ParameterType::real, 1e-4, 0, 10},
        {"batch", "Batch", "Samples learned from at a time; larger is faster, and right for large data.", "samples",
         ParameterType::integer, std::int64_t{1024}, 1, 10'000'000},
        {"init_deviation", "Start deviation", "Standard deviation of the random start values.", "", ParameterType::real,
         0.1, 1e-6, 10},
    };
    list.back().advanced = true;
    add_epoch_parameters(list, 20, "How often training draws as many samples as there are pairs.");
    return list;
}

} // namespace

ModelEntry lightgcn_entry() {
    return {"lightgcn",
            ModelFamily::factors,
            "LightGCN",
            "Lets tastes travel over the graph of people and items, so that one learns from neighbours of neighbours.",
            "He, Deng, Wang, Li, Zhang, Wang: LightGCN: Simplifying and Powering Graph Convolution Network for "
            "Recommendation, SIGIR 2020",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "A first answer in a moment.",
                                       {{"factors", std::int64_t{32}},
                                        {"layers", std::int64_t{2}},
                                        {"batch", std::int64_t{4096}},
                                        {"epochs", std::int64_t{20}},
                                        {"learning_rate", 0.01}}},
                                      {"reference",
                                       "Published benchmark",
                                       "3 layers and 20 epochs, as in the benchmark of Microsoft Recommenders.",
                                       {{"factors", std::int64_t{64}},
                                        {"layers", std::int64_t{3}},
                                        {"batch", std::int64_t{1024}},
                                        {"epochs", std::int64_t{20}},
                                        {"learning_rate", 0.005},
                                        {"regularization", 1e-4}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<LightGcn>(); }};
}

} // namespace tastebench
