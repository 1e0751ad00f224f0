// What every model of the form score(u, i) = mean + b_u + b_i + p_u . q_i shares: storage, scoring, lists, neighbours
// in factor space, saving. A model of this kind only fills the factors.
#pragma once

#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/base/large_pages.h"
#include "core/linalg/factor_scores.h"
#include "core/models/recommender.h"

namespace tastebench {

/// One side's parameters: a bias and a row of factors for each user or item, row-major, in rows of `width` floats, a
/// multiple of 16 padded with zeros, aligned to 64 bytes.
class FactorTable {
  public:
    static constexpr std::uint32_t lane = 16; ///< floats in 64 bytes
    static std::uint32_t padded(std::uint32_t factors) { return (factors + lane - 1) / lane * lane; }

    using Row = Eigen::Map<Eigen::VectorXf, Eigen::Aligned64>;
    using ConstRow = Eigen::Map<const Eigen::VectorXf, Eigen::Aligned64>;

    /// All zeros.
    void resize(std::uint32_t n, std::uint32_t factors);
    /// Normal numbers of the given deviation for the rows marked known, from streams (seed, stream, row); the others
    /// and the padding stay zero.
    void draw(std::uint64_t seed, std::uint32_t stream, float deviation, std::span<const std::uint8_t> known,
              const Parallel& parallel);

    std::uint32_t size() const { return static_cast<std::uint32_t>(bias.size()); }
    std::uint32_t factors() const { return factors_; }
    std::uint32_t width() const { return width_; }
    Row row(std::uint32_t i) { return {data() + std::size_t{i} * width_, static_cast<Eigen::Index>(width_)}; }
    ConstRow row(std::uint32_t i) const {
        return {data() + std::size_t{i} * width_, static_cast<Eigen::Index>(width_)};
    }
    float* data() { return values_.data(); }
    const float* data() const { return values_.data(); }

    void save(Writer& out) const;
    bool load(Reader& in);

    std::vector<float> bias;

  private:
    std::uint32_t factors_ = 0, width_ = lane;
    std::vector<float, LargePageAllocator<float>> values_;
};

class FactorModel : public Recommender {
  public:
    std::uint32_t n_users() const override { return users_.size(); }
    std::uint32_t n_items() const override { return items_.size(); }
    void score(UserIx user, std::span<double> out) const override;
    /// Clamped to [least_, greatest_] where the model predicts ratings.
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    /// Cosine of the item factors.
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override;

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override;
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    /// mean + b_u + bias of the item + p . q for all items, for models that fold in.
    void score_factors(const FactorTable::ConstRow& p, float base, std::span<double> out) const;

    FactorItems item_factors() const;

    FactorTable users_, items_;
    float mean_ = 0;
    float least_ = -std::numeric_limits<float>::infinity(); ///< infinite: no clamp
    float greatest_ = std::numeric_limits<float>::infinity();
};

} // namespace tastebench
