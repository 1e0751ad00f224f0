// The leave-one-out protocol of He et al. (WWW 2017): a person's one test item is ranked among items drawn by lot that
// they do not have. Quick where lists of all items are not, and not comparable with them: among 99 others a middling
// model looks good, and which of two models is the better may change (Krichene and Rendle, KDD 2020).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/models/recommender.h"
#include "core/split/split.h"

namespace tastebench {

/// How many are drawn; fewer where a person lacks fewer.
inline constexpr std::uint32_t sampled_others = 99;

/// Distinct items by (seed, user), ascending: of those seen in training the ones in neither list; all if there are no
/// more. Both lists are ascending.
std::vector<ItemIx> draw_others(const Recommender& model, UserIx user, std::span<const ItemIx> held_out,
                                std::uint64_t seed);

/// For each user the rank of their test item among those drawn, from 1; equal scores stand in the order of items, as in
/// lists. 0 where the item is not in training, so that it can never be recommended. The draw has the seed of the
/// split, so that models measured on one split meet the same items. run_failed where a score is no number; cancelled.
Result<std::vector<std::uint32_t>> sampled_ranks(const Recommender& model, const Dataset& data, const Split& split,
                                                 std::span<const UserIx> users, std::span<const ItemIx> tests,
                                                 const Parallel& parallel, Progress& progress);

} // namespace tastebench
