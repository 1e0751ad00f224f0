// Lists for users whose scores are sums of sparse rows: one accumulator for each item, made once for many users.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/linalg/top_k.h"
#include "core/models/recommender.h"

namespace tastebench {

class ScoreSums {
  public:
    explicit ScoreSums(std::uint32_t n_items);
    /// Adds factor x row to the sums.
    void add(const SparseRows& matrix, std::uint32_t row, double factor);
    /// The list of the user whose rows were added, as Recommender::top_k() defines it; the sums are 0 again.
    std::vector<Scored> take_list(const Recommender& model, UserIx user, const TopKOptions& options);

  private:
    std::uint32_t n_items_;
    std::vector<double> sums_; ///< whole chunks
};

} // namespace tastebench
