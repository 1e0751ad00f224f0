// The state that all learners of the factorisation machine fill, and how it scores.
#pragma once

#include <Eigen/Core>

#include "core/models/common/factor_model.h"
#include "core/models/epoch_loop.h"
#include "core/models/features/samples.h"
#include "core/models/fm/fm_kernels.h"

namespace tastebench {

/// One machine: w0, and rows of weights as fm_kernels.h lays them out, aligned to 64 bytes.
struct FmWeights {
    float w0 = 0;
    std::vector<float, Eigen::aligned_allocator<float>> rows; ///< [n_indices, width]
};

enum class FmLearner : std::uint8_t { sgd, als, mcmc };

struct FmSettings {
    FeatureTask task;
    FmLearner learner;
    FmShape shape;
    float init_deviation;
    FmRates rates;
    float bias_regularization;
    double positive_from;
    std::uint32_t batch, draws, burn_in;
};
FmSettings read_fm_settings(const Parameters& parameters);

/// Rows whose index no training sample has stay zero, so what is unknown adds nothing.
void draw_weights(FmWeights& weights, FmShape shape, std::span<const std::uint8_t> known, float deviation,
                  std::uint64_t seed, const Parallel& parallel);
/// What an entity's own entries give: its sums of factors into out[k], and as the return value its linear weights and
/// the interactions among its own entries. score(u, i) = w0 + c_u + c_i + sums_u . sums_i.
float fold_part(const FmWeights& weights, FmShape shape, const EncodedRows& rows, std::uint32_t row,
                std::span<float> out);

class FmModel : public FactorModel {
  public:
    Capabilities capabilities(const Parameters& parameters) const override;
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    /// The row part is left out: its categories count as unknown and its numbers as average.
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const override;
    bool finite() const override;

  protected:
    std::uint32_t state_version() const override { return 2; }
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override;
    Status load_training(Reader& in) override;
    void end_training() override { std::vector<double>().swap(training_); }

  private:
    Status fit_sgd(const Samples& samples, EpochPlan& plan, const FmSettings& settings, FitContext& context);
    Status fit_coordinates(const Samples& samples, EpochPlan& plan, const FmSettings& settings, FitContext& context);
    /// Sums of all users and items, of every kept draw side by side, for score() and lists.
    void fold(const Parallel& parallel);
    double finished(double raw) const;
    /// What the machines make of a block, averaged, as out: ratings, probabilities or scores.
    void score_block(SampleBlock& block, std::span<float> sums, std::span<double> out) const;
    std::span<const FmWeights> scoring() const { return draws_.empty() ? std::span(&weights_, 1) : std::span(draws_); }

    FeatureTask task_ = FeatureTask::ratings;
    bool probit_ = false; ///< clicks are told by probit.h, not by the logistic function
    FmShape shape_;
    FeatureEncoder encoder_;
    FmWeights weights_;
    std::vector<FmWeights> draws_; ///< of the posterior (MCMC); empty: weights_ is what scores
    std::vector<double> training_; ///< of a learner, beyond the weights: what a checkpoint keeps
};

} // namespace tastebench
