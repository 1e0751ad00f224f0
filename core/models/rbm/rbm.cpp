#include "core/models/rbm/rbm.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/base/rng.h"
#include "core/models/common/best_items.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/epoch_loop.h"
#include "core/models/rbm/binary_machine.h"
#include "core/models/rbm/rbm_schema.h"
#include "core/models/rbm/softmax_machine.h"
#include "core/models/schedule.h"

namespace tastebench {

namespace {

constexpr std::uint32_t shuffle_stream = 183;
constexpr std::size_t score_users = 64, score_items = 2048; ///< that are scored together

using rbm::BinaryMachine;
using rbm::SoftmaxMachine;

bool of_ratings(const Parameters& parameters) {
    return get_text(parameters, "task") == "ratings";
}

class Rbm final : public Recommender {
  public:
    Capabilities capabilities(const Parameters& parameters) const override {
        Capabilities can;
        can.predicts_ratings = can.needs_values = of_ratings(parameters);
        can.folds_in = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return rows_.n_rows(); }
    std::uint32_t n_items() const override { return rows_.n_columns; }
    void score(UserIx user, std::span<double> out) const override {
        score_history(rows_.columns_of(user), rows_.values_of(user), out);
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;
    bool finite() const override { return machine().finite(); }

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override;
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { machine().save_training(out); }
    Status load_training(Reader& in) override {
        if (!machine().load_training(in))
            return bad_data("the stored training state is damaged", {}, "start the run anew");
        return {};
    }
    void end_training() override { machine().end_training(); }

  private:
    Status start(const TrainingData& training, const Parameters& parameters, const FitContext& context);
    rbm::Machine& machine() const { return softmax_ ? static_cast<rbm::Machine&>(*softmax_) : *binary_; }
    void score_history(std::span<const std::uint32_t> items, std::span<const float> values,
                       std::span<double> out) const;
    /// All items from hidden units [n x hidden]; out is [n x items].
    void decode_all(const nn::AlignedFloats& hidden, std::size_t n, nn::AlignedFloats& out) const;

    SparseRows rows_; ///< what each user has; of ratings the levels
    // One of the two.
    std::unique_ptr<SoftmaxMachine> softmax_;
    std::unique_ptr<BinaryMachine> binary_;
};

Cost Rbm::cost(const DataShape& shape, const Parameters& p) const {
    const auto hidden = static_cast<double>(get_int(p, "hidden"));
    const auto batch = static_cast<double>(get_int(p, "batch"));
    const auto items = static_cast<double>(shape.items);
    const auto pairs = static_cast<double>(shape.pairs);
    const auto epochs = static_cast<double>(get_int(p, "epochs"));
    const auto first = static_cast<double>(get_int(p, "first_rounds"));
    const double rounds = (first + std::max(first, static_cast<double>(get_int(p, "last_rounds")))) / 2;
    Cost out;
    if (of_ratings(p)) {
        constexpr double levels = 5;
        out.memory_bytes = 8 * items * hidden * (levels + 1) + 16 * batch * hidden + 9 * pairs;
        out.core_seconds = epochs * pairs * ((levels + 2) * hidden * (rounds * 8e-11 + 6e-11) + rounds * 7.5e-8);
    } else {
        const auto users = static_cast<double>(shape.users);
        out.memory_bytes = 8 * items * hidden + 4 * batch * (items + 3 * hidden) + 8 * pairs;
        out.core_seconds = epochs * (users * items * (hidden * (4 * rounds + 2) * 6e-12 + rounds * 2e-9) +
                                     users / batch * items * hidden * 4e-10);
    }
    return out;
}

/// The distinct ratings, ascending, of which each value becomes its place.
Result<std::vector<float>> take_levels(SparseRows& rows) {
    std::vector<float> levels(rows.values);
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    if (levels.empty())
        return bad_data("there are no ratings to train on", "task",
                        "set task to ranking, which learns from who has what");
    if (levels.size() == 1)
        return bad_data(fmt::format("all ratings are {}: there is nothing to tell apart", levels.front()), "task",
                        "set task to ranking, which learns from who has what");
    if (levels.size() > rbm::most_levels)
        return bad_data(fmt::format("the ratings have {} different values, and a Boltzmann machine has a unit for each "
                                    "of at most {}",
                                    levels.size(), rbm::most_levels),
                        "task", "round the ratings to fewer steps, or set task to ranking");
    for (float& value : rows.values)
        value = static_cast<float>(std::lower_bound(levels.begin(), levels.end(), value) - levels.begin());
    return levels;
}

Status Rbm::start(const TrainingData& training, const Parameters& parameters, const FitContext& context) {
    const auto hidden = static_cast<std::uint32_t>(get_int(parameters, "hidden"));
    const auto deviation = static_cast<float>(get_real(parameters, "init_deviation"));
    softmax_.reset();
    binary_.reset();
    if (!of_ratings(parameters)) {
        rows_ = user_item_matrix(training, Entry::one, context.parallel);
        binary_ = std::make_unique<BinaryMachine>(rows_, hidden, deviation, context.seed);
        return {};
    }
    rows_ = user_item_matrix(training, Entry::last_rating, context.parallel);
    auto levels = take_levels(rows_);
    if (!levels)
        return fail(levels.error());
    softmax_ = std::make_unique<SoftmaxMachine>(
        rbm::SoftmaxShape{n_items(), hidden, std::move(*levels), get_bool(parameters, "conditional")}, rows_, deviation,
        context.seed);
    return {};
}

Status Rbm::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    if (auto status = start(training, parameters, context); !status)
        return status;
    std::vector<UserIx> people;
    for (UserIx user = 0; user < n_users(); ++user)
        if (!rows_.columns_of(user).empty())
            people.push_back(user);
    if (people.empty())
        return bad_data("there are no training rows", "split", "give the training part a larger share");

