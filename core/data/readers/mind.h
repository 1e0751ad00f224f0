// MIND (Microsoft News): the tables beside behaviors.tsv.
#pragma once

#include "core/data/import/formats.h"

namespace tastebench {

/// Merges what pieces could not know of each other: a user's history stands in every impression, and is kept once,
/// a second before the user's first impression, never as a row to test on. Returns the rows that went.
std::uint64_t merge_mind_histories(DatasetParts& parts);

/// news.tsv of the set: titles, category, subcategory and abstract, entities and their links; then the vectors of
/// entity_embedding.vec and relation_embedding.vec. Each only where it is there and the options do not say "-".
Status complete_mind(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report);

inline constexpr std::string_view mind_history = "history", mind_impression = "impression";

} // namespace tastebench
