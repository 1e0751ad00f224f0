// Stochastic gradient descent by batches, with the same digits on any number of threads: every batch is cut into
// blocks of samples that are looked at side by side while the weights rest; then tasks that share no weights apply
// the steps, each in the order of the samples.
#pragma once

#include <cmath>
#include <functional>

#include "core/models/epoch_loop.h"
#include "core/models/features/samples.h"

namespace tastebench {

class Batches {
  public:
    static constexpr std::uint32_t block = 64; ///< samples, or pairs of rankings

    Batches(const Samples& samples, std::uint32_t batch, FitContext& context);
    std::uint64_t count() const; ///< in an epoch
    /// Most samples of a block.
    std::uint32_t block_samples() const { return block * (samples_.counts_in_pairs() ? 2 : 1); }
    std::uint32_t blocks() const { return static_cast<std::uint32_t>(now_.size()); } ///< of a batch, at most
    std::uint32_t current() const { return current_; } ///< samples, or pairs, of the batch that is being learned

    /// Of a filled block and its number in the batch; called on several threads at once. None: nothing to prepare.
    using Prepare = std::function<void(SampleBlock& block, std::uint32_t number)>;
    /// The blocks of the batch after, which one may fill while this batch is learned, on any thread, each once; if one
    /// of them is, all must be. It saves the threads a meeting.
    struct Ahead {
        std::uint32_t blocks = 0;
        std::function<void(std::uint32_t number)> fill;
    };
    /// Of all blocks of a batch once they are prepared; returns the sum of the losses.
    using Learn = std::function<double(std::span<SampleBlock> blocks, const Ahead& ahead)>;
    /// All samples once, in an order drawn for this epoch; the mean loss. Stops early when cancelled.
    double epoch(std::uint32_t number, const Prepare& prepare, const Learn& learn);

  private:
    std::span<const std::uint32_t> batch_at(std::size_t first) const;

    const Samples& samples_;
    std::uint32_t batch_;
    FitContext& context_;
    std::vector<SampleBlock> now_, next_; ///< the blocks of a batch and of the one after
    std::vector<std::uint32_t> order_;
    std::uint32_t current_ = 0;
};

/// One number's step of Adagrad: adds to its sum of squared gradients, returns the new value.
inline float adagrad(float value, double gradient, float learning_rate, double& squares) {
    squares += gradient * gradient;
    return squares > 0 ? value - static_cast<float>(static_cast<double>(learning_rate) * gradient / std::sqrt(squares))
                       : value;
}

/// The w0 to begin with: the mean rating, the logarithm of the odds of a click, 0 for rankings.
float start_bias(FeatureTask task, const Samples& samples);
/// Which indices have a training sample; not all of them when cancelled.
std::vector<std::uint8_t> seen_indices(const FeatureEncoder& encoder, const Samples& samples,
                                       const Progress* progress = nullptr);
/// Root of the mean squared error for ratings, else the mean loss.
double reported_loss(FeatureTask task, double mean_loss);
/// What a model of features can do and needs with these settings; `ids`: it learns from the ids alone.
Capabilities task_capabilities(FeatureTask task, double positive_from, bool ids);
/// Names of the loss curve, the watched metric and the remedy for a task.
EpochPlan read_task_plan(const Parameters& parameters, FeatureTask task);

} // namespace tastebench
