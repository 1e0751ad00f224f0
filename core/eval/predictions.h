// What a model predicts of the test rows, and the metrics of it: ratings on their scale, clicks as probabilities.
#pragma once

#include <span>
#include <vector>

#include "core/eval/evaluate.h"

namespace tastebench {

/// The test rows with a value, and what the model says of them.
struct Predicted {
    std::vector<RowIx> rows;
    std::vector<double> values; ///< parallel
};

/// `impressions_alone`: of the rows that belong to one. run_failed where a prediction is no number; cancelled.
Result<Predicted> predict(const Recommender& model, const Dataset& data, const Split& split, bool impressions_alone,
                          const Parallel& parallel, Progress& progress);

// `truth` is the values of all rows of the data set; there is a predicted row.
/// rmse, mae
void add_ratings(Evaluation& out, const Predicted& predicted, std::span<const float> truth);
/// logloss, auc
void add_clicks(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from);
/// Reliability by tenths of [0, 1], and ece: the mean distance of prediction and truth in them.
void add_calibration(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from);

} // namespace tastebench
