// The machine of what people have: every item is a unit that is on for those who have it. Shapes: W [items x hidden],
// b [items], c [hidden].
//   p(h_j = 1 | v) = sigmoid(c_j + sum over had i of W[i, j]),  p(v_i = 1 | h) = sigmoid(b_i + W[i] . h)
// Reconstructed items keep their probabilities instead of samples (Hinton: "A practical guide to training restricted
// Boltzmann machines", 2010, section 3). Values of rows count for nothing. decode() gives b_i + W[i] . h, which orders
// as the probability does.
#pragma once

#include <memory>
#include <vector>

#include "core/base/rng.h"
#include "core/models/rbm/machine.h"

namespace tastebench::rbm {

class BinaryMachine final : public Machine {
  public:
    /// Weights normal with this deviation, c zero, b the log odds of the shares of people who have the items.
    BinaryMachine(const SparseRows& rows, std::uint32_t hidden, float deviation, std::uint64_t seed);
    static std::unique_ptr<BinaryMachine> load(Reader& in, std::uint32_t items);

    const nn::Slot& weights() const { return weights_; }
    const nn::Slot& visible_bias() const { return visible_bias_; }
    const nn::Slot& hidden_bias() const { return hidden_bias_; }

    double learn(const Step& step, const Parallel& parallel) override;
    void encode(std::span<const std::uint32_t> items, std::span<const float> values, float* hidden) const override;
    void decode(const nn::ConstMatrixView& hidden, std::uint32_t first, nn::MatrixView out) const override;
    void end_training() override;
    void save(Writer& out) const override;

  private:
    BinaryMachine(std::uint32_t items, std::uint32_t hidden) : Machine(items, hidden) {}
    void lay_out();
    double run_chains(const Step& step, std::size_t first, std::size_t last);
    void step_items(const Step& step, std::uint32_t first, std::uint32_t last);
    void step_hidden_bias(const Step& step);

    nn::Slot weights_, visible_bias_, hidden_bias_;
    std::size_t stride_ = 0; ///< from one user's reconstruction to the next
    // Of one batch, by user: hidden units at the start and at the end, samples, reconstructed items.
    nn::AlignedFloats driven_, free_, sampled_, items_at_end_;
    std::vector<Rng> rngs_;
    std::vector<double> errors_; ///< of blocks of users
};

} // namespace tastebench::rbm
