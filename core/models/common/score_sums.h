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
    /// Adds factor x value, each product rounded to double precision first.
    void add(std::span<const ItemIx> items, const double* values, double factor);
    /// The list of the user whose rows were added, as Recommender::top_k() defines it; the sums are 0 again.
    std::vector<Scored> take_list(const Recommender& model, UserIx user, const TopKOptions& options);

    /// Sums that are not above 0 become fill(item).
    template <typename Fill>
    void fill_below_zero(Fill&& fill) {
        for (ItemIx item = 0; item < n_items_; ++item)
            if (!(sums_[item] > 0))
                sums_[item] = fill(item);
    }

  private:
    std::uint32_t n_items_;
    std::vector<double> sums_; ///< whole chunks
};

} // namespace tastebench
