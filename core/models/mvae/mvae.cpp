#include "core/models/mvae/mvae.h"

#include "core/base/rng.h"
#include "core/models/common/best_items.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"
#include "core/models/mvae/autoencoder.h"
#include "core/nn/optimizer.h"

namespace tastebench {

namespace {

constexpr std::uint32_t shuffle_stream = 50;
constexpr std::size_t score_block = 64; ///< users whose logits are computed together

class Mvae final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.folds_in = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto hidden = static_cast<double>(get_int(p, "hidden"));
        const auto latent = static_cast<double>(get_int(p, "latent"));
        const auto items = static_cast<double>(shape.items);
        const auto batch = static_cast<double>(get_int(p, "batch"));
        const double weights = 2 * hidden * (items + 1.5 * latent);
        const double steps = std::ceil(static_cast<double>(shape.users) / batch);
        Cost out;
        out.memory_bytes = 4 * (4 * weights + batch * (items + 4 * hidden)) + 8.0 * static_cast<double>(shape.pairs);
        out.core_seconds =
            static_cast<double>(get_int(p, "epochs")) *
            (static_cast<double>(shape.users) * 3 * hidden * (items + 3 * latent) * 3e-11 + steps * weights * 1.5e-9);
        return out;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return rows_.n_rows(); }
    std::uint32_t n_items() const override { return rows_.n_columns; }
    void score(UserIx user, std::span<double> out) const override { score_row(rows_, user, out); }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;
    bool finite() const override { return network_.finite(); }

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override;
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { optimizer_.save(out); }
    Status load_training(Reader& in) override {
        if (!optimizer_.load(in))
            return bad_data("the stored training state is damaged", {}, "start the run anew");
        return {};
    }
    void end_training() override {
        optimizer_ = {};
        network_.end_training();
    }

  private:
    void score_row(const SparseRows& rows, std::uint32_t row, std::span<double> out) const;

    SparseRows rows_;
    bool use_values_ = false;
    Autoencoder network_;
    nn::Optimizer optimizer_;
};

Status Mvae::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    use_values_ = get_bool(parameters, "use_values");
    rows_ = user_item_matrix(training, use_values_ ? Entry::value_sum : Entry::one, context.parallel);
    network_.start({n_items(), static_cast<std::uint32_t>(get_int(parameters, "hidden")),
                    static_cast<std::uint32_t>(get_int(parameters, "latent"))},
                   context.seed);
    nn::OptimizerSettings settings;
    settings.rate = static_cast<float>(get_real(parameters, "learning_rate"));
    settings.l2 = static_cast<float>(get_real(parameters, "regularization"));
    optimizer_.start(settings, network_.parameters().size());
    std::vector<UserIx> people;
    for (UserIx user = 0; user < n_users(); ++user)
        if (!rows_.columns_of(user).empty())
            people.push_back(user);

    EpochPlan plan = read_epoch_plan(parameters, "ndcg@10");
    const auto batch = static_cast<std::size_t>(get_int(parameters, "batch"));
    const std::size_t batches = (people.size() + batch - 1) / batch;
    plan.steps = batches;
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate";
    const double most_beta = get_real(parameters, "beta");
    const auto anneal = static_cast<double>(get_int(parameters, "anneal_epochs"));
    const auto keep = static_cast<float>(1 - get_real(parameters, "dropout"));
    std::vector<float> gradient(network_.parameters().size());
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        auto order = people;
        Rng(context.seed, shuffle_stream, epoch).shuffle(std::span(order));
        double loss = 0;
        for (std::size_t at = 0; at < order.size() && !context.progress.cancelled(); at += batch) {
            const auto users = std::span(order).subspan(at, std::min(batch, order.size() - at));
            const std::uint64_t step = optimizer_.steps();
            // The divergence is faded in, as the paper does (section 2.2.2).
            const double through = static_cast<double>(step) / static_cast<double>(batches);
            const double beta = anneal > 0 ? most_beta * std::min(1.0, through / anneal) : most_beta;
            loss += network_.gradient({rows_, users, static_cast<float>(beta), keep, true,
                                       context.seed + (step + 1) * 0x9E37'79B9'7F4A'7C15ULL},
                                      gradient, context.parallel) *
                    static_cast<double>(users.size());
            optimizer_.step(network_.parameters().values(), gradient, context.parallel);
            context.progress.advance();
        }
        return loss / static_cast<double>(order.size());
    });
}

