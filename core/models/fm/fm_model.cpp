#include "core/models/fm/fm_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/features/batches.h"
#include "core/models/fm/probit.h"

namespace tastebench {

namespace {

constexpr std::uint32_t weights_stream = 142;
constexpr std::size_t scored_block = 256;

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

void save_weights(const FmWeights& weights, Writer& out) {
    out.number(weights.w0);
    out.array(std::span<const float>(weights.rows));
}

bool load_weights(FmWeights& weights, Reader& in, std::size_t size) {
    weights.w0 = in.number<float>();
    const auto rows = in.array<float>();
    weights.rows.assign(rows.begin(), rows.end());
    return in.ok() && rows.size() == size;
}

} // namespace

FmSettings read_fm_settings(const Parameters& p) {
    FmSettings out{};
    const auto& task = get_text(p, "task");
    out.task = task == "ratings" ? FeatureTask::ratings : task == "clicks" ? FeatureTask::clicks : FeatureTask::ranking;
    const auto& learner = get_text(p, "learner");
    out.learner = learner == "sgd" ? FmLearner::sgd : learner == "als" ? FmLearner::als : FmLearner::mcmc;
    out.shape.factors = static_cast<std::uint32_t>(get_int(p, "factors"));
    out.init_deviation = static_cast<float>(get_real(p, "init_deviation"));
    out.rates = {static_cast<float>(get_real(p, "learning_rate")),
                 static_cast<float>(get_real(p, "linear_regularization")),
                 static_cast<float>(get_real(p, "factor_regularization"))};
    out.bias_regularization = static_cast<float>(get_real(p, "bias_regularization"));
    out.positive_from = get_real(p, "positive_from");
    out.batch = static_cast<std::uint32_t>(get_int(p, "batch"));
    out.draws = static_cast<std::uint32_t>(get_int(p, "draws"));
    out.burn_in = static_cast<std::uint32_t>(get_int(p, "burn_in"));
    return out;
}

void draw_weights(FmWeights& weights, FmShape shape, std::span<const std::uint8_t> known, float deviation,
                  std::uint64_t seed, const Parallel& parallel) {
    const std::size_t width = shape.width();
    weights.rows.assign(known.size() * width, 0.0F);
    parallel.for_blocks(known.size(), 1024, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            float* row = weights.rows.data() + i * width;
            row[shape.factor_squares()] = row[shape.linear_squares()] = 1;
            if (known[i] == 0)
                continue;
            Rng rng(seed, weights_stream, static_cast<std::uint32_t>(i));
            for (std::uint32_t f = 0; f < shape.factors; ++f)
                row[f] = static_cast<float>(rng.normal()) * deviation;
        }
    });
}

float fold_part(const FmWeights& weights, FmShape shape, const EncodedRows& rows, std::uint32_t row,
                std::span<float> out) {
    std::vector<double> sum(shape.factors, 0.0);
    double linear = 0;
    double squares = 0;
    const auto add = [&](std::uint32_t index, double value) {
        const float* w = weights.rows.data() + std::size_t{index} * shape.width();
        linear += value * static_cast<double>(w[shape.linear()]);
        for (std::uint32_t f = 0; f < shape.factors; ++f) {
            const double term = value * static_cast<double>(w[f]);
            sum[f] += term;
            squares += term * term;
        }
    };
    const std::uint32_t categories = rows.singles - rows.numbers;
    for (std::uint32_t s = 0; s < rows.singles; ++s)
        add(rows.index[std::size_t{row} * rows.singles + s],
            s < categories ? 1.0
                           : static_cast<double>(rows.number[std::size_t{row} * rows.numbers + (s - categories)]));
    for (auto at = rows.starts.empty() ? 0 : rows.starts[row]; !rows.starts.empty() && at < rows.starts[row + 1]; ++at)
        add(rows.multi_index[at], static_cast<double>(rows.multi_value[at]));
    double own = -squares;
    for (std::uint32_t f = 0; f < shape.factors; ++f) {
        own += sum[f] * sum[f];
        out[f] = static_cast<float>(sum[f]);
    }
    return static_cast<float>(linear + own / 2);
}

Capabilities FmModel::capabilities(const Parameters& parameters) const {
    const auto settings = read_fm_settings(parameters);
    return task_capabilities(settings.task, settings.positive_from, only_ids(get_text(parameters, "fields")));
}

