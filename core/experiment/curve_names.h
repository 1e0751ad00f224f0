// What the series of learning curves are called, and which of them may share an axis.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"

namespace tastebench {

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
    std::vector<CurveLine> lines;
};
/// By scale, in the order in which scales and series first appear.
std::vector<CurveGroup> group_curves(const Curves& curves);

} // namespace tastebench
