#include "core/models/fieldnet/model.h"

#include <algorithm>
#include <cmath>

#include "core/models/features/batches.h"

namespace tastebench {

namespace {

constexpr std::uint64_t step_salt = 0x9E37'79B9'7F4A'7C15ULL; ///< another seed of dropout for every step

} // namespace

Capabilities FieldNetModel::capabilities(const Parameters& parameters) const {
    const auto settings = read_(parameters);
    return task_capabilities(settings.task, settings.positive_from, only_ids(get_text(parameters, "fields")));
}

Cost FieldNetModel::cost(const DataShape& shape, const Parameters& parameters) const {
    const auto settings = read_(parameters);
    const auto rows = static_cast<double>(shape.rows);
    const auto dim = static_cast<double>(settings.shape.dim);
    const auto fields = static_cast<double>(shape.fields + 2);
    const auto indices = static_cast<double>(shape.users + shape.items + shape.feature_values);
    double weights = 0;
    double width = fields * dim;
    for (const auto next : settings.shape.deep) {
        weights += width * next;
        width = next;
    }
    const auto batch = static_cast<double>(settings.batch);
    Cost out;
    // Values and two moments of each row and weight, the samples in codes, and what a batch needs on its way.
    out.memory_bytes = indices * (dim + 8) * 12 + weights * 16 + rows * (12 + 6 * fields) +
                       batch * 4 * (2 * fields * dim + 4 * width + 10 * fields);
    const double samples = rows * (settings.task == FeatureTask::ranking ? 2 : 1);
    const double steps = rows / batch;
    out.core_seconds = static_cast<double>(get_int(parameters, "epochs")) *
                       (samples * (6 * weights / 90e9 + fields * (dim + 8) * 1.5e-9) + steps * weights * 1e-9);
    return out;
}

Status FieldNetModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_(parameters);
    remember_seen(training);
    task_ = settings.task;
    auto encoder =
        FeatureEncoder::learn(training, read_feature_options(parameters), context.parallel, &context.progress);
    if (!encoder)
        return fail(encoder.error());
    encoder_ = std::move(*encoder);
    auto crosses = Crosses::make(settings.crosses, settings.cross_buckets, encoder_);
    if (!crosses)
        return fail(crosses.error());
    const auto samples =
        Samples::make(training, encoder_, task_, settings.positive_from, context.parallel, &context.progress);
    if (!samples)
        return fail(samples.error());
    if (task_ == FeatureTask::ratings) {
        const auto [least, greatest] = std::minmax_element(samples->targets().begin(), samples->targets().end());
        least_ = *least;
        greatest_ = *greatest;
    }
    network_.lay_out(settings.shape, encoder_, std::move(*crosses), settings.network, settings.table);
    network_.base = start_bias(task_, *samples);
    const auto known = seen_indices(encoder_, *samples, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    network_.draw(known, settings.init_deviation, context.seed, context.parallel);
    return train(*samples, read_task_plan(parameters, task_), settings, context);
}

Status FieldNetModel::train(const Samples& samples, EpochPlan plan, const FieldNetSettings& settings,
                            FitContext& context) {
    Batches batches(samples, settings.batch, context);
    plan.steps = batches.count();
    FieldNetwork::Work work;
    network_.reserve(work, batches.blocks(), batches.block_samples(), true);
    std::vector<double> losses(batches.blocks());
    nn::DenseStack::Training training;
    const auto prepare = [&](SampleBlock& block, std::uint32_t number) {
        if (context.progress.cancelled())
            return;
        network_.forward(work, block, number, &training);
        losses[number] = take_errors(task_, block);
        network_.backward(work, block, number, 1.0F / static_cast<float>(batches.current()));
    };
    const auto learn = [&](std::span<SampleBlock> blocks, const Batches::Ahead&) {
        network_.step(work, blocks, context.parallel, context.progress);
        training.seed += step_salt;
        double loss = 0;
        for (std::size_t b = 0; b < blocks.size(); ++b)
            loss += losses[b];
        return loss;
    };
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const auto rate = static_cast<float>(settings.rate.at(epoch));
        network_.set_rates(rate, rate);
        network_.refresh(work); // a checkpoint may have been taken up
        training.seed = context.seed + ((epoch - 1) * batches.count() + 1) * step_salt;
        return reported_loss(task_, batches.epoch(epoch, prepare, learn));
    });
}

void FieldNetModel::save_state(Writer& out) const {
    out.number(static_cast<std::uint8_t>(task_));
    out.number(least_);
    out.number(greatest_);
    encoder_.save(out);
    network_.save(out);
}

Status FieldNetModel::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored model is damaged", {}, "train it again"); };
    task_ = static_cast<FeatureTask>(in.number<std::uint8_t>());
    least_ = in.number<float>();
    greatest_ = in.number<float>();
    if (!encoder_.load(in) || task_ > FeatureTask::ranking || !(least_ <= greatest_) || !network_.load(in, encoder_))
        return damaged();
    return {};
}

Status FieldNetModel::load_training(Reader& in) {
    return network_.load_training(in) ? Status() : bad_data("the training state is damaged", {}, "start the run anew");
}

} // namespace tastebench