Cost FmModel::cost(const DataShape& shape, const Parameters& p) const {
    const auto settings = read_fm_settings(p);
    const auto rows = static_cast<double>(shape.rows);
    const auto width = static_cast<double>(settings.shape.width());
    const auto fields = static_cast<double>(shape.fields + 2);
    const auto indices = static_cast<double>(shape.users + shape.items + shape.feature_values);
    const auto epochs = static_cast<double>(get_int(p, "epochs"));
    const bool sgd = settings.learner == FmLearner::sgd;
    Cost out;
    out.memory_bytes =
        indices * width * 4 * (settings.learner == FmLearner::mcmc ? settings.draws + 2.0 : 2.0) +
        rows * (16 + 6 * fields + (sgd ? 0 : 8 * fields + (settings.task == FeatureTask::clicks ? 24 : 16)));
    const double pairs = settings.task == FeatureTask::ranking ? 2 : 1;
    out.core_seconds = sgd ? epochs * rows * pairs * fields * width * 1.5e-9
                           : epochs * rows * fields * static_cast<double>(settings.shape.factors + 1) * 8e-9;
    return out;
}

Status FmModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_fm_settings(parameters);
    if (settings.learner != FmLearner::sgd && settings.task == FeatureTask::ranking)
        return usage_error("coordinate descent and MCMC learn no rankings", "learner",
                           "choose the learner sgd, or the task ratings or clicks");
    if (settings.learner == FmLearner::mcmc && settings.burn_in >= get_int(parameters, "epochs"))
        return usage_error("no draw is left after the warm-up", "burn_in", "set burn_in below epochs");
    remember_seen(training);
    task_ = settings.task;
    probit_ = task_ == FeatureTask::clicks && settings.learner != FmLearner::sgd;
    shape_ = settings.shape;
    draws_.clear();
    auto encoder =
        FeatureEncoder::learn(training, read_feature_options(parameters), context.parallel, &context.progress);
    if (!encoder)
        return fail(encoder.error());
    encoder_ = std::move(*encoder);
    const auto samples =
        Samples::make(training, encoder_, task_, settings.positive_from, context.parallel, &context.progress);
    if (!samples)
        return fail(samples.error());
    least_ = -std::numeric_limits<float>::infinity();
    greatest_ = -least_;
    if (task_ == FeatureTask::ratings) {
        const auto [least, greatest] = std::minmax_element(samples->targets().begin(), samples->targets().end());
        least_ = *least;
        greatest_ = *greatest;
    }
    weights_.w0 = probit_ ? 0.0F : start_bias(task_, *samples); // which is of the logistic function
    const auto seen = seen_indices(encoder_, *samples, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    draw_weights(weights_, shape_, seen, settings.init_deviation, context.seed, context.parallel);
    fold(context.parallel);
    EpochPlan plan = read_task_plan(parameters, task_);
    return settings.learner == FmLearner::sgd ? fit_sgd(*samples, plan, settings, context)
                                              : fit_coordinates(*samples, plan, settings, context);
}

void FmModel::fold(const Parallel& parallel) {
    const auto machines = scoring();
    const auto n = static_cast<std::uint32_t>(machines.size());
    // The mean over n machines of c + p . q is one dot product of the factors side by side.
    const float share = 1.0F / static_cast<float>(n);
    const float root = std::sqrt(share);
    mean_ = 0;
    for (const auto& machine : machines)
        mean_ += machine.w0 * share;
    const auto fold_table = [&](const EncodedRows& rows, FactorTable& table) {
        table.resize(rows.n, std::max(1U, shape_.factors * n));
        parallel.for_blocks(rows.n, scored_block, [&](std::size_t first, std::size_t last) {
            for (auto i = static_cast<std::uint32_t>(first); i < last; ++i) {
                auto row = table.row(i);
                for (std::uint32_t m = 0; m < n; ++m)
                    table.bias[i] += share * fold_part(machines[m], shape_, rows, i,
                                                       {row.data() + std::size_t{m} * shape_.factors, shape_.factors});
                row *= root;
            }
        });
    };
    fold_table(encoder_.users(), users_);
    fold_table(encoder_.items(), items_);
}

