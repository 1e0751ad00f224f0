// Like ItemWeightsModel, score(u, i) = sum over the user's items j of x(u, j) w(j, i), for methods whose weights are
// hardly ever zero: w is a dense matrix. A model of this kind only fills the history and the weights.
#pragma once

#include "core/linalg/dense_inverse.h"
#include "core/linalg/sparse_rows.h"
#include "core/models/recommender.h"

namespace tastebench {

/// out[i] += x row[i], for i below n.
void add_scaled(const float* row, double x, double* out, std::size_t n);

class DenseItemWeightsModel : public Recommender {
  public:
    std::uint32_t n_users() const override { return history_.n_rows(); }
    std::uint32_t n_items() const override { return history_.n_columns; }
    void score(UserIx user, std::span<double> out) const override;
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;
    /// The contributions are all the items of the history with w > 0 or w < 0, and add up to the score.
    std::unique_ptr<Explanation> explain(UserIx user, ItemIx item) const override;
    /// By w(item, other).
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override;
    std::vector<Scored> history(UserIx user) const override;

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override;
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    /// What a profile's value is in x; the value itself where not overridden.
    virtual double profile_weight(const ProfileItem& had) const { return had.value; }

    SparseRows history_;  ///< x: users x items
    DenseSquare weights_; ///< w: row j holds what having j adds to each item
};

} // namespace tastebench
