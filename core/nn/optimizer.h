// Optimisers over one flat array of parameters, with their state.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/nn/kernels.h"
#include "core/nn/matrix.h"

namespace tastebench::nn {

enum class Method { sgd, adagrad, adam };

struct OptimizerSettings {
    Method method = Method::adam;
    float rate = 0.001F;
    float l1 = 0, l2 = 0;                                ///< coupled: added to the gradient
    float clip = 0;                                      ///< greatest Euclidean norm of a gradient; 0: no limit
    float beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F; ///< Adam; epsilon for Adagrad too
};

/// For the step of this number, counted from 1.
StepSizes step_sizes(const OptimizerSettings& settings, std::uint64_t step);

class Optimizer {
  public:
    void start(const OptimizerSettings& settings, std::size_t size);
    void set_rate(float rate) { settings_.rate = rate; }
    /// One step; the gradient is scaled in place where it is clipped. The same digits on any number of threads.
    void step(std::span<float> values, std::span<float> gradient, const Parallel& parallel);
    /// The same in parts, so that a part of the gradient is used while it is in the cache: begin_step() once, then
    /// every range of the array once, at once on any threads. Nothing is clipped.
    void begin_step() { ++steps_; }
    void step_range(float* values, const float* gradient, std::size_t offset, std::size_t n);
    std::uint64_t steps() const { return steps_; }

    void save(Writer& out) const;
    /// False if what is read is of another size.
    bool load(Reader& in);

  private:
    OptimizerSettings settings_;
    std::uint64_t steps_ = 0;
    AlignedFloats first_, second_;
};

} // namespace tastebench::nn
