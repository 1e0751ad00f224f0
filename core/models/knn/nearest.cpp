#include "core/models/knn/nearest.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/linalg/count_kernels.h"
#include "core/linalg/ranked_sets.h"
#include "core/linalg/top_k.h"
#include "core/models/knn/nearest_kernels.h"

namespace tastebench {

namespace {

bool by_moments(Alike alike) {
    return alike == Alike::adjusted_cosine || alike == Alike::pearson;
}

/// What the weights of a row depend on beside the row.
struct ColumnStats {
    std::vector<float> idf;  ///< by column; all 1 where the measure has none
    std::vector<float> mean; ///< by column; all 0 where the measure takes none off
    double mean_sum = 1;     ///< of rows with entries

    ColumnStats(const SparseRows& rows, const NearestOptions& options) {
        std::vector<double> count(rows.n_columns, 0.0);
        std::vector<double> sum(rows.n_columns, 0.0);
        double filled = 0;
        double total = 0;
        for (std::uint32_t row = 0; row < rows.n_rows(); ++row)
            filled += rows.columns_of(row).empty() ? 0 : 1;
        for (std::size_t at = 0; at < rows.size(); ++at) {
            count[rows.columns[at]] += 1;
            sum[rows.columns[at]] += static_cast<double>(rows.values[at]);
            total += static_cast<double>(rows.values[at]);
        }
        if (filled > 0 && total > 0)
            mean_sum = total / filled;
        idf.assign(rows.n_columns, 1.0F);
        mean.assign(rows.n_columns, 0.0F);
        const bool rare_counts = options.alike == Alike::tfidf || options.alike == Alike::bm25;
        for (std::uint32_t column = 0; column < rows.n_columns; ++column) {
            if (rare_counts && filled > 0)
                idf[column] = static_cast<float>(std::log(filled) - std::log1p(count[column]));
            if (options.alike == Alike::adjusted_cosine && count[column] > 0)
                mean[column] = static_cast<float>(sum[column] / count[column]);
        }
    }
};

void scale_to_length_one(std::span<float> values) {
    double square = 0;
    for (const float value : values)
        square += static_cast<double>(value) * static_cast<double>(value);
    if (square > 0)
        for (float& value : values)
            value = static_cast<float>(static_cast<double>(value) / std::sqrt(square));
}

/// The values of one row as the measure takes them.
void weigh(std::span<const std::uint32_t> columns, std::span<const float> from, const ColumnStats& stats,
           const NearestOptions& options, std::span<float> to) {
    double sum = 0;
    for (const float value : from)
        sum += static_cast<double>(value);
    const double mean = from.empty() ? 0 : sum / static_cast<double>(from.size());
    const double length = 1 - options.b + options.b * sum / stats.mean_sum;
    for (std::size_t at = 0; at < from.size(); ++at) {
        const auto value = static_cast<double>(from[at]);
        const auto idf = static_cast<double>(stats.idf[columns[at]]);
        double weight = value;
        switch (options.alike) {
        case Alike::tfidf:
            weight = std::sqrt(std::max(0.0, value)) * idf;
            break;
        case Alike::bm25:
            weight = value > 0 ? value * (options.k1 + 1) / (options.k1 * std::max(0.0, length) + value) * idf : 0;
            break;
        case Alike::adjusted_cosine:
            weight = value - static_cast<double>(stats.mean[columns[at]]);
            break;
        case Alike::pearson: // the correlation does not change, and small numbers lose fewer digits
            weight = value - mean;
            break;
        case Alike::cosine:
        case Alike::jaccard:
            break;
        }
        to[at] = static_cast<float>(weight);
    }
    if (options.alike == Alike::cosine || options.alike == Alike::tfidf)
        scale_to_length_one(to);
}

float from_moments(const kernels::Moments& m, const NearestOptions& options) {
    const auto n = static_cast<double>(m.n());
    if (n == 0)
        return 0;
    auto xy = static_cast<double>(m.xy());
    auto xx = static_cast<double>(m.xx());
    auto yy = static_cast<double>(m.yy());
    // Below this, what is left of a sum of squares is rounding.
    const double least_x = 1e-5 * xx;
    const double least_y = 1e-5 * yy;
    if (options.alike == Alike::pearson) {
        const auto x = static_cast<double>(m.x());
        const auto y = static_cast<double>(m.y());
        xy -= x * y / n;
        xx -= x * x / n;
        yy -= y * y / n;
    }
    if (!(xx > least_x) || !(yy > least_y))
        return 0;
    return static_cast<float>(std::min(1.0, xy / std::sqrt(xx * yy)) * n / (n + options.shrinkage));
}

/// Measures one row against all others; one for each thread.
class Measurer {
  public:
    virtual ~Measurer() = default;
    /// Similarities by position; the row itself may be anything.
    virtual std::span<const float> measure(std::uint32_t row) = 0;
    virtual std::uint32_t row_at(std::size_t position) const { return static_cast<std::uint32_t>(position); }
};

/// All entries are 1: every measure but the moments is a count, or a sum of one weight for each common column, times
/// a factor for each of the rows.
struct Sets {
    RankedSets ranked;
    bool plain = true;              ///< the weights of all columns are 1
    std::vector<float> column;      ///< squared weight of each column
    std::vector<float> scale, size; ///< by rank

