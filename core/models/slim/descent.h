// Coordinate descent for one item of SLIM.
#pragma once

#include <span>
#include <vector>

#include "core/base/progress.h"
#include "core/linalg/dense_inverse.h"

namespace tastebench::slim {

/// 16 MB for each thread.
constexpr std::uint32_t most_in_corner = 2048;

struct Settings {
    double l1 = 0, l2 = 0;
    double tolerance = 1e-4;      ///< passes end when the largest step, as a share of the largest weight, is below this
    std::uint32_t passes = 100;   ///< over all candidates, and over those with a weight between two of these
    std::uint32_t neighbours = 0; ///< 0: every item may speak for every other
    bool screen = false;          ///< X has no negative entry: an item with g(i, j) <= l1 can never get a weight
    std::uint32_t corner = most_in_corner; ///< with more weights than this no part of the Gram matrix is copied
};

struct Weight {
    std::uint32_t item;
    float weight; ///< above 0
};

/// Room for one item's descent, kept from item to item.
class Descent {
  public:
    /// gram: X'X, both triangles; outlives the descent.
    Descent(const DenseSquare& gram, const Settings& settings) : gram_(gram), settings_(settings) {}
    /// The weights w(j, item), by j. Of no use if progress was cancelled.
    std::vector<Weight> solve(std::uint32_t item, const Progress& progress);

  private:
    void choose(std::uint32_t item);
    void keep_most_alike(std::uint32_t item);
    bool run_pass(const std::vector<std::uint32_t>& places);
    void settle_active(const Progress& progress);
    void settle_in_corner(const Progress& progress);
    void move(std::uint32_t item, float step);

    const DenseSquare& gram_;
    const Settings settings_;
    std::vector<std::uint32_t> candidates_; ///< items, ascending
    /// Weights and what is left to explain, g(j, item) - sum_k g(j, k) w(k), by place: the item itself where `whole_`,
    /// else its position among the candidates.
    std::vector<float> weights_, open_;
    std::vector<std::uint32_t> places_;                        ///< of all candidates
    std::vector<std::uint32_t> active_;                        ///< of those with a weight
    std::vector<float> corner_, active_open_, active_weights_; ///< their part of the Gram matrix and of the above
    bool whole_ = false;
};

} // namespace tastebench::slim
