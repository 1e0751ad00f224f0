// What BPR and WARP share: one epoch over all tiles of a deal.
#pragma once

#include "core/models/bpr/bpr_kernels.h"
#include "core/models/bpr/deal.h"
#include "core/models/common/factor_model.h"
#include "core/models/epoch_loop.h"
#include "core/models/schedule.h"
#include "core/nn/matrix.h"

namespace tastebench {

class PairwiseModel : public FactorModel {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.similar_items = true;
        can.iterative = true;
        return can;
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

  protected:
    /// Learns from one tile at this learning rate of the factors.
    virtual PairSum learn(const Tile& tile, const PairTables& tables, float rate, const Progress& progress) const = 0;
    /// Reads the model's own parameters; `n_items` are known in training.
    virtual void read(const Parameters& parameters, std::uint32_t n_items) = 0;
    static double memory(const DataShape& shape, const Parameters& parameters);

  private:
    struct Session;
    double epoch(Session& session, std::uint32_t number, FitContext& context);
    void gather(Session& session, const Parallel& parallel) const;
    void scatter(const Session& session, const Parallel& parallel);
    bool finite() const;
};

/// The parameters of both: factors, learning rate, regularization, biases, start, negatives.
std::vector<ParameterSpec> pairwise_specs(double learning_rate, double regularization, double init_deviation);

} // namespace tastebench
