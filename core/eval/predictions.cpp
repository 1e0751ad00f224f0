#include "core/eval/predictions.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/eval/impressions.h"

namespace tastebench {

namespace {

/// Costly models are asked for little at a time, so that a cancel is quick. Nothing in a model goes through more than
/// 256 rows together and depends on which, so the digits are the same however long a piece takes.
void predict_block(const Recommender& model, const Dataset& data, std::span<const RowIx> rows, std::span<double> out,
                   Progress& progress) {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t little = 256;
    constexpr std::chrono::milliseconds quick(5);
    std::size_t most = little;
    while (!rows.empty() && !progress.cancelled()) {
        const std::size_t size = std::min(most, rows.size());
        const auto start = Clock::now();
        model.score_rows(data, rows.first(size), out.first(size));
        progress.advance(size);
        most = Clock::now() - start < quick ? rows.size() : little;
        rows = rows.subspan(size);
        out = out.subspan(size);
    }
}

} // namespace

Result<Predicted> predict(const Recommender& model, const Dataset& data, const Split& split, bool impressions_alone,
                          const Parallel& parallel, Progress& progress) {
    Predicted out;
    const auto* impressions = impressions_alone ? find_impressions(data) : nullptr;
    for (const RowIx row : split.test)
        if (!std::isnan(data.interactions().value[row]) &&
            (!impressions_alone || impressions->codes[row] != ContextColumn::missing))
            out.rows.push_back(row);
    out.values.resize(out.rows.size());
    progress.begin("Predicting", out.rows.size());
    // Whole users together where the rows have them so, since some models score all items of a user at once.
    parallel.for_blocks(out.rows.size(), 4096, [&](std::size_t first, std::size_t last) {
        predict_block(model, data, std::span(out.rows).subspan(first, last - first),
                      std::span(out.values).subspan(first, last - first), progress);
    });
    if (progress.cancelled())
        return cancelled_error();
    if (!std::all_of(out.values.begin(), out.values.end(), [](double value) { return std::isfinite(value); }))
        return run_failed("the model predicted values that are not numbers", {},
                          "lower the learning rate or raise the regularization");
    return out;
}

void add_ratings(Evaluation& out, const Predicted& predicted, std::span<const float> truth) {
    double squared = 0;
    double absolute = 0;
    for (std::size_t i = 0; i < predicted.rows.size(); ++i) {
        const double error = predicted.values[i] - static_cast<double>(truth[predicted.rows[i]]);
        squared += error * error;
        absolute += std::abs(error);
    }
    const auto n = static_cast<double>(predicted.rows.size());
    out.metrics["rmse"] = std::sqrt(squared / n);
    out.metrics["mae"] = absolute / n;
}

void add_calibration(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from) {
    constexpr std::size_t tenths = 10;
    std::vector<CalibrationBin> bins(tenths);
    for (std::size_t i = 0; i < predicted.rows.size(); ++i) {
        const double p = std::clamp(predicted.values[i], 0.0, 1.0);
        auto& bin = bins[std::min(tenths - 1, static_cast<std::size_t>(p * tenths))];
        bin.predicted += p;
        bin.positive += static_cast<double>(truth[predicted.rows[i]]) >= positive_from ? 1 : 0;
        ++bin.rows;
    }
    std::erase_if(bins, [](const CalibrationBin& bin) { return bin.rows == 0; });
    double distance = 0;
    for (auto& bin : bins) {
        distance += std::abs(bin.predicted - bin.positive);
        bin.predicted /= static_cast<double>(bin.rows);
        bin.positive /= static_cast<double>(bin.rows);
    }
    out.metrics["ece"] = distance / static_cast<double>(predicted.rows.size());
    out.calibration = std::move(bins);
}

/// Pooled over all rows; AUC by the rank sum with mean ranks for equal scores. With one class there is no AUC.
void add_clicks(Evaluation& out, const Predicted& predicted, std::span<const float> truth, double positive_from) {
    const auto n = predicted.rows.size();
    const auto positive = [&](std::size_t i) { return static_cast<double>(truth[predicted.rows[i]]) >= positive_from; };
    constexpr double least = std::numeric_limits<double>::epsilon();
    double loss = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double p = std::clamp(predicted.values[i], least, 1 - least);
        loss -= std::log(positive(i) ? p : 1 - p);
    }
    out.metrics["logloss"] = loss / static_cast<double>(n);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return predicted.values[a] < predicted.values[b]; });
    double rank_sum = 0;
    double positives = 0;
    for (std::size_t at = 0; at < n;) {
        std::size_t end = at;
        double mine = 0;
        for (; end < n && predicted.values[order[end]] == predicted.values[order[at]]; ++end)
            mine += positive(order[end]) ? 1 : 0;
        rank_sum += mine * static_cast<double>(at + end + 1) / 2;
        positives += mine;
        at = end;
    }
    const double negatives = static_cast<double>(n) - positives;
    if (positives > 0 && negatives > 0)
        out.metrics["auc"] = (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

} // namespace tastebench
