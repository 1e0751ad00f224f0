// Rankings within impressions: what was shown together, ranked by the model's scores, against what was clicked. Only
// for data whose rows say which impression they belong to: a category column of the context called "impression", as
// MIND has it. They need ranks alone, so every model that scores pairs has them, whatever its scores mean. Ties in
// score share the places they take: each of them counts with the mean over all their orders.
//   gauc        the mean over impressions of the AUC within each
//   impression_mrr        the mean over impressions of 1 / rank, averaged over the clicked rows (as MIND scores it)
//   impression_ndcg@k     gain 1 for clicked rows, discount log2(1 + rank), divided by the best possible
// Impressions without a click, or with nothing else, tell nothing: they are left out and counted.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

inline constexpr std::string_view impression_column = "impression";

struct ImpressionRow {
    std::uint32_t impression;
    double score;
    bool clicked;
};
/// The column of the context that says so; null without.
const ContextColumn* find_impressions(const Dataset& data);

/// Adds the metrics, "impressions" and "impressions_left_out" (counts). No means where no impression counts.
void add_impression_metrics(std::vector<ImpressionRow> rows, std::map<std::string, double>& metrics);
/// The same for rows of a data set and their scores; nothing where no row belongs to an impression.
void add_impression_metrics(const Dataset& data, std::span<const RowIx> rows, std::span<const double> scores,
                            double positive_from, std::map<std::string, double>& metrics);

} // namespace tastebench
