// The inner loops of learning from pairs of items: BPR and WARP on one tile.
#pragma once

#include <span>

#include "core/base/progress.h"
#include "core/models/bpr/negatives.h"

namespace tastebench {

/// Rows of `width` floats, 64-byte aligned, width a multiple of 16; items and biases by place.
struct PairTables {
    float* users;
    float* items;
    float* bias;
    std::uint32_t width;
};

struct Tile {
    std::span<const Positive> positives; ///< all pairs of a user together
    NegativeBlock negatives;
    std::uint64_t key; ///< of its random numbers
};

struct BprStep {
    float rate, regularization; ///< of the factors
    float bias_rate, bias_regularization;
};

struct WarpStep {
    float rate, regularization;
    float bias_rate, bias_regularization;
    std::uint32_t trials;  ///< at most
    std::uint32_t n_items; ///< that ranks are out of
    float longest;         ///< Euclidean length of a row; rows beyond it are cut back
};

struct PairSum {
    double loss = 0;
    std::uint64_t samples = 0; ///< positives for which there was something to draw
};

/// For each positive i of user u a negative j, with x = b_i - b_j + p_u . (q_i - q_j) and z = 1 / (1 + e^x):
///   p += rate (z (q_i - q_j) - regularization p), q_i += rate (z p - regularization q_i),
///   q_j += rate (-z p - regularization q_j), b likewise; right sides are the old values.
/// Without redraw a positive whose draw the user has is left out. The loss is -ln(1 - z), x cut to +-30. Leaves early
/// when progress is cancelled.
PairSum bpr_tile(const Tile& tile, const PairTables& tables, const BprStep& step, const Progress& progress);

/// For each positive i of user u up to `trials` negatives until one scores above s_i - 1. With the t-th, the rank of i
/// is taken to be r = (n_items - 1) / t, and a step down the gradient of w (1 - s_i + s_j) is made, w = ln max(1, r).
/// Without redraw a draw that the user has is a trial without a violation, as in LightFM.
/// The loss is that expression, 0 where no trial violates.
PairSum warp_tile(const Tile& tile, const PairTables& tables, const WarpStep& step, const Progress& progress);

} // namespace tastebench
