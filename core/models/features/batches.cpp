#include "core/models/features/batches.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 141;
constexpr std::uint32_t counted = 1024; ///< samples in one block, when all are gone through

} // namespace

Batches::Batches(const Samples& samples, std::uint32_t batch, FitContext& context)
    : samples_(samples), batch_(std::min(batch, samples.size())), context_(context), now_((batch_ + block - 1) / block),
      next_(now_.size()), order_(samples.size()) {}

std::uint64_t Batches::count() const {
    return (std::uint64_t{samples_.size()} + batch_ - 1) / batch_;
}

std::span<const std::uint32_t> Batches::batch_at(std::size_t first) const {
    return std::span(order_).subspan(first, std::min<std::size_t>(batch_, order_.size() - first));
}

double Batches::epoch(std::uint32_t number, const Prepare& prepare, const Learn& learn) {
    std::iota(order_.begin(), order_.end(), 0U);
    Rng(context_.seed, order_stream, number).shuffle(std::span(order_));
    const auto fill = [&](std::size_t first, std::uint32_t b, SampleBlock& out) {
        const auto which = batch_at(first);
        const std::size_t from = std::size_t{b} * block;
        // Blocks are counted through the epoch, so that no two of them draw the same negatives.
        samples_.fill(which.subspan(from, std::min<std::size_t>(block, which.size() - from)), context_.seed, number,
                      static_cast<std::uint32_t>(first / batch_ * now_.size()) + b, out);
    };
    const auto count_blocks = [&](std::size_t first) {
        return static_cast<std::uint32_t>((batch_at(first).size() + block - 1) / block);
    };
    double loss = 0;
    std::atomic<bool> filled = false;
    for (std::size_t first = 0; first < order_.size() && !context_.progress.cancelled(); first += batch_) {
        current_ = static_cast<std::uint32_t>(batch_at(first).size());
        const auto blocks = std::span(now_).first(count_blocks(first));
        if (!filled || prepare)
            context_.parallel.for_blocks(blocks.size(), 1, [&](std::size_t at, std::size_t) {
                const auto b = static_cast<std::uint32_t>(at);
                if (!filled)
                    fill(first, b, blocks[b]);
                if (prepare)
                    prepare(blocks[b], b);
            });
        filled = false;
        const std::size_t after = std::min<std::size_t>(first + batch_, order_.size());
        loss += learn(blocks, {count_blocks(after), [&](std::uint32_t b) {
                                   fill(after, b, next_[b]);
                                   filled = true;
                               }});
        if (filled)
            std::swap(now_, next_);
        context_.progress.advance();
    }
    return loss / static_cast<double>(order_.size());
}

float start_bias(FeatureTask task, const Samples& samples) {
    const double mean = samples.mean_target();
    if (task == FeatureTask::ratings)
        return static_cast<float>(mean);
    return task == FeatureTask::clicks ? static_cast<float>(std::log(mean / (1 - mean))) : 0.0F;
}

std::vector<std::uint8_t> seen_indices(const FeatureEncoder& encoder, const Samples& samples,
                                       const Progress* progress) {
    std::vector<std::uint8_t> seen(encoder.n_indices(), 0);
    SampleBlock block;
    std::vector<std::uint32_t> which;
    for (std::uint32_t first = 0; first < samples.size(); first += counted) {
        if (progress != nullptr && progress->cancelled())
            break;
        which.resize(std::min(counted, samples.size() - first));
        std::iota(which.begin(), which.end(), first);
        samples.fill(which, 0, 0, 0, block);
        for (const auto& entry : block.singles)
            seen[entry.index] = 1;
        for (const auto& entry : block.multi)
            seen[entry.index] = 1;
    }
    return seen;
}

double reported_loss(FeatureTask task, double mean_loss) {
    return task == FeatureTask::ratings ? std::sqrt(mean_loss) : mean_loss;
}

Capabilities task_capabilities(FeatureTask task, double positive_from, bool ids) {
    Capabilities can;
    can.predicts_ratings = task == FeatureTask::ratings;
    can.predicts_clicks = task == FeatureTask::clicks;
    can.positive_from = positive_from;
    can.similar_items = true;
    can.uses_rows = !ids;
    can.iterative = true;
    can.needs_values = task != FeatureTask::ranking;
    can.needs_features = !ids;
    can.needs_pairs = ids || task == FeatureTask::ranking;
    return can;
}

EpochPlan read_task_plan(const Parameters& parameters, FeatureTask task) {
    const bool ratings = task == FeatureTask::ratings;
    EpochPlan plan = read_epoch_plan(parameters, ratings                       ? "rmse"
                                                 : task == FeatureTask::clicks ? "logloss"
                                                                               : "ndcg@10");
    plan.loss = ratings ? "train_rmse" : task == FeatureTask::clicks ? "train_logloss" : "train_loss";
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    return plan;
}

} // namespace tastebench
