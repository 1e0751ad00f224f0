// b(u, i) = mean + b(u) + b(i), fitted by alternating damped means: b(i) = sum (r - mean - b(u)) / (10 + n(i)),
// b(u) = sum (r - mean - b(i)) / (15 + n(u)), ten times. Source: Koren, "Factor in the Neighbors" (TKDD 2010), with
// the dampings of Surprise's BaselineOnly.
#pragma once

#include <algorithm>

#include "core/linalg/sparse_rows.h"

namespace tastebench {

class RatingBaseline {
  public:
    /// ratings: users x items.
    void fit(const SparseRows& ratings);
    double mean() const { return mean_; }
    double of(std::uint32_t user, std::uint32_t item) const { return mean_ + user_[user] + item_[item]; }
    double of_item(std::uint32_t item) const { return mean_ + item_[item]; }
    /// On the scale of the training ratings; 0 without any.
    double clamp(double rating) const { return std::clamp(rating, least_, greatest_); }
    /// b(u) of someone unknown with these ratings, all of items in training.
    template <typename Ratings>
    double user_offset(const Ratings& ratings) const {
        double sum = 0;
        double n = 0;
        for (const auto& [item, value] : ratings) {
            sum += static_cast<double>(value) - of_item(item);
            n += 1;
        }
        return sum / (n + user_damping);
    }
    void save(Writer& out) const;
    /// False if the sizes are not these.
    bool load(Reader& in, std::uint32_t users, std::uint32_t items);

  private:
    static constexpr double user_damping = 15, item_damping = 10;
    double mean_ = 0, least_ = 0, greatest_ = 0;
    std::vector<double> user_, item_;
};

} // namespace tastebench
