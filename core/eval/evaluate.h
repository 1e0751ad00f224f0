// Metrics on the test rows, with the values of each user kept.
// One rule for all ranking metrics: the users that count have at least one relevant test item; one who got no list
// scores 0. Relevant = the user's distinct test items. Candidates = all items seen in training. When seen items are
// removed, a user's training and validation items are neither candidates nor relevant: they can never be recommended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/models/recommender.h"
#include "core/split/split.h"

namespace tastebench {

struct EvalOptions {
    std::vector<std::uint32_t> ks{5, 10, 20}; ///< ascending, distinct, 1..1000
    bool remove_seen = true;
    bool sampled = false;    ///< leave-one-out splits: ranks among items by lot as well (core/eval/sampled.h)
    bool impressions = true; ///< ranks within impressions where the rows have them (core/eval/impressions.h)
};

/// What a metric is, for tables, tooltips and the glossary.
struct MetricInfo {
    std::string id;    ///< "ndcg"
    std::string title; ///< "nDCG"
    std::string help;  ///< one plain sentence with its formula's divisor
    bool at_k = true;  ///< shown as id@k
    bool higher_is_better = true;
    bool per_user = true;
};
const std::vector<MetricInfo>& all_metrics();
/// The entry for "ndcg@10" or "rmse"; null if unknown.
const MetricInfo* find_metric(std::string_view name);

/// Rows whose predicted probability is in one tenth of [0, 1].
struct CalibrationBin {
    double predicted = 0; ///< mean of the predictions
    double positive = 0;  ///< share of the rows that are positive
    std::uint64_t rows = 0;
};

struct Evaluation {
    std::map<std::string, double> metrics;              ///< "ndcg@10", "rmse", ...; only those that apply
    std::vector<UserIx> users;                          ///< the users that count, ascending
    std::map<std::string, std::vector<float>> per_user; ///< parallel to users; NaN where undefined for that user
    std::uint64_t rated_test_rows = 0;                  ///< rows behind rmse and mae
    std::vector<CalibrationBin> calibration;            ///< of clicks, ascending, without empty ones
};

/// run_failed where the model scores a candidate, or predicts a row, by what is no number; cancelled.
Result<Evaluation> evaluate(const Recommender& model, const Capabilities& capabilities, const Dataset& data,
                            const Split& split, const EvalOptions& options, const Parallel& parallel,
                            Progress& progress);

/// The sentence shown beside metrics: split, users counted, candidates, seen items.
std::string describe_protocol(const SplitRecipe& split, const EvalOptions& options);
/// The part of it that is about the split.
std::string describe_split(const SplitRecipe& split);

} // namespace tastebench
