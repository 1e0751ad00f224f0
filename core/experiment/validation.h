// Measuring a model on the validation rows while it trains.
#pragma once

#include "core/eval/evaluate.h"

namespace tastebench {

/// Everything it is given must outlive it. Cancelled with `progress`; shows nothing there.
class SplitValidator final : public Validator {
  public:
    SplitValidator(const Dataset& data, const Split& split, const Capabilities& capabilities, bool remove_seen,
                   const Parallel& parallel, const Progress& progress);
    /// bad_data if the metric does not apply to the model or the data, or no validation row counts.
    Result<double> measure(const Recommender& model, std::string_view metric) const override;
    bool higher_is_better(std::string_view metric) const override;

  private:
    const Dataset& data_;
    Split split_; ///< the validation rows as test rows
    Capabilities capabilities_;
    bool remove_seen_;
    const Parallel& parallel_;
    const Progress& progress_;
};

/// Whether the model can have the metric that its parameter `watch` names, on this data: told before it trains. Models
/// without the parameter, and "auto", pass. usage error with the reason and what can be watched.
Status check_watched(const Dataset& data, const ModelEntry& model, const Parameters& parameters);

} // namespace tastebench
