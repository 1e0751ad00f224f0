// The graph of people and items, and steps of embeddings over it.
#pragma once

#include <span>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/linalg/sparse_rows.h"
#include "core/nn/matrix.h"

namespace tastebench {

/// Nodes are the users and after them the items; A = D^-1/2 (0 R; R^T 0) D^-1/2 with R the 0/1 matrix of training
/// pairs and D the numbers of neighbours (equation 8).
class ItemGraph {
  public:
    void start(const SparseRows& users_by_items, const Parallel& parallel);
    std::uint32_t nodes() const { return static_cast<std::uint32_t>(scale_.size()); }
    /// y = 1/(L+1) sum_{k=0..L} A^k x; rows of `width` floats, aligned to 64 bytes, width a multiple of 16; y is not
    /// x. Leaves early, with anything in y, when progress is cancelled. The matrix is symmetric, so the same product
    /// carries a gradient back. The same digits on any number of threads.
    void propagate(std::span<const float> x, std::span<float> y, std::uint32_t width, std::uint32_t layers,
                   const Parallel& parallel, const Progress& progress);

  private:
    std::vector<std::uint64_t> starts_{0};
    std::vector<std::uint32_t> neighbours_;
    std::vector<float> scale_; ///< 1 / sqrt(neighbours); 0 where there are none
    nn::AlignedFloats from_, to_;
};

} // namespace tastebench
