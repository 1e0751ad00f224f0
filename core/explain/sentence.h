// The reasons for one recommendation in one plain English sentence for people who know no formulas.
#pragma once

#include <string>

#include "core/models/recommender.h"

namespace tastebench {

/// "Recommended because you rated A (5) and B: 212 people who have A also have it. A accounts for 41 % of the
/// score." Names at most three reasons; says so where there are none.
std::string explain_in_words(const Dataset& data, const Explanation& explanation);

} // namespace tastebench