bool FmModel::finite() const {
    for (std::size_t at = 0; at < weights_.rows.size(); at += shape_.width()) {
        const auto row = std::span(weights_.rows).subspan(at, shape_.linear() + 1);
        if (!std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); }))
            return false;
    }
    return std::isfinite(weights_.w0);
}

double FmModel::finished(double raw) const {
    if (task_ == FeatureTask::clicks)
        return sigmoid(raw);
    return std::clamp(raw, static_cast<double>(least_), static_cast<double>(greatest_));
}

void FmModel::score_block(SampleBlock& block, std::span<float> sums, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    for (const auto& machine : scoring()) {
        fm_forward(machine.rows.data(), shape_, machine.w0, block, sums.data());
        for (std::size_t i = 0; i < out.size(); ++i) {
            const auto raw = static_cast<double>(block.output[i]);
            out[i] += probit_ ? probit::below(raw) : raw;
        }
    }
    for (double& score : out) {
        score /= static_cast<double>(scoring().size());
        if (!probit_)
            score = finished(score);
    }
}

void FmModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    if (probit_) { // the mean of probabilities is not that of the mean machine
        SampleBlock block;
        std::vector<float, Eigen::aligned_allocator<float>> sums(scored_block * shape_.width());
        for (std::size_t first = 0; first < pairs.size(); first += scored_block) {
            const auto some = pairs.subspan(first, std::min(scored_block, pairs.size() - first));
            block.reset(encoder_, static_cast<std::uint32_t>(some.size()));
            for (const auto& pair : some)
                block.add(encoder_, pair.user, pair.item, nullptr, 0);
            score_block(block, sums, out.subspan(first, some.size()));
        }
        return;
    }
    FactorModel::score_pairs(pairs, out); // clamps ratings
    if (task_ == FeatureTask::clicks)
        for (auto& score : out)
            score = sigmoid(score);
}

void FmModel::score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const {
    const bool context = encoder_.has(FieldPart::row);
    EncodedRows encoded;
    SampleBlock block;
    std::vector<float, Eigen::aligned_allocator<float>> sums(scored_block * shape_.width());
    for (std::size_t first = 0; first < rows.size(); first += scored_block) {
        const auto some = rows.subspan(first, std::min(scored_block, rows.size() - first));
        if (context)
            encoder_.encode(data, some, encoded);
        block.reset(encoder_, static_cast<std::uint32_t>(some.size()));
        for (std::uint32_t i = 0; i < some.size(); ++i)
            block.add(encoder_, data.interactions().user[some[i]], data.interactions().item[some[i]],
                      context ? &encoded : nullptr, i);
        score_block(block, sums, out.subspan(first, some.size()));
    }
}

void FmModel::save_state(Writer& out) const {
    FactorModel::save_state(out);
    out.number(static_cast<std::uint8_t>(task_));
    out.number(static_cast<std::uint8_t>(probit_));
    out.number(shape_.factors);
    encoder_.save(out);
    save_weights(weights_, out);
    out.varint(draws_.size());
    for (const auto& draw : draws_)
        save_weights(draw, out);
}

Status FmModel::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored model is damaged", {}, "train it again"); };
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    task_ = static_cast<FeatureTask>(in.number<std::uint8_t>());
    const auto probit = in.number<std::uint8_t>();
    probit_ = probit == 1;
    shape_.factors = in.number<std::uint32_t>();
    if (!encoder_.load(in) || task_ > FeatureTask::ranking || probit > 1 || shape_.factors > 512)
        return damaged();
    const std::size_t size = std::size_t{encoder_.n_indices()} * shape_.width();
    if (!load_weights(weights_, in, size))
        return damaged();
    draws_.clear();
    for (auto left = in.varint(); in.ok() && left > 0; --left)
        if (!load_weights(draws_.emplace_back(), in, size))
            return damaged();
    return encoder_.users().n == n_users() && encoder_.items().n == n_items() ? Status() : damaged();
}

void FmModel::save_training(Writer& out) const {
    out.array(training_);
}

Status FmModel::load_training(Reader& in) {
    auto kept = in.array<double>();
    if (kept.size() != training_.size())
        return bad_data("the training state is damaged", {}, "start the run anew");
    training_ = std::move(kept);
    return {};
}

} // namespace tastebench
