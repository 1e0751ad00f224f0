// What every model of the form score(u, i) = sum over the user's items j of x(u, j) w(j, i) shares: lists, reasons,
// neighbours, people unknown in training, saving. A model of this kind only fills the history and the weights.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/models/recommender.h"

namespace tastebench {

class ItemWeightsModel : public Recommender {
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

    /// w(from, to), 0 where there is none.
    double weight(ItemIx from, ItemIx to) const;
    /// Fills in how many people have each reason's item and this one: one pass over all histories.
    void count_common_users(ItemIx item, std::span<Contribution> reasons) const;

    SparseRows history_; ///< x: users x items
    SparseRows weights_; ///< w: row j holds what having j adds to each item
};

} // namespace tastebench
