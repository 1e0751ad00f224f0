#include "core/eval/impressions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace tastebench {

namespace {

constexpr std::array<std::size_t, 2> cuts{5, 10};

struct Values {
    double auc = 0, mrr = 0;
    std::array<double, cuts.size()> ndcg{};
};

double discount(std::size_t rank) {
    return 1 / std::log2(1 + static_cast<double>(rank));
}

double best_gain(std::size_t clicked, std::size_t k) {
    double sum = 0;
    for (std::size_t rank = 1; rank <= std::min(clicked, k); ++rank)
        sum += discount(rank);
    return sum;
}

/// Of one impression, best score first. Rows of one score take their places together.
Values measure(std::span<const ImpressionRow> rows, std::size_t clicked) {
    Values out;
    const auto others = static_cast<double>(rows.size() - clicked);
    double others_before = 0;
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t last = first;
        double mine = 0;
        for (; last < rows.size() && rows[last].score == rows[first].score; ++last)
            mine += rows[last].clicked ? 1 : 0;
        const auto size = static_cast<double>(last - first);
        const double share = mine / size;
        for (std::size_t rank = first + 1; rank <= last; ++rank) {
            out.mrr += share / static_cast<double>(rank);
            for (std::size_t c = 0; c < cuts.size(); ++c)
                out.ndcg[c] += rank <= cuts[c] ? share * discount(rank) : 0;
        }
        out.auc += mine * (others - others_before - (size - mine) / 2);
        others_before += size - mine;
        first = last;
    }
    out.auc /= static_cast<double>(clicked) * others;
    out.mrr /= static_cast<double>(clicked);
    for (std::size_t c = 0; c < cuts.size(); ++c)
        out.ndcg[c] /= best_gain(clicked, cuts[c]);
    return out;
}

} // namespace

void add_impression_metrics(std::vector<ImpressionRow> rows, std::map<std::string, double>& metrics) {
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.impression != b.impression ? a.impression < b.impression : a.score > b.score;
    });
    Values sums;
    std::uint64_t counted = 0;
    std::uint64_t left_out = 0;
    for (auto first = rows.begin(); first != rows.end();) {
        const auto last =
            std::find_if(first, rows.end(), [&](const auto& r) { return r.impression != first->impression; });
        const auto clicked =
            static_cast<std::size_t>(std::count_if(first, last, [](const auto& r) { return r.clicked; }));
        if (clicked == 0 || clicked == static_cast<std::size_t>(last - first)) {
            ++left_out;
        } else {
            const auto one = measure({first, last}, clicked);
            sums.auc += one.auc;
            sums.mrr += one.mrr;
            for (std::size_t c = 0; c < cuts.size(); ++c)
                sums.ndcg[c] += one.ndcg[c];
            ++counted;
        }
        first = last;
    }
    metrics["impressions"] = static_cast<double>(counted);
    metrics["impressions_left_out"] = static_cast<double>(left_out);
    if (counted == 0)
        return;
    const auto n = static_cast<double>(counted);
    metrics["gauc"] = sums.auc / n;
    metrics["impression_mrr"] = sums.mrr / n;
    for (std::size_t c = 0; c < cuts.size(); ++c)
        metrics[fmt::format("impression_ndcg@{}", cuts[c])] = sums.ndcg[c] / n;
}

const ContextColumn* find_impressions(const Dataset& data) {
    const auto column = std::find_if(data.context().begin(), data.context().end(), [](const ContextColumn& c) {
        return c.name == impression_column && c.type == ColumnType::category;
    });
    return column == data.context().end() ? nullptr : &*column;
}

void add_impression_metrics(const Dataset& data, std::span<const RowIx> rows, std::span<const double> scores,
                            double positive_from, std::map<std::string, double>& metrics) {
    const auto* column = find_impressions(data);
    if (column == nullptr)
        return;
    std::vector<ImpressionRow> shown;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto impression = column->codes[rows[i]]; impression != ContextColumn::missing)
            shown.push_back(
                {impression, scores[i], static_cast<double>(data.interactions().value[rows[i]]) >= positive_from});
    if (!shown.empty())
        add_impression_metrics(std::move(shown), metrics);
}

} // namespace tastebench
