// A table of embeddings whose gradient is sparse: a step costs only what the rows that a batch touched cost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/nn/kernels.h"
#include "core/nn/matrix.h"
#include "core/nn/optimizer.h"

namespace tastebench::nn {

class EmbeddingTable {
  public:
    /// rows x width, normal with this deviation, from streams (seed, stream, row); with deviation 0 nothing is drawn.
    void start(std::uint32_t rows, std::uint32_t width, float deviation, std::uint64_t seed, std::uint32_t stream,
               const Parallel& parallel);
    void set_optimizer(const OptimizerSettings& settings);

    std::uint32_t rows() const { return rows_; }
    std::uint32_t width() const { return width_; }
    const float* row(std::uint32_t i) const { return values_.data() + std::size_t{i} * width_; }
    float* row(std::uint32_t i) { return values_.data() + std::size_t{i} * width_; }
    std::span<const float> values() const { return values_; }

    /// out[s] = row ids[s]; rows of `out` are `stride` floats apart.
    void gather(std::span<const std::uint32_t> ids, float* out, std::size_t stride) const;

    /// One step of the optimiser on the rows that `ids` names: the gradient of a row is the sum of those of its samples
    /// in their order, so that digits do not depend on threads. Moments of other rows rest (lazy Adam). Gradients of
    /// samples are `stride` floats apart. Calls for different tables may run at once.
    void step(std::span<const std::uint32_t> ids, const float* gradients, std::size_t stride,
              std::uint64_t step_number);

    /// The same where every id is named once, so that nothing is to be summed: on any threads at once as long as no two
    /// of them name the same row.
    void step_distinct(std::span<const std::uint32_t> ids, const float* gradients, std::size_t stride,
                       std::uint64_t step_number);

    /// Gives back what only steps need: moments, and the places of rows in a batch. No step() any more.
    void end_training();

    void save(Writer& out) const;          ///< the values
    bool load(Reader& in);                 ///< false if they are of another size than start() gave
    void save_training(Writer& out) const; ///< the moments
    bool load_training(Reader& in);

  private:
    void step_row(std::uint32_t row, const float* gradient, const StepSizes& sizes);

    std::uint32_t rows_ = 0, width_ = 0;
    AlignedFloats values_, first_, second_;
    OptimizerSettings settings_;
    // Of one step: the place of a row among the touched ones, valid where its stamp is the step's.
    std::vector<std::uint64_t> stamp_;
    std::vector<std::uint32_t> place_;
    std::vector<std::uint32_t> touched_;
    AlignedFloats sums_;
    std::uint64_t clock_ = 0;
};

} // namespace tastebench::nn
