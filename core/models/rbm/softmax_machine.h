// The machine of ratings: an item that someone rated is a softmax unit with one state for each level of the ratings; an
// item they did not rate is not there. Shapes: W [items x levels, hidden], b [items x levels], c [hidden].
//   p(h_j = 1 | v) = sigmoid(c_j + sum over rated i of W[i, level of i, j] (+ D[i, j]))
//   p(v_i = k | h) = softmax over k of b[i, k] + W[i, k] . h
// With `conditional`, D [items x hidden] tells what it means that someone rated an item at all (section 4 of the
// paper). Values of rows are levels, counted from 0. decode() gives expected ratings.
#pragma once

#include <memory>
#include <vector>

#include "core/models/rbm/machine.h"
#include "core/models/rbm/rbm_kernels.h"

namespace tastebench::rbm {

struct SoftmaxShape {
    std::uint32_t items = 0, hidden = 0;
    std::vector<float> levels; ///< the rating of each, ascending; 2 to most_levels
    bool conditional = true;
};

class SoftmaxMachine final : public Machine {
  public:
    /// Weights normal with this deviation, D and c zero, b the logarithms of how often the levels are given, for each
    /// item drawn towards those of all.
    SoftmaxMachine(const SoftmaxShape& shape, const SparseRows& rows, float deviation, std::uint64_t seed);
    static std::unique_ptr<SoftmaxMachine> load(Reader& in, std::uint32_t items);

    std::span<const float> levels() const { return levels_; }
    float level_of(double rating) const; ///< the nearest
    const nn::Slot& weights() const { return weights_; }
    const nn::Slot& visible_bias() const { return visible_bias_; }
    const nn::Slot& hidden_bias() const { return hidden_bias_; }
    const nn::Slot& conditional() const { return conditional_; } ///< no rows without

    double learn(const Step& step, const Parallel& parallel) override;
    void encode(std::span<const std::uint32_t> items, std::span<const float> values, float* hidden) const override;
    void decode(const nn::ConstMatrixView& hidden, std::uint32_t first, nn::MatrixView out) const override;
    void end_training() override;
    void save(Writer& out) const override;

  private:
    explicit SoftmaxMachine(const SoftmaxShape& shape);
    void lay_out();
    /// What hidden units get from the biases and from items being rated at all, then from their levels.
    void add_conditional(std::span<const std::uint32_t> items, float* sums) const;
    void add_level(std::uint32_t item, std::size_t level, float* sums) const;
    /// The chain of the batch's user at this place; returns the squared errors of the first reconstruction.
    double run_chain(const Step& step, std::size_t at);
    void step_items(const Step& step, std::uint32_t first, std::uint32_t last);
    void step_hidden_bias(const Step& step);

    std::vector<float> levels_;
    bool with_conditional_;
    nn::Slot weights_, visible_bias_, hidden_bias_, conditional_;

    // Of one batch, by user: hidden units at the start and at the end, samples; the levels at the end, by entry.
    nn::AlignedFloats driven_, free_, sampled_, always_;
    std::vector<std::size_t> starts_;
    std::vector<std::uint8_t> ended_at_;
    std::vector<double> errors_;        ///< by user
    std::vector<std::uint8_t> touched_; ///< by item
};

} // namespace tastebench::rbm