    Sets(const SparseRows& rows, const SparseRows& by_column, const NearestOptions& options)
        : ranked({by_column.starts, by_column.columns}, rows.n_rows()) {
        const ColumnStats stats(rows, options);
        plain = options.alike == Alike::cosine || options.alike == Alike::jaccard;
        for (const float idf : stats.idf)
            column.push_back(idf * idf);
        std::vector<float> weights;
        for (const auto row : ranked.item_of_rank) {
            const auto columns = rows.columns_of(row);
            size.push_back(static_cast<float>(columns.size()));
            weights.resize(columns.size());
            weigh(columns, rows.values_of(row), stats, options, weights);
            // Every weight is the row's factor times the column's idf, which may be 0 for some columns.
            float factor = 0;
            for (std::size_t at = 0; at < columns.size() && factor == 0; ++at)
                if (stats.idf[columns[at]] != 0)
                    factor = weights[at] / stats.idf[columns[at]];
            scale.push_back(factor);
        }
    }
};

class SetMeasurer final : public Measurer {
  public:
    SetMeasurer(const Sets& sets, const NearestOptions& options) : sets_(sets), options_(options) {
        const std::size_t n = sets.ranked.n_items();
        counts_.resize(sets.plain || options.shrinkage > 0 ? n : 0);
        sums_.resize(sets.plain ? 0 : n);
        out_.resize(n);
    }
    std::span<const float> measure(std::uint32_t row) override {
        const auto rank = sets_.ranked.rank_of_item[row];
        if (!counts_.empty()) {
            std::fill(counts_.begin(), counts_.end(), 0U);
            sets_.ranked.add_counts(row, counts_.data());
        }
        if (!sums_.empty()) {
            std::fill(sums_.begin(), sums_.end(), 0.0F);
            sets_.ranked.add_weights(row, sets_.column.data(), sums_.data());
        }
        if (options_.alike == Alike::jaccard)
            kernels::share_of_either(counts_, sets_.size[rank], sets_.size.data(), out_.data());
        else if (sets_.plain)
            kernels::scale_sums(counts_, sets_.scale[rank], sets_.scale.data(), out_.data());
        else
            kernels::scale_sums(std::span<const float>(sums_), sets_.scale[rank], sets_.scale.data(), out_.data());
        if (options_.shrinkage > 0)
            kernels::shrink(counts_, static_cast<float>(options_.shrinkage), out_.data());
        return out_;
    }
    std::uint32_t row_at(std::size_t position) const override { return sets_.ranked.item_of_rank[position]; }

