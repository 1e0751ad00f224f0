// Training an embedding of a data set's knowledge graph, and the record that is kept of it.
#pragma once

#include "core/experiment/run.h"
#include "core/graph/translation.h"

namespace tastebench {

using EmbeddingId = std::int64_t; ///< 0 = not stored yet

/// What the user asked for.
struct EmbeddingSpec {
    std::string data_name;
    std::string data_fingerprint;
    std::string method;
    Parameters parameters; ///< complete
    std::uint64_t seed = 42;
};

/// What is recorded.
struct EmbeddingRecord {
    EmbeddingId id = 0;
    EmbeddingSpec spec;
    Environment environment;
    std::int64_t created = 0; ///< Unix seconds
    std::uint32_t entities = 0, relations = 0;
    std::uint64_t train_triples = 0, test_triples = 0, ranked_triples = 0;
    double train_seconds = 0, rank_seconds = 0;
    /// mean_rank, mrr, hits@1, hits@3, hits@10 over heads and tails; each also with head_ and tail_ before it. Empty
    /// where nothing was held out.
    std::map<std::string, double> metrics;
    Curves curves;
    std::string protocol; ///< how the metrics were measured, in words
};

/// A record with its vectors: "entities", "relations", and what else the method learns ("relation_normals", ...).
/// Keys are the names of the graph; of several alike the later ones have " (2)" and so on after them.
struct EmbeddingOutcome {
    EmbeddingRecord record;
    std::vector<Vectors> vectors;
};

/// Checks method, parameters and data against each other before anything is trained.
Result<EmbeddingSpec> prepare_embedding(const Dataset& data, EmbeddingSpec spec);
/// Holds out, trains, ranks. Same spec, same digits, on any number of threads. `record.created` is left to the caller.
Result<EmbeddingOutcome> train_embedding(const Dataset& data, const EmbeddingSpec& spec, const Parallel& parallel,
                                         Progress& progress);

/// The command line that repeats it.
std::string command_line(const EmbeddingSpec& spec);

/// The table of this name, or null.
const Vectors* find_vectors(std::span<const Vectors> tables, std::string_view name);

struct Neighbour {
    std::uint32_t row = 0;
    double similarity = 0; ///< cosine
};
/// The k rows most like this one by cosine, greatest first, equal ones by row; itself and rows of zeros left out.
std::vector<Neighbour> nearest_rows(const Vectors& vectors, std::uint32_t row, std::uint32_t k);

} // namespace tastebench
