#include "core/models/features/batches.h"
#include "core/models/fm/fm_model.h"

namespace tastebench {

namespace {

/// At most this many threads work on a batch at once.
constexpr std::uint32_t most_tasks = 4;

/// Slots dealt out evenly; where there are fewer slots than tasks, each slot's rows are dealt out as well.
std::vector<FmTask> deal(std::uint32_t slots) {
    std::vector<FmTask> tasks;
    const std::uint32_t groups = std::min(slots, most_tasks);
    const std::uint32_t parts = groups == 0 ? 1 : (most_tasks + groups - 1) / groups;
    for (std::uint32_t g = 0; g < groups; ++g)
        for (std::uint32_t part = 0; part < parts; ++part)
            tasks.push_back({g * slots / groups, (g + 1) * slots / groups, part, parts, 0, 0});
    while (tasks.size() < most_tasks)
        tasks.push_back({0, 0, 0, 1, 0, 0});
    for (std::uint32_t t = 0; t < tasks.size(); ++t) {
        tasks[t].multi_part = t;
        tasks[t].multi_parts = static_cast<std::uint32_t>(tasks.size());
    }
    return tasks;
}

using Sums = std::vector<float, Eigen::aligned_allocator<float>>;

} // namespace

Status FmModel::fit_sgd(const Samples& samples, EpochPlan& plan, const FmSettings& settings, FitContext& context) {
    Batches batches(samples, settings.batch, context);
    plan.steps = batches.count();
    const auto tasks = deal(static_cast<std::uint32_t>(slot_fields(encoder_).size()));
    const std::size_t block_floats = std::size_t{batches.block_samples()} * shape_.width();
    std::vector<Sums> sums(batches.blocks(), Sums(block_floats));
    // A row of weights is read and changed by the one task that owns it, which stays on its thread: rows that went from
    // one processor to the other with every batch cost several times what is computed with them.
    std::vector<Sums> partials(tasks.size(), Sums(block_floats * batches.blocks()));
    std::vector<double> losses(batches.blocks());
    training_.assign(1, 1.0); // w0's sum of squared gradients
    const auto learn = [&](std::span<SampleBlock> blocks, const Batches::Ahead& ahead) {
        context.parallel.for_parts(tasks.size(), [&](std::size_t t) {
            for (std::size_t b = 0; b < blocks.size(); ++b)
                fm_partial(weights_.rows.data(), shape_, blocks[b], tasks[t], partials[t].data() + b * block_floats);
        });
        context.parallel.for_blocks(
            std::max<std::size_t>(blocks.size(), ahead.blocks), 1, [&](std::size_t b, std::size_t) {
                if (b < ahead.blocks)
                    ahead.fill(static_cast<std::uint32_t>(b));
                if (b >= blocks.size())
                    return;
                std::array<const float*, std::size_t{2} * most_tasks> shares{};
                for (std::size_t t = 0; t < tasks.size(); ++t)
                    shares[t] = partials[t].data() + b * block_floats;
                fm_combine(shape_, weights_.w0, std::span(shares).first(tasks.size()), blocks[b], sums[b].data());
                losses[b] = take_errors(task_, blocks[b]);
            });
        double loss = 0;
        double gradient = 0;
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            loss += losses[b];
            for (std::uint32_t i = 0; i < blocks[b].n; ++i)
                gradient += static_cast<double>(blocks[b].error[i]);
        }
        gradient += static_cast<double>(settings.bias_regularization * weights_.w0);
        weights_.w0 = adagrad(weights_.w0, gradient, settings.rates.learning_rate, training_[0]);
        context.parallel.for_parts(tasks.size(), [&](std::size_t t) {
            for (std::size_t b = 0; b < blocks.size(); ++b)
                fm_update(weights_.rows.data(), shape_, settings.rates, blocks[b], sums[b].data(), tasks[t]);
        });
        return loss;
    };
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const double loss = batches.epoch(epoch, {}, learn);
        if (std::isfinite(loss) && !context.progress.cancelled())
            fold(context.parallel);
        return reported_loss(task_, loss);
    });
}

} // namespace tastebench
