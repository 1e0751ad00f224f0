#include <algorithm>

#include "core/eval/evaluate.h"

namespace tastebench {

const std::vector<MetricInfo>& all_metrics() {
    static const std::vector<MetricInfo> metrics{
        {"ndcg", "nDCG",
         "How near the top the right items stand: the sum of 1/log2(1 + rank) over hits, divided by the best sum "
         "that min(relevant, k) hits could reach; the mean over users.",
         true, true, true},
        {"precision", "Precision", "Hits among the k recommended items, divided by k; the mean over users.", true, true,
         true},
        {"recall", "Recall", "Hits divided by all relevant items of the user; the mean over users.", true, true, true},
        {"map", "MAP",
         "Mean average precision: the sum over hits of (hits so far / rank), divided by min(relevant, k); the mean "
         "over users.",
         true, true, true},
        {"map_full", "MAP (all relevant)",
         "As MAP, but divided by all relevant items; what Microsoft Recommenders publishes as MAP.", true, true, true},
        {"hit_rate", "Hit rate", "Share of users with at least one hit.", true, true, true},
        {"mrr", "MRR", "One divided by the rank of the first hit, 0 without a hit; the mean over users.", true, true,
         true},
        {"coverage", "Coverage", "Distinct items recommended to anyone, divided by the distinct items in training.",
         true, true, false},
        {"novelty", "Novelty",
         "How little known the recommended items are: the mean of -log2(share of the training rows that the item "
         "has) over all recommended items, in bits.",
         true, true, false},
        {"sampled_hr", "Sampled hit rate",
         "Share of users whose test item is among the first k when it is ranked among 99 items drawn by lot that the "
         "user does not have; not comparable with the metrics of full lists.",
         true, true, true},
        {"sampled_ndcg", "Sampled nDCG",
         "1/log2(1 + rank) of the test item, 0 below rank k, when it is ranked among 99 items drawn by lot that the "
         "user does not have; the mean over users; not comparable with the metrics of full lists.",
         true, true, true},
        {"rmse", "RMSE", "Root mean squared error of the predicted ratings over all rated test rows.", false, false,
         false},
        {"mae", "MAE", "Mean absolute error of the predicted ratings over all rated test rows.", false, false, false},
        {"auc", "AUC",
         "The chance that a positive test row has a greater score than a negative one, over all such pairs of rows; "
         "equal scores count one half.",
         false, true, false},
        {"logloss", "Log-loss",
         "The mean over all labelled test rows of -log(predicted probability of what happened); probabilities are "
         "kept 2.2e-16 away from 0 and 1.",
         false, false, false},
        {"gauc", "Group AUC",
         "By impression: the AUC among the rows shown together; the mean over the impressions that have both a "
         "clicked row and another one.",
         false, true, false},
        {"impression_mrr", "MRR by impression",
         "By impression: one divided by the rank of a clicked row among the rows shown together, averaged over its "
         "clicked rows; the mean over impressions.",
         false, true, false},
        {"impression_ndcg", "nDCG by impression",
         "By impression: the sum of 1/log2(1 + rank) over clicked rows among the first k of the rows shown together, "
         "divided by the best sum they could reach; the mean over impressions.",
         true, true, false},
        {"impressions", "Impressions",
         "How many impressions the values by impression are the mean of: those with a clicked row and another one.",
         false, true, false},
        {"impressions_left_out", "Impressions left out",
         "How many impressions say nothing about an order, since all of their rows were clicked or none.", false, false,
         false},
        {"ece", "Calibration error",
         "How far predicted probabilities are from what happened: the mean over all labelled test rows of the distance "
         "between mean prediction and share of positive rows, among the rows in the same tenth of [0, 1].",
         false, false, false},
    };
    return metrics;
}

const MetricInfo* find_metric(std::string_view name) {
    const auto at = name.find('@');
    const auto id = name.substr(0, at);
    for (const auto& metric : all_metrics())
        if (metric.id == id && metric.at_k == (at != std::string_view::npos))
            return &metric;
    return nullptr;
}

} // namespace tastebench
