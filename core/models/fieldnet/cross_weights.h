// The weights of crosses: one float for each bucket, beside it the moments that the optimiser keeps for it.
#pragma once

#include <span>

#include "core/base/large_pages.h"
#include "core/models/fieldnet/crosses.h"
#include "core/nn/optimizer.h"

namespace tastebench {

class CrossWeights {
  public:
    /// All zeros, with room for the moments of this method.
    void start(std::size_t buckets, nn::Method method);
    std::size_t size() const { return values_.size() / stride_; }
    float weight(std::size_t bucket) const { return values_[bucket * stride_]; }
    float& weight(std::size_t bucket) { return values_[bucket * stride_]; }
    bool finite() const;

    /// Adds to each sample's output the weights of its crosses.
    void add_outputs(const Crosses::Found& found, std::span<float> outputs) const;

    /// What one sample adds to the gradient of a bucket; `order` counts them.
    struct Term {
        std::uint32_t bucket, order;
        float gradient;
    };
    /// Steps the buckets that the terms name, each with the sum of its terms in their order, and empties them. Calls
    /// whose buckets are disjoint may go at once. `settings.clip` above 0 is the greatest gradient of a bucket.
    void apply(std::vector<Term>& terms, const nn::OptimizerSettings& settings, std::uint64_t step);
    /// Gives back the room of the moments; no apply() any more.
    void drop_moments();

    void save(Writer& out) const { save_arrays(out, 0, 1); }
    void save_moments(Writer& out) const { save_arrays(out, 1, stride_); }
    void set_values(std::span<const float> values) { set_arrays(values, 0, 1); }
    bool load_moments(Reader& in); ///< false if they are not of this shape

  private:
    /// The arrays [first, last) of a value and its moments, bucket by bucket.
    void save_arrays(Writer& out, std::size_t first, std::size_t last) const;
    void set_arrays(std::span<const float> values, std::size_t first, std::size_t last);

    std::size_t stride_ = 1; ///< the value, then its moments
    std::vector<float, LargePageAllocator<float>> values_;
};

} // namespace tastebench