void Mvae::score_row(const SparseRows& rows, std::uint32_t row, std::span<double> out) const {
    nn::AlignedFloats logits(out.size());
    network_.logits(rows, std::span(&row, 1), nn::view(logits.data(), 1, out.size()));
    std::copy(logits.begin(), logits.end(), out.begin());
}

void Mvae::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    std::vector<double> scores(n_items());
    std::optional<UserIx> scored;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (scored != pairs[i].user) {
            score(pairs[i].user, scores);
            scored = pairs[i].user;
        }
        out[i] = scores[pairs[i].item];
    }
}

void Mvae::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<ProfileItem> had(profile.begin(), profile.end());
    std::sort(had.begin(), had.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
    SparseRows one;
    one.n_columns = n_items();
    for (const auto& item : had) {
        if (!item_in_training(item.item))
            continue;
        one.columns.push_back(item.item);
        one.values.push_back(use_values_ ? static_cast<float>(item.value) : 1.0F);
    }
    one.starts.push_back(one.columns.size());
    score_row(one, 0, out);
}

void Mvae::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                       std::span<std::vector<Scored>> out) const {
    nn::AlignedFloats logits(std::min(score_block, users.size()) * n_items());
    for (std::size_t first = 0; first < users.size(); first += score_block) {
        if (options.stopped())
            return;
        const auto mine = users.subspan(first, std::min(score_block, users.size() - first));
        network_.logits(rows_, mine, nn::view(logits.data(), mine.size(), n_items()));
        for (std::size_t u = 0; u < mine.size(); ++u) {
            out[first + u] = best_items(std::span<const float>(logits).subspan(u * n_items(), n_items()), known_items(),
                                        options.remove_seen ? seen(mine[u]) : std::span<const ItemIx>{}, options);
        }
    }
}

void Mvae::save_state(Writer& out) const {
    rows_.save(out);
    out.number(static_cast<std::uint8_t>(use_values_));
    network_.save(out);
}

Status Mvae::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored autoencoder is damaged", {}, "train it again"); };
    if (!rows_.load(in))
        return damaged();
    use_values_ = in.number<std::uint8_t>() != 0;
    if (!network_.load(in, n_items()))
        return damaged();
    return {};
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"hidden", "Hidden units", "Width of the layers on the way in and out.", "", ParameterType::integer,
         std::int64_t{600}, 1, 65'536},
        {"latent", "Latent factors", "Width of the middle: how many hidden tastes a person is summed up by.", "",
         ParameterType::integer, std::int64_t{200}, 1, 65'536},
        {"learning_rate", "Learning rate", "How far each batch moves the network.", "", ParameterType::real, 0.001,
         1e-7, 1},
        {"regularization", "Regularization", "Pulls the weights towards zero.", "", ParameterType::real, 0.0, 0, 1},
        {"beta", "Divergence weight",
         "How strongly people's codes are pulled to a common cloud; less than 1 ranks better.", "", ParameterType::real,
         0.2, 0, 10},
        {"anneal_epochs", "Fade-in", "Epochs in which the divergence weight grows from 0.", "epochs",
         ParameterType::integer, std::int64_t{20}, 0, 100'000},
        {"dropout", "Dropout", "Share of each history that is hidden from the network in training.", "",
         ParameterType::real, 0.5, 0, 0.99},
        {"batch", "Batch", "People per step.", "people", ParameterType::integer, std::int64_t{500}, 1, 100'000},
        {"use_values", "Weigh by rating", "A rating of 5 counts five times as much as a rating of 1.", "",
         ParameterType::boolean, false},
    };
    add_epoch_parameters(list, 100, "How often training goes through all people.");
    return list;
}

} // namespace

ModelEntry mvae_entry() {
    return {"mvae",
            ModelFamily::networks,
            "Mult-VAE",
            "A network that squeezes each history into a few numbers and learns to unfold it to what belongs to it.",
            "Liang, Krishnan, Hoffman, Jebara: Variational Autoencoders for Collaborative Filtering, WWW 2018",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "A small network and few epochs.",
                                       {{"hidden", std::int64_t{200}},
                                        {"latent", std::int64_t{64}},
                                        {"epochs", std::int64_t{30}},
                                        {"anneal_epochs", std::int64_t{10}}}},
                                      {"paper",
                                       "Paper",
                                       "600 and 200 units, batches of 500 and dropout 0.5, as in the paper; its weight "
                                       "of 0.2 was found on its validation set.",
                                       {{"epochs", std::int64_t{200}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Mvae>(); }};
}

} // namespace tastebench
