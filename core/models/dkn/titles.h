// From the data to what the network reads: words of titles as numbers, the entity of each word, and vectors to begin
// with.
//
// Words: those of the training items' titles (and those that have a given vector), lower case, by Unicode's rules; what
// is rarer than minimum_count, or in no training title, is the unknown word.
//
// Which word belongs to which entity the data does not say. An entity is put on the words of the title that spell its
// name: all of the name in a row, or else each single word of it. Of the others: if an item has one entity alone, and
// no word spells it, that is what the whole title is about (a film), and all words have it; if it has several, none of
// which is spelled, they go to the words in order; where some are spelled, the rest are left out (MIND lists those of
// the abstract too). A word has one entity, the first that claims it. Entities that no training title has are none,
// unless their vectors are given or come from the graph.
#pragma once

#include "core/models/dkn/batch.h"
#include "core/models/dkn/settings.h"
#include "core/models/training.h"

namespace tastebench {

struct DknTexts {
    TitleTable titles;
    StringColumn words;                  ///< of each row of the table of words; row 0 is empty
    std::vector<std::uint32_t> entities; ///< of each row of the table of entities, its number in the graph; row 0 none
};

/// Errors: bad_data where the items have no such text; cancelled.
Result<DknTexts> read_dkn_texts(const TrainingData& training, const DknSettings& settings, const Parallel& parallel,
                                Progress& progress);

/// Vectors of the rows of both tables, one after another; empty: as random as the network draws them.
struct StartVectors {
    std::uint32_t width = 0; ///< of a vector: the parameter, or that of the given vectors
    std::vector<float> values;
};
struct DknVectors {
    StartVectors words, entities, contexts;
};

/// Given vectors, those of the graph, and for contexts the means over the neighbours in the graph (equation 5).
/// Errors: usage where vectors or a graph are asked for that the data has not; those of training on the graph.
Result<DknVectors> find_dkn_vectors(const Dataset& data, const DknTexts& texts, const DknSettings& settings,
                                    std::uint64_t seed, const Parallel& parallel, Progress& progress);

} // namespace tastebench