    const auto rate = read_learning_rate(parameters);
    const auto batch = static_cast<std::size_t>(get_int(parameters, "batch"));
    const auto momentum = static_cast<float>(get_real(parameters, "momentum"));
    const auto decay = static_cast<float>(get_real(parameters, "regularization"));
    EpochPlan plan = read_epoch_plan(parameters, softmax_ ? "rmse" : "ndcg@10");
    plan.steps = (people.size() + batch - 1) / batch;
    plan.loss = softmax_ ? "reconstruction_rmse" : "reconstruction_error";
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or the momentum";
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        auto order = people;
        Rng(context.seed, shuffle_stream, epoch).shuffle(std::span(order));
        double error = 0;
        for (std::size_t at = 0; at < order.size() && !context.progress.cancelled(); at += batch) {
            const auto users = std::span(order).subspan(at, std::min(batch, order.size() - at));
            error +=
                machine().learn({rows_, users, rbm::rounds_at(parameters, epoch), static_cast<float>(rate.at(epoch)),
                                 momentum, decay, context.seed + epoch * 0x9E37'79B9'7F4A'7C15ULL},
                                context.parallel);
            context.progress.advance();
        }
        return softmax_ ? std::sqrt(error / static_cast<double>(rows_.size()))
                        : error / static_cast<double>(people.size());
    });
}

void Rbm::decode_all(const nn::AlignedFloats& hidden, std::size_t n, nn::AlignedFloats& out) const {
    const std::size_t items = n_items();
    for (std::size_t first = 0; first < items; first += score_items)
        machine().decode(nn::view(hidden.data(), n, machine().hidden()), static_cast<std::uint32_t>(first),
                         nn::view(out.data() + first, n, std::min(score_items, items - first), items));
}

void Rbm::score_history(std::span<const std::uint32_t> items, std::span<const float> values,
                        std::span<double> out) const {
    nn::AlignedFloats hidden(machine().hidden());
    nn::AlignedFloats scores(out.size());
    machine().encode(items, values, hidden.data());
    decode_all(hidden, 1, scores);
    std::copy(scores.begin(), scores.end(), out.begin());
}

void Rbm::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    nn::AlignedFloats hidden(machine().hidden());
    std::optional<UserIx> encoded;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [user, item] = pairs[i];
        if (encoded != user)
            machine().encode(rows_.columns_of(user), rows_.values_of(user), hidden.data());
        encoded = user;
        float score = 0;
        machine().decode(nn::view(std::as_const(hidden).data(), 1, hidden.size()), item, nn::view(&score, 1, 1));
        out[i] = static_cast<double>(score);
    }
}

void Rbm::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<ProfileItem> had(profile.begin(), profile.end());
    std::sort(had.begin(), had.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
    std::vector<std::uint32_t> items;
    std::vector<float> values;
    for (const auto& one : had) {
        if (!item_in_training(one.item))
            continue;
        items.push_back(one.item);
        values.push_back(softmax_ ? softmax_->level_of(one.value) : 1.0F);
    }
    score_history(items, values, out);
}

void Rbm::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                      std::span<std::vector<Scored>> out) const {
    const std::size_t hidden = machine().hidden();
    const std::size_t items = n_items();
    nn::AlignedFloats codes(std::min(score_users, users.size()) * hidden);
    nn::AlignedFloats scores(std::min(score_users, users.size()) * items);
    for (std::size_t first = 0; first < users.size(); first += score_users) {
        if (options.stopped())
            return;
        const auto mine = users.subspan(first, std::min(score_users, users.size() - first));
        for (std::size_t u = 0; u < mine.size(); ++u)
            machine().encode(rows_.columns_of(mine[u]), rows_.values_of(mine[u]), codes.data() + u * hidden);
        decode_all(codes, mine.size(), scores);
        for (std::size_t u = 0; u < mine.size(); ++u)
            out[first + u] = best_items(std::span<const float>(scores).subspan(u * items, items), known_items(),
                                        options.remove_seen ? seen(mine[u]) : std::span<const ItemIx>{}, options);
    }
}

void Rbm::save_state(Writer& out) const {
    rows_.save(out);
    out.number(static_cast<std::uint8_t>(softmax_ != nullptr));
    machine().save(out);
}

Status Rbm::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored Boltzmann machine is damaged", {}, "train it again"); };
    softmax_.reset();
    binary_.reset();
    if (!rows_.load(in))
        return damaged();
    const bool ratings = in.number<std::uint8_t>() != 0;
    if (ratings)
        softmax_ = SoftmaxMachine::load(in, n_items());
    else
        binary_ = BinaryMachine::load(in, n_items());
    if (softmax_ == nullptr && binary_ == nullptr)
        return damaged();
    for (const float value : rows_.values)
        if (softmax_ && !(value >= 0 && value < static_cast<float>(softmax_->levels().size())))
            return damaged();
    return {};
}

} // namespace

ModelEntry rbm_entry() {
    return {"rbm",
            ModelFamily::networks,
            "RBM",
            "A Boltzmann machine: hidden tastes that are on or off explain what a person has, or how they rate.",
            "Salakhutdinov, Mnih, Hinton: Restricted Boltzmann Machines for Collaborative Filtering, ICML 2007",
            rbm::schema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Rbm>(); }};
}

} // namespace tastebench
