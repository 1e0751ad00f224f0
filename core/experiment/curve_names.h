// What the series of curves are called, and which of them may share an axis: learning curves by epoch, and how well
// predicted probabilities were calibrated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"

namespace tastebench {

/// The share of positive test rows, and the number of rows, by their mean predicted probability.
inline constexpr std::string_view calibration_series = "calibration", calibration_rows_series = "calibration_rows";

/// The line of predictions that are right, which is the same for all runs.
inline constexpr std::string_view as_predicted = "As predicted";

struct CurveName {
    std::string title; ///< in plain words: "RMSE on the training rows"
    std::string scale; ///< what is measured: "RMSE"; series of one scale share an axis
};
/// For "train_rmse", "validation_ndcg@10", "loss" and whatever else a model reports.
CurveName curve_name(std::string_view series);

struct CurveLine {
    std::string title;
    Curves points; ///< in the order given
};
struct CurveGroup {
    std::string scale;
    std::string by; ///< what the x axis shows: "epoch"
    std::vector<CurveLine> lines;
};
/// By scale, in the order in which scales and series first appear. A calibration stands beside the line of predictions
/// that are right.
std::vector<CurveGroup> group_curves(const Curves& curves);

} // namespace tastebench
