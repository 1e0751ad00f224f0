// The k best of a stream of scored items: greatest score first, equal scores by item index (an id order).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/models/recommender.h"

namespace tastebench {

/// Keeps candidates in a buffer of 2k and cuts it when full, so an offer below the cut costs one comparison.
/// Scores that are not finite are never kept, but remembered.
class TopK {
  public:
    explicit TopK(std::uint32_t k) : k_(k) { buffer_.reserve(std::min(std::size_t{2} * k + 1, most_reserved)); }

    void offer(ItemIx item, double score) {
        if (!(score >= cut_) || !std::isfinite(score)) {
            all_finite_ = all_finite_ && std::isfinite(score);
            return;
        }
        buffer_.push_back({item, score});
        if (buffer_.size() > std::size_t{2} * k_)
            shrink();
    }
    double cut() const { return cut_; }
    /// Of all scores that were ever offered.
    bool all_finite() const { return all_finite_; }
    /// The list; leaves the collector empty for another use.
    std::vector<Scored> take() {
        std::sort(buffer_.begin(), buffer_.end(), before);
        if (buffer_.size() > k_)
            buffer_.resize(k_);
        std::vector<Scored> out(buffer_.begin(), buffer_.end());
        buffer_.clear();
        cut_ = -std::numeric_limits<double>::infinity();
        return out;
    }

  private:
    /// Whoever asks for more than there are items gets what there is, without room for all that was asked for.
    static constexpr std::size_t most_reserved = 4096;
    static bool before(const Scored& a, const Scored& b) {
        return a.score != b.score ? a.score > b.score : a.item < b.item;
    }
    void shrink() {
        if (k_ == 0) {
            buffer_.clear();
            return;
        }
        std::nth_element(buffer_.begin(), buffer_.begin() + (k_ - 1), buffer_.end(), before);
        buffer_.resize(k_);
        cut_ = buffer_[k_ - 1].score;
    }
    std::uint32_t k_;
    bool all_finite_ = true;
    double cut_ = -std::numeric_limits<double>::infinity();
    std::vector<Scored> buffer_;
};

} // namespace tastebench
