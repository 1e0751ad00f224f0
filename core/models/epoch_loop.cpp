#include "core/models/epoch_loop.h"

#include <chrono>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

namespace tastebench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint32_t checkpoint_version = 2;
/// Checkpoints take at most this share of the time: a large model on a slow disk is kept less often.
constexpr double checkpoint_share = 0.1;

const std::vector<Choice>& watched_metrics() {
    static const std::vector<Choice> metrics{
        {"auto", "What the model is for", "RMSE for ratings, log-loss for clicks, nDCG@10 for rankings."},
        {"ndcg@10", "nDCG@10", "Hits among the first ten, worth more further up."},
        {"recall@10", "Recall@10", "The share of what a person went on to have that is among the first ten."},
        {"map@10", "MAP@10", "The mean precision at each hit among the first ten."},
        {"hit_rate@10", "Hit rate@10", "The share of people with a hit among the first ten."},
        {"rmse", "RMSE", "The root of the mean squared error of predicted ratings."},
        {"mae", "MAE", "The mean absolute error of predicted ratings."},
        {"auc", "AUC", "The chance that a clicked row scores above one that was not."},
        {"logloss", "Log-loss", "How surprised the predicted probabilities are by the labels."},
    };
    return metrics;
}

} // namespace

void add_epoch_parameters(std::vector<ParameterSpec>& specs, std::int64_t epochs, std::string_view epochs_help) {
    specs.push_back({"epochs", "Epochs", std::string(epochs_help), "", ParameterType::integer, epochs, 1, 100'000});
    specs.push_back({"patience", "Patience",
                     "Stops after this many checks on the validation rows without a better value and keeps the best "
                     "state; 0 trains all epochs.",
                     "checks", ParameterType::integer, std::int64_t{0}, 0, 10'000});
    specs.push_back({"watch", "Watched metric", "What is measured on the validation rows, if the split has any.", "",
                     ParameterType::choice, std::string("auto"), 0, 0, watched_metrics()});
    specs.back().sweepable = false;
    specs.push_back({"validate_every", "Check every", "Epochs from one check on the validation rows to the next.",
                     "epochs", ParameterType::integer, std::int64_t{1}, 1, 100'000});
    specs.back().sweepable = false;
    for (auto at = specs.end() - 3; at != specs.end(); ++at)
        at->advanced = true;
}

EpochPlan read_epoch_plan(const Parameters& parameters, std::string_view standard_metric) {
    EpochPlan plan;
    plan.epochs = static_cast<std::uint32_t>(get_int(parameters, "epochs"));
    plan.patience = static_cast<std::uint32_t>(get_int(parameters, "patience"));
    plan.validate_every = static_cast<std::uint32_t>(get_int(parameters, "validate_every"));
    plan.metric = get_text(parameters, "watch");
    if (plan.metric == "auto")
        plan.metric = standard_metric;
    return plan;
}

struct EpochLoop::State {
    std::uint32_t done = 0; ///< epochs
    bool stopped = false;   ///< patience is at an end
    std::uint32_t best_epoch = 0, worse_checks = 0;
    double best = 0;
    std::vector<std::byte> best_state;
    Clock::time_point saved = Clock::now();
    double save_seconds = 0;    ///< that the last checkpoint took
    std::size_t save_bytes = 0; ///< and its size: the next has about the same
    bool measurable = true;     ///< false: the watched metric does not apply to the validation rows
};

Status EpochLoop::save(State& state) {
    Writer out;
    out.reserve(state.save_bytes);
    out.number(checkpoint_version);
    out.number(model_.state_version());
    out.number(state.done);
    out.number(static_cast<std::uint8_t>(state.stopped));
    out.number(state.best_epoch);
    out.number(state.worse_checks);
    out.number(state.best);
    const auto part = [&out](auto&& write) {
        const auto begin = out.begin_part();
        write();
        out.end_part(begin);
    };
    part([&] {
        if (!state.best_state.empty())
            std::memcpy(out.grow(state.best_state.size()), state.best_state.data(), state.best_state.size());
    });
    const auto curves = context_.progress.curves();
    out.varint(curves.size());
    for (const auto& point : curves) {
        out.text(point.series);
        out.number(point.x);
        out.number(point.y);
    }
    part([&] { model_.save_state(out); });
    part([&] { model_.save_training(out); });
    state.save_bytes = out.bytes().size();
    return context_.checkpoints->keep(out.bytes());
}

Status EpochLoop::go_on(State& state) {
    if (context_.checkpoints == nullptr)
        return {};
    const auto kept = context_.checkpoints->take();
    if (!kept)
        return {};
    const auto damaged = [] {
        return bad_data("the checkpoint of this run is damaged or of another version", {}, "start the run anew");
    };
    Reader in(*kept);
    const bool known =
        in.number<std::uint32_t>() == checkpoint_version && in.number<std::uint32_t>() == model_.state_version();
    state.done = in.number<std::uint32_t>();
    state.stopped = in.number<std::uint8_t>() != 0;
    state.best_epoch = in.number<std::uint32_t>();
    state.worse_checks = in.number<std::uint32_t>();
    state.best = in.number<double>();
    const auto best = in.part();
    Curves curves;
    for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
        CurvePoint point;
        point.series = in.text();
        point.x = in.number<double>();
        point.y = in.number<double>();
        curves.push_back(std::move(point));
    }
    Reader model_in(in.part());
    Reader training_in(in.part());
    if (!known || !in.finish("the checkpoint"))
        return damaged();
    const auto users = model_.n_users();
    const auto items = model_.n_items();
    if (!model_.load_state(model_in) || !model_in.finish("the model") || !model_.load_training(training_in) ||
        !training_in.finish("the training state") || model_.n_users() != users || model_.n_items() != items)
        return damaged();
    state.best_state.assign(best.begin(), best.end());
    context_.progress.set_curves(std::move(curves));
    return {};
}

/// Measures on the validation rows and remembers the best state. Where nothing depends on the value, rows that a metric
/// does not apply to (one class alone has no AUC) are worth a note, not the run.
Status EpochLoop::check(State& state, std::uint32_t epoch) {
    if (context_.validator == nullptr || !state.measurable ||
        (epoch % plan_.validate_every != 0 && epoch != plan_.epochs))
        return {};
    const auto value = context_.validator->measure(model_, plan_.metric);
    if (!value && value.error().kind == ErrorKind::bad_data && plan_.patience == 0) {
        state.measurable = false;
        context_.progress.set_note(fmt::format("{} is not measured: {}", plan_.metric, value.error().what));
        return {};
    }
    if (!value)
        return fail(value.error());
    if (!std::isfinite(*value))
        return run_failed(fmt::format("{} on the validation rows is not a number after epoch {}", plan_.metric, epoch),
                          plan_.remedy_parameter, plan_.remedy);
    context_.progress.add_curve_point("validation_" + plan_.metric, epoch, *value);
    if (plan_.patience == 0 || epoch < plan_.patience_from)
        return {};
    const bool up = context_.validator->higher_is_better(plan_.metric);
    if (state.best_epoch != 0 && !(up ? *value > state.best : *value < state.best)) {
        state.stopped = ++state.worse_checks >= plan_.patience;
        return {};
    }
    state.best = *value;
    state.best_epoch = epoch;
    state.worse_checks = 0;
    Writer out;
    model_.save_state(out);
    state.best_state = out.take();
    return {};
}

Status EpochLoop::restore_best(const State& state) {
    if (state.best_epoch == 0)
        return {};
    context_.progress.set_note(fmt::format("{} epochs; the best was epoch {}", state.done, state.best_epoch));
    if (state.best_epoch == state.done)
        return {};
    Reader in(state.best_state);
    return model_.load_state(in);
}

Status EpochLoop::one(State& state, std::uint32_t epoch, const Epoch& body) {
    const double loss = body(epoch);
    if (context_.progress.cancelled())
        return cancelled_error();
    if (!std::isfinite(loss) || !model_.finite())
        return run_failed(fmt::format("training diverged in epoch {}", epoch), plan_.remedy_parameter, plan_.remedy);
    context_.progress.add_curve_point(plan_.loss, epoch, loss);
    state.done = epoch;
    if (auto status = check(state, epoch); !status)
        return status;
    context_.progress.set_done(std::uint64_t{epoch} * plan_.steps);
    if (context_.checkpoints == nullptr)
        return {};
    const auto since = [](Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    const double pause = context_.checkpoint_seconds;
    if (pause > 0 && since(state.saved) < std::max(pause, state.save_seconds / checkpoint_share))
        return {};
    const auto start = Clock::now();
    auto status = save(state);
    state.save_seconds = since(start);
    state.saved = Clock::now();
    return status;
}

Status EpochLoop::run(Recommender& model, const EpochPlan& plan, FitContext& context, const Epoch& epoch) {
    if (plan.patience > 0 && context.validator == nullptr)
        return usage_error("early stopping needs validation rows", "patience",
                           "choose a split with a validation share, such as chrono:0.7,0.1, or set patience to 0");
    EpochLoop loop(model, plan, context);
    State state;
    if (auto status = loop.go_on(state); !status)
        return status;
    context.progress.begin("Training", std::uint64_t{plan.epochs} * plan.steps);
    context.progress.set_done(std::uint64_t{state.done} * plan.steps);
    while (state.done < plan.epochs && !state.stopped)
        if (auto status = loop.one(state, state.done + 1, epoch); !status)
            return status;
    if (auto status = loop.restore_best(state); !status)
        return status;
    model.end_training();
    return {};
}

} // namespace tastebench
