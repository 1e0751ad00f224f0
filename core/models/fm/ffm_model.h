#pragma once

#include <Eigen/Core>

#include "core/models/common/factor_model.h"
#include "core/models/epoch_loop.h"
#include "core/models/fm/ffm_kernels.h"

namespace tastebench {

struct FfmSettings {
    FeatureTask task;
    std::uint32_t factors; ///< a multiple of 4
    float learning_rate, regularization, init_scale;
    bool normalised, linear;
    double positive_from;
    std::uint32_t batch;
};

class FfmModel final : public FactorModel {
  public:
    Capabilities capabilities(const Parameters& parameters) const override;
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    /// The row part is left out: its categories count as unknown and its numbers as average.
    void score(UserIx user, std::span<double> out) const override;
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const override;
    bool finite() const override;

  protected:
    /// Not by the factors alone: linear weights and the length of a pair's entries are no part of them.
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override {
        Recommender::top_k_block(users, options, out);
    }
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { out.number(bias_squares_); }
    Status load_training(Reader& in) override;

  private:
    struct Work;
    /// Beside the factors of a user or item: linear weights, and the squared length of its entries.
    struct Side {
        std::vector<float> linear, length;
    };
    using Floats = std::vector<float, Eigen::aligned_allocator<float>>;

    void lay_out();
    void draw(std::span<const std::uint8_t> seen, const FfmSettings& settings, std::uint64_t seed,
              const Parallel& parallel);
    /// Of field a's first value, the vectors for field b.
    float* vectors(std::uint32_t a, std::uint32_t b) {
        return vectors_.data() + firsts_[a] * stride() + std::size_t{b} * 2 * factors_;
    }
    const float* vectors(std::uint32_t a, std::uint32_t b) const {
        return vectors_.data() + firsts_[a] * stride() + std::size_t{b} * 2 * factors_;
    }
    std::size_t stride() const { return std::size_t{fields()} * 2 * factors_; }
    std::uint32_t fields() const { return static_cast<std::uint32_t>(firsts_.size()); }
    /// Of every two fields of groups g and h.
    std::vector<FieldPair> pairs(std::uint32_t g, std::uint32_t h, std::uint32_t groups);
    void fold(const Parallel& parallel);
    void fold_side(FieldPart part, const Parallel& parallel);
    void linear_part(SampleBlock& block) const;
    void linear_update(const SampleBlock& block, const FfmSettings& settings);
    double raw(UserIx user, ItemIx item, float pairwise) const;
    double finished(double raw) const;

    FeatureTask task_ = FeatureTask::ratings;
    std::uint32_t factors_ = 4;
    bool normalised_ = true;
    FeatureEncoder encoder_;
    float w0_ = 0;
    std::vector<float> linear_; ///< [n_indices, 2]: the weight and its sum of squared gradients
    Floats vectors_;            ///< [n_indices, fields, 2 factors]: values, then sums of squared gradients
    double bias_squares_ = 1;
    Side user_side_, item_side_;

    std::vector<std::uint32_t> firsts_; ///< each field's first index
    std::vector<std::uint16_t> slot_field_;
};

} // namespace tastebench
