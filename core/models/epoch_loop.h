// The frame of every model that learns by epochs: live curves, validation, early stopping, divergence, cancel,
// checkpoint and resume are here, so that a model only says what one epoch does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/models/recommender.h"

namespace tastebench {

/// Appends the parameters that EpochPlan reads: epochs, patience, watch, validate_every.
void add_epoch_parameters(std::vector<ParameterSpec>& specs, std::int64_t epochs, std::string_view epochs_help);

struct EpochPlan {
    std::uint32_t epochs = 20;
    std::uint32_t patience = 0; ///< checks without a better value before training stops; 0: never
    std::uint32_t validate_every = 1;
    std::uint32_t patience_from = 1; ///< the first epoch whose check counts for patience; earlier ones are only shown
    std::string metric;              ///< watched on the validation rows
    std::string loss = "loss";       ///< the series of what an epoch returns: "train_rmse", "loss"
    std::string remedy_parameter;    ///< named when training diverges: "learning_rate"
    std::string remedy;              ///< "lower the learning rate or raise the regularization"
    std::uint64_t steps = 1;         ///< of progress in an epoch; the model advances by them
};

/// `standard_metric` is watched where the parameters say "auto".
EpochPlan read_epoch_plan(const Parameters& parameters, std::string_view standard_metric);

class EpochLoop {
  public:
    /// Epochs are numbered from 1. One returns its loss, and leaves early when progress is cancelled. Between two
    /// epochs the model must be able to score. With patience the state of the best check is what remains.
    using Epoch = std::function<double(std::uint32_t epoch)>;

    /// To be called when the model is set up as for epoch 1, remember_seen() included. Takes up the context's
    /// checkpoint if there is one: through load_state() and load_training(). Ends with end_training(). Errors:
    /// cancelled; run_failed when a loss, the model or a watched value is not finite; usage when patience is asked for
    /// without validation rows; bad_data when the checkpoint is damaged, or when the metric does not apply to the
    /// validation rows and patience needs it (else a note says so).
    static Status run(Recommender& model, const EpochPlan& plan, FitContext& context, const Epoch& epoch);

  private:
    struct State;
    EpochLoop(Recommender& model, const EpochPlan& plan, FitContext& context)
        : model_(model), plan_(plan), context_(context) {}
    Status go_on(State& state);
    Status save(State& state);
    Status check(State& state, std::uint32_t epoch);
    Status restore_best(const State& state);
    Status one(State& state, std::uint32_t epoch, const Epoch& body);

    Recommender& model_;
    const EpochPlan& plan_;
    FitContext& context_;
};

} // namespace tastebench
