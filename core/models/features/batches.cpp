#include "core/models/features/batches.h"

#include <algorithm>
#include <numeric>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 141;
constexpr std::uint32_t counted = 1024; ///< samples in one block, when all are gone through

} // namespace

Batches::Batches(const Samples& samples, std::uint32_t batch, FitContext& context)
    : samples_(samples), batch_(std::min(batch, samples.size())), context_(context),
      blocks_((batch_ + block - 1) / block), order_(samples.size()) {}

std::uint64_t Batches::count() const {
    return (std::uint64_t{samples_.size()} + batch_ - 1) / batch_;
}

double Batches::epoch(std::uint32_t number, const Prepare& prepare, const Learn& learn) {
    std::iota(order_.begin(), order_.end(), 0U);
    Rng(context_.seed, order_stream, number).shuffle(std::span(order_));
    double loss = 0;
    for (std::size_t first = 0; first < order_.size() && !context_.progress.cancelled(); first += batch_) {
        const auto which = std::span(order_).subspan(first, std::min<std::size_t>(batch_, order_.size() - first));
        current_ = static_cast<std::uint32_t>(which.size());
        context_.parallel.for_blocks(which.size(), block, [&](std::size_t from, std::size_t to) {
            const auto b = static_cast<std::uint32_t>(from / block);
            samples_.fill(which.subspan(from, to - from), context_.seed, number,
                          static_cast<std::uint32_t>(first / block) + b, blocks_[b]);
            prepare(blocks_[b], b);
        });
        loss += learn(std::span(blocks_).first((which.size() + block - 1) / block));
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
