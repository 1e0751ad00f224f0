// What the two kinds of restricted Boltzmann machine have in common: learning by contrastive divergence from batches of
// people, and the way from someone's items to the hidden units and on to all items.
#pragma once

#include <cstdint>
#include <span>

#include "core/linalg/sparse_rows.h"
#include "core/nn/kernels.h"
#include "core/nn/parameter_set.h"

namespace tastebench::rbm {

/// One step of contrastive divergence (Hinton 2002) on a batch.
struct Step {
    const SparseRows& rows;               ///< users x items
    std::span<const std::uint32_t> users; ///< of the batch
    std::uint32_t gibbs = 1;              ///< from hidden to visible units and back, so many times
    float rate = 0.01F;                   ///< of the mean gradient of the batch
    float momentum = 0.9F;
    float decay = 0;        ///< of weights, not of biases: the gradient loses decay x weight
    std::uint64_t seed = 0; ///< samples of a user come from (seed, gibbs_stream, user)
};

inline constexpr std::uint32_t weight_stream = 180;
inline constexpr std::uint32_t gibbs_stream = 182;

class Machine {
  public:
    virtual ~Machine() = default;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    std::uint32_t items() const { return items_; }
    std::uint32_t hidden() const { return hidden_; }

    /// Returns the sum of the squared errors of the first reconstruction. Same digits on any number of threads.
    virtual double learn(const Step& step, const Parallel& parallel) = 0;
    /// The probabilities of the hidden units, given someone's items (distinct) and their values as in Step::rows.
    virtual void encode(std::span<const std::uint32_t> items, std::span<const float> values, float* hidden) const = 0;
    /// Scores of the items [first, first + out.cols()) from probabilities of hidden units [n x hidden]: a row has the
    /// same digits alone and among others, an item too.
    virtual void decode(const nn::ConstMatrixView& hidden, std::uint32_t first, nn::MatrixView out) const = 0;
    virtual void save(Writer& out) const = 0;

    void save_training(Writer& out) const { out.array(std::span<const float>(velocity_)); }
    bool load_training(Reader& in);
    /// Gives back what only learn() needs; it must not be called any more.
    virtual void end_training() { nn::give_back(velocity_); }
    bool finite() const { return nn::all_finite(parameters_.values().data(), parameters_.size()); }

    nn::ParameterSet& parameters() { return parameters_; }
    const nn::ParameterSet& parameters() const { return parameters_; }
    std::span<const float> velocity() const { return velocity_; }

  protected:
    Machine(std::uint32_t items, std::uint32_t hidden) : items_(items), hidden_(hidden) {}
    /// False if what is read is of another size than the parameters; `floats` is what they take at least, looked at
    /// before anything of that size is made by lay_out().
    template <typename LayOut>
    bool load_parameters(Reader& in, double floats, const LayOut& lay_out);

    std::uint32_t items_, hidden_;
    nn::ParameterSet parameters_;
    nn::AlignedFloats velocity_; ///< what momentum keeps of earlier steps, of the size of the parameters; empty in one
                                 ///< that was loaded, until load_training()
};

template <typename LayOut>
bool Machine::load_parameters(Reader& in, double floats, const LayOut& lay_out) {
    const auto values = in.array<float>();
    if (!in.ok() || floats > static_cast<double>(values.size()))
        return false;
    lay_out();
    if (values.size() != parameters_.size())
        return false;
    std::copy(values.begin(), values.end(), parameters_.values().begin());
    return true;
}

} // namespace tastebench::rbm