  private:
    const Sets& sets_;
    const NearestOptions& options_;
    std::vector<std::uint32_t> counts_;
    std::vector<float> sums_, out_;
};

/// Any entries: products or moments of the weighted rows.
class ValueMeasurer final : public Measurer {
  public:
    ValueMeasurer(const SparseRows& rows, const SparseRows& by_column, const NearestOptions& options)
        : rows_(rows), by_column_(by_column), options_(options), out_(rows.n_rows()) {
        if (by_moments(options.alike))
            moments_.resize(rows.n_rows());
        else if (options.shrinkage > 0)
            counts_.resize(rows.n_rows());
    }
    std::span<const float> measure(std::uint32_t row) override {
        const auto columns = rows_.columns_of(row);
        const auto values = rows_.values_of(row);
        std::fill(out_.begin(), out_.end(), 0.0F);
        std::fill(moments_.begin(), moments_.end(), kernels::Moments{});
        std::fill(counts_.begin(), counts_.end(), 0U);
        for (std::size_t at = 0; at < columns.size(); ++at) {
            const auto others = by_column_.columns_of(columns[at]);
            const float* theirs = by_column_.values_of(columns[at]).data();
            if (!moments_.empty())
                kernels::add_moments(others, theirs, values[at], moments_.data());
            else
                kernels::add_scaled(others, theirs, values[at], out_.data());
            if (!counts_.empty())
                for (const auto other : others)
                    ++counts_[other];
        }
        for (std::size_t other = 0; other < moments_.size(); ++other)
            out_[other] = from_moments(moments_[other], options_);
        if (!counts_.empty())
            kernels::shrink(counts_, static_cast<float>(options_.shrinkage), out_.data());
        return out_;
    }

