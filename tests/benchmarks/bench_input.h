// The data that the benchmarks of models share, read once a process, and models fitted on all of it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench_support.h"
#include "core/data/importer.h"
#include "core/models/recommender.h"

namespace tastebench::bench {

using TypedParameters = std::map<std::string, std::string>; ///< as on a command line

/// Imports the file that the environment variable names.
DatasetPtr import_named(const char* variable);

struct Input {
    DatasetPtr data;
    std::vector<RowIx> rows;    ///< all of them
    std::vector<UserIx> users;  ///< all of them
    double pairs_of_events = 0; ///< sum over users of n (n - 1) / 2, n = rows of the user
};

/// The interactions of TASTEBENCH_BENCH_FILE.
const Input& input();

/// News at random, as peers_torch.py has them: 2,000 titles of 10 words out of 20,000, each with one of 10,000
/// entities; people who clicked 40 of them and left 20.
DatasetPtr random_news();

/// A fresh model; ends the process with the reason where the model or a parameter is unknown, or training fails.
std::unique_ptr<Recommender> fit(const std::string& model, const TypedParameters& given, const Dataset& data,
                                 std::span<const RowIx> rows);

/// Objective of Hu, Koren and Volinsky (ICDM 2008) that both sides of the comparison are measured by, in double:
///   sum over pairs (u, i) with an event of c (1 - x_u . y_i)^2 + sum over all other pairs of (x_u . y_i)^2
///   + regularization (|X|^2 + |Y|^2),  c the same for all events.
/// The model is one of factors without biases; peer_implicit.py computes the same.
double implicit_loss(const Recommender& model, double confidence, double regularization);

} // namespace tastebench::bench
