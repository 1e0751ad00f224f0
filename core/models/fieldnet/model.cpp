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

namespace {

/// What no single parameter tells.
Status check_together(const FieldNetSettings& settings) {
    const auto& cin = settings.shape.cin;
    if (settings.shape.split_half && !cin.empty() && std::find(cin.begin(), cin.end() - 1, 1U) != cin.end() - 1)
        return usage_error("an interaction layer of a single map cannot be halved", "cin",
                           "write 2 or more for all layers but the last, or turn split_half off");
    if (settings.shape.batch_norm && settings.batch < 2)
        return usage_error("a batch of one row has no variance to normalise by", "batch",
                           "choose a batch of 2 or more, or turn batch_norm off");
    return {};
}

} // namespace

Status FieldNetModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_(parameters);
    if (auto status = check_together(settings); !status)
        return status;
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
    work_ = std::make_unique<FieldNetwork::Work>();
    auto& work = *work_;
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
    const auto status = EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const auto rate = static_cast<float>(settings.rate.at(epoch));
        network_.set_rates(rate, rate);
        network_.refresh(work); // a checkpoint may have been taken up
        training.seed = context.seed + ((epoch - 1) * batches.count() + 1) * step_salt;
        return reported_loss(task_, batches.epoch(epoch, prepare, learn));
    });
    work_.reset();
    return status;
}

void FieldNetModel::end_training() {
    work_.reset();
    network_.end_training();
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
