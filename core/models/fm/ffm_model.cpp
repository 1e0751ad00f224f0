#include "core/models/fm/ffm_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/features/batches.h"
#include "core/models/fm/fm.h"

namespace tastebench {

namespace {

constexpr std::uint32_t vectors_stream = 150;
/// Fields are cut into at most this many groups, and every two groups are a task of their own.
constexpr std::uint32_t most_groups = 6;

FfmSettings read_settings(const Parameters& p) {
    const auto& task = get_text(p, "task");
    return {task == "ratings"  ? FeatureTask::ratings
            : task == "clicks" ? FeatureTask::clicks
                               : FeatureTask::ranking,
            (static_cast<std::uint32_t>(get_int(p, "factors")) + 3) / 4 * 4,
            static_cast<float>(get_real(p, "learning_rate")),
            static_cast<float>(get_real(p, "regularization")),
            static_cast<float>(get_real(p, "init_scale")),
            get_bool(p, "normalise"),
            get_bool(p, "linear"),
            get_real(p, "positive_from"),
            static_cast<std::uint32_t>(get_int(p, "batch"))};
}

} // namespace

Capabilities FfmModel::capabilities(const Parameters& parameters) const {
    const auto settings = read_settings(parameters);
    return task_capabilities(settings.task, settings.positive_from, only_ids(get_text(parameters, "fields")));
}

Cost FfmModel::cost(const DataShape& shape, const Parameters& p) const {
    const auto settings = read_settings(p);
    const auto fields = static_cast<double>(shape.fields + 2);
    const auto rows = static_cast<double>(shape.rows);
    Cost out;
    out.memory_bytes = static_cast<double>(shape.users + shape.items + shape.feature_values) * fields *
                           static_cast<double>(settings.factors) * 8 +
                       rows * (16 + 6 * fields);
    const double pairs = settings.task == FeatureTask::ranking ? 2 : 1;
    out.core_seconds = static_cast<double>(get_int(p, "epochs")) * rows * pairs * fields * (fields - 1) / 2 *
                       static_cast<double>(settings.factors) * 6e-9;
    return out;
}

void FfmModel::lay_out() {
    firsts_.clear();
    for (const auto& field : encoder_.fields())
        firsts_.push_back(field.first);
    slot_field_ = slot_fields(encoder_);
}

void FfmModel::draw(std::span<const std::uint8_t> seen, const FfmSettings& settings, std::uint64_t seed,
                    const Parallel& parallel) {
    linear_.assign(std::size_t{encoder_.n_indices()} * 2, 0.0F);
    for (std::size_t i = 1; i < linear_.size(); i += 2)
        linear_[i] = 1;
    vectors_.assign(encoder_.n_indices() * stride(), 0.0F);
    const float scale = settings.init_scale / std::sqrt(static_cast<float>(factors_));
    parallel.for_blocks(encoder_.n_indices(), 256, [&](std::size_t first, std::size_t last) {
        for (auto i = static_cast<std::uint32_t>(first); i < last; ++i) {
            const auto a =
                static_cast<std::uint32_t>(std::upper_bound(firsts_.begin(), firsts_.end(), i) - firsts_.begin() - 1);
            Rng rng(seed, vectors_stream, i);
            for (std::uint32_t b = 0; b < fields(); ++b) {
                float* row = vectors(a, b) + (i - firsts_[a]) * stride();
                for (std::uint32_t f = 0; f < factors_; ++f) {
                    row[f] = seen[i] != 0 ? scale * static_cast<float>(rng.uniform()) : 0.0F;
                    row[factors_ + f] = 1;
                }
            }
        }
    });
}

bool FfmModel::finite() const {
    const auto all = [](std::span<const float> values) {
        return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    };
    for (std::size_t at = 0; at < linear_.size(); at += 2)
        if (!std::isfinite(linear_[at]))
            return false;
    for (std::size_t at = 0; at < vectors_.size(); at += std::size_t{2} * factors_)
        if (!all(std::span(vectors_).subspan(at, factors_)))
            return false;
    return std::isfinite(w0_);
}

std::vector<FieldPair> FfmModel::pairs(std::uint32_t g, std::uint32_t h, std::uint32_t groups) {
    std::vector<FieldPair> out;
    for (std::uint32_t a = g * fields() / groups; a < (g + 1) * fields() / groups; ++a)
        for (std::uint32_t b = std::max(a, h * fields() / groups); b < (h + 1) * fields() / groups; ++b)
            if (a != b || encoder_.fields()[a].kind == FieldKind::multi)
                out.push_back({a, b, vectors(a, b), vectors(b, a)});
    return out;
}

void FfmModel::linear_part(SampleBlock& block) const {
    for (std::uint32_t i = 0; i < block.n; ++i) {
        float sum = w0_;
        for (const auto entries : {block.singles_of(i), block.multi_of(i)})
            for (const auto& entry : entries)
                sum += linear_[std::size_t{entry.index} * 2] * entry.value;
        block.output[i] = sum;
    }
}

void FfmModel::linear_update(const SampleBlock& block, const FfmSettings& s) {
    for (std::uint32_t i = 0; i < block.n; ++i)
        for (const auto entries : {block.singles_of(i), block.multi_of(i)})
            for (const auto& entry : entries) {
                float* weight = linear_.data() + std::size_t{entry.index} * 2;
                const float gradient = block.error[i] * entry.value + s.regularization * weight[0];
                weight[1] += gradient * gradient;
                weight[0] -= s.learning_rate * gradient / std::sqrt(weight[1]);
            }
}

/// What a batch is learned with: its blocks by field, and each task's share of the outputs.
struct FfmModel::Work {
    std::vector<std::vector<FieldPair>> tasks;
    std::vector<FieldBlock> fields;
    std::vector<std::vector<float>> parts; ///< [tasks][blocks x samples]
    std::uint32_t samples;

