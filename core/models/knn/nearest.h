// The most similar rows of a sparse matrix: items by the people who have them, or people by the items they have.
// Similarities, with x(i, u) the entry of row i in column u, n(i) the entries of row i, and sums over the columns of
// both rows where "common" is said, else over all columns:
//   cosine           sum x(i,u) x(j,u) / (|x(i)| |x(j)|)
//   adjusted_cosine  common: the cosine of x(i,u) - mean of column u (Sarwar et al., WWW 2001)
//   pearson          common: the correlation (Herlocker et al., SIGIR 1999)
//   tfidf            the cosine of rows weighted by columns, see weighted()
//   bm25             sum of the products of rows weighted by columns and lengths, see weighted(); no bound
//   jaccard          common columns / columns of either
// each times c / (c + shrinkage) with c the common columns. Only similarities above 0 count.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/models/recommender.h"

namespace tastebench {

enum class Alike { cosine, adjusted_cosine, pearson, tfidf, bm25, jaccard };

struct NearestOptions {
    Alike alike = Alike::cosine;
    std::uint32_t neighbours = 100; ///< 0: all
    double shrinkage = 0;
    double k1 = 1.2, b = 0.75; ///< bm25
};

/// The rows whose products cosine, tfidf and bm25 are:
///   cosine  x(i,u), tfidf  sqrt(x(i,u)) idf(u), both scaled to length 1 (a row of zeros stays so);
///   bm25    x(i,u) (k1 + 1) / (k1 (1 - b + b L(i)) + x(i,u)) idf(u);
///   idf(u) = ln(n / (1 + entries of column u)), L(i) = row sum / mean row sum, n and the mean over rows with entries.
/// Negative entries weigh as 0 in tfidf and bm25. Source: implicit (Frederickson), nearest_neighbours.
SparseRows weighted(const SparseRows& rows, const NearestOptions& options);

/// Row i of the answer: the most similar other rows and how similar they are; equal ones by index. Cancelled: empty.
SparseRows nearest_rows(const SparseRows& rows, const NearestOptions& options, const Parallel& parallel,
                        Progress& progress);

/// The similarity of one more row (columns ascending, values parallel) to every row; out has n_rows().
void similar_to(std::span<const std::uint32_t> columns, std::span<const float> values, const SparseRows& rows,
                const NearestOptions& options, std::span<double> out);

} // namespace tastebench