  private:
    const SparseRows& rows_;
    const SparseRows& by_column_;
    const NearestOptions& options_;
    std::vector<kernels::Moments> moments_;
    std::vector<std::uint32_t> counts_;
    std::vector<float> out_;
};

/// The best of the similarities above 0, by row.
std::vector<Scored> select(const Measurer& measurer, std::span<const float> similar, std::uint32_t row, TopK& best) {
    constexpr std::size_t chunk = 16;
    for (std::size_t first = 0; first < similar.size(); first += chunk) {
        const double cut = best.cut();
        // Positions follow no order of rows, so that one equal to the cut may still win.
        const float limit = cut > 0 ? std::nextafter(static_cast<float>(cut), 0.0F) : 0.0F;
        const std::size_t last = std::min(similar.size(), first + chunk);
        if (last - first == chunk && !kernels::any_of_16_above(&similar[first], limit))
            continue;
        for (std::size_t at = first; at < last; ++at)
            if (similar[at] > limit && measurer.row_at(at) != row)
                best.offer(measurer.row_at(at), static_cast<double>(similar[at]));
    }
    auto kept = best.take();
    std::sort(kept.begin(), kept.end(), [](const Scored& a, const Scored& b) { return a.item < b.item; });
    return kept;
}

template <typename Make>
SparseRows nearest_by(std::uint32_t n, const NearestOptions& options, const Parallel& parallel, Progress& progress,
                      std::span<const std::uint32_t> order, Make&& make) {
    struct Row {
        std::vector<std::uint32_t> columns;
        std::vector<float> values;
    };
    std::vector<Row> found(n);
    const std::uint32_t keep = options.neighbours == 0 ? n : options.neighbours;
    progress.begin("Finding neighbours", n);
    parallel.for_blocks(n, 32, [&](std::size_t first, std::size_t last) {
        const std::unique_ptr<Measurer> measurer = make();
        TopK best(std::min(keep, n));
        for (std::size_t at = first; at < last && !progress.cancelled(); ++at) {
            const auto row = order.empty() ? static_cast<std::uint32_t>(at) : order[at];
            for (const auto& one : select(*measurer, measurer->measure(row), row, best)) {
                found[row].columns.push_back(one.item);
                found[row].values.push_back(static_cast<float>(one.score));
            }
            progress.advance();
        }
    });
    SparseRows out;
    out.n_columns = n;
    if (progress.cancelled())
        return out;
    std::size_t total = 0;
    for (const auto& row : found)
        total += row.columns.size();
    out.columns.reserve(total);
    out.values.reserve(total);
    for (auto& row : found) {
        out.columns.insert(out.columns.end(), row.columns.begin(), row.columns.end());
        out.values.insert(out.values.end(), row.values.begin(), row.values.end());
        out.starts.push_back(out.columns.size());
        row = {};
    }
    return out;
}

} // namespace

SparseRows weighted(const SparseRows& rows, const NearestOptions& options) {
    const ColumnStats stats(rows, options);
    SparseRows out = rows;
    for (std::uint32_t row = 0; row < rows.n_rows(); ++row)
        weigh(rows.columns_of(row), rows.values_of(row), stats, options,
              std::span(out.values).subspan(rows.starts[row], rows.columns_of(row).size()));
    return out;
}

SparseRows nearest_rows(const SparseRows& rows, const NearestOptions& options, const Parallel& parallel,
                        Progress& progress) {
    const bool ones = std::all_of(rows.values.begin(), rows.values.end(), [](float value) { return value == 1; });
    if (options.alike == Alike::jaccard || (ones && !by_moments(options.alike))) {
        const SparseRows by_column = transposed(rows, parallel);
        const Sets sets(rows, by_column, options);
        // The rows that take longest first, so that no thread ends alone.
        return nearest_by(rows.n_rows(), options, parallel, progress, sets.ranked.item_of_rank,
                          [&] { return std::make_unique<SetMeasurer>(sets, options); });
    }
    const SparseRows by_row = weighted(rows, options);
    const SparseRows by_column = transposed(by_row, parallel);
    return nearest_by(rows.n_rows(), options, parallel, progress, {},
                      [&] { return std::make_unique<ValueMeasurer>(by_row, by_column, options); });
}

void similar_to(std::span<const std::uint32_t> columns, std::span<const float> values, const SparseRows& rows,
                const NearestOptions& options, std::span<double> out) {
    const ColumnStats stats(rows, options);
    std::vector<float> mine(columns.size());
    weigh(columns, values, stats, options, mine);
    constexpr std::uint32_t none = 0xFFFFFFFF;
    std::vector<std::uint32_t> place(rows.n_columns, none);
    for (std::size_t at = 0; at < columns.size(); ++at)
        place[columns[at]] = static_cast<std::uint32_t>(at);
    std::vector<float> theirs;
    for (std::uint32_t row = 0; row < rows.n_rows(); ++row) {
        const auto others = rows.columns_of(row);
        theirs.resize(others.size());
        weigh(others, rows.values_of(row), stats, options, theirs);
        kernels::Moments moments;
        double product = 0;
        double both = 0;
        for (std::size_t at = 0; at < others.size(); ++at) {
            const auto here = place[others[at]];
            if (here == none)
                continue;
            both += 1;
            product += static_cast<double>(mine[here]) * static_cast<double>(theirs[at]);
            if (by_moments(options.alike)) {
                constexpr std::uint32_t single = 0;
                kernels::add_moments(std::span(&single, 1), &theirs[at], mine[here], &moments);
            }
        }
        if (options.alike == Alike::jaccard)
            product = both > 0 ? both / (static_cast<double>(columns.size() + others.size()) - both) : 0;
        out[row] = by_moments(options.alike) ? static_cast<double>(from_moments(moments, options))
                   : both > 0                ? product * both / (both + options.shrinkage)
                                             : 0;
    }
}

} // namespace tastebench