    Work(FfmModel& model, const Batches& batches) : fields(batches.blocks()), samples(batches.block_samples()) {
        const std::uint32_t groups = std::min(most_groups, model.fields());
        for (std::uint32_t g = 0; g < groups; ++g)
            for (std::uint32_t h = g; h < groups; ++h)
                if (auto pairs = model.pairs(g, h, groups); !pairs.empty())
                    tasks.push_back(std::move(pairs));
        parts.assign(tasks.size(), std::vector<float>(std::size_t{samples} * batches.blocks()));
    }
};

Status FfmModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_settings(parameters);
    remember_seen(training);
    task_ = settings.task;
    factors_ = settings.factors;
    normalised_ = settings.normalised;
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
    lay_out();
    w0_ = start_bias(task_, *samples);
    bias_squares_ = 1;
    const auto seen = seen_indices(encoder_, *samples, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    draw(seen, settings, context.seed, context.parallel);
    fold(context.parallel);

    Batches batches(*samples, settings.batch, context);
    Work work(*this, batches);
    const FfmShape shape{factors_, stride()};
    EpochPlan plan = read_task_plan(parameters, task_);
    plan.steps = batches.count();
    const auto prepare = [&](SampleBlock& block, std::uint32_t b) {
        work.fields[b].arrange(block, firsts_, slot_field_, normalised_);
        linear_part(block);
    };
    const auto learn = [&](std::span<SampleBlock> blocks, const Batches::Ahead&) {
        context.parallel.for_blocks(work.tasks.size(), 1, [&](std::size_t t, std::size_t) {
            std::fill(work.parts[t].begin(), work.parts[t].end(), 0.0F);
            for (std::size_t b = 0; b < blocks.size(); ++b)
                ffm_forward(work.tasks[t], shape, work.fields[b], work.parts[t].data() + b * work.samples);
        });
        double loss = 0;
        double gradient = 0;
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            for (std::uint32_t i = 0; i < blocks[b].n; ++i)
                for (const auto& part : work.parts)
                    blocks[b].output[i] += part[b * work.samples + i];
            loss += take_errors(task_, blocks[b]);
            std::copy_n(blocks[b].error.begin(), blocks[b].n, work.fields[b].error.begin());
            for (std::uint32_t i = 0; i < blocks[b].n; ++i)
                gradient += static_cast<double>(blocks[b].error[i]);
        }
        w0_ = adagrad(w0_, gradient, settings.learning_rate, bias_squares_);
        // The last task takes the linear weights, which no pair touches.
        context.parallel.for_blocks(work.tasks.size() + 1, 1, [&](std::size_t t, std::size_t) {
            const bool pairwise = t < work.tasks.size();
            for (std::size_t b = 0; pairwise && b < blocks.size(); ++b)
                ffm_update(work.tasks[t], shape, settings.learning_rate, settings.regularization, work.fields[b]);
            for (std::size_t b = 0; !pairwise && settings.linear && b < blocks.size(); ++b)
                linear_update(blocks[b], settings);
        });
        return loss;
    };
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const double loss = batches.epoch(epoch, prepare, learn);
        if (std::isfinite(loss) && !context.progress.cancelled())
            fold(context.parallel);
        return reported_loss(task_, loss);
    });
}

} // namespace tastebench
