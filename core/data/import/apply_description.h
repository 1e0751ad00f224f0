// From the rows of an exported data set to the data set as it was: order of events, context, ids without rows, tables.
#pragma once

#include <optional>

#include "core/data/description.h"
#include "core/data/import/companions.h"

namespace tastebench {

/// The description of the export that `file` (a base name) holds interactions of, or, with an empty name, of the first
/// one in the set. None: there is none. An error: there is one that cannot be read.
std::optional<Result<Description>> find_description(const InputSet& set, const std::string& file);

/// `parts` comes from the described columns under their headings; context columns are renamed, and weights and test
/// marks folded in. Rows that the import's rules left out stay out, and so do users and items then without rows.
Status apply_description(const Description& description, const InputSet& set, const ImportOptions& options,
                         DatasetParts& parts, ImportReport& report);

} // namespace tastebench
