// What the user wants done with the rows once they are read.
#pragma once

#include "core/data/importer.h"

namespace tastebench {

/// In this order: values for events without one, duplicates, sampling, minimum counts. Ids that lose all their rows go.
/// Before features are joined. bad_data if nothing is left.
Status apply_rules(const ImportOptions& options, DatasetParts& parts, ImportReport& report);
/// Keeps the marked rows, in order, and the ids that they use; fixed_test follows.
void keep_rows(const std::vector<std::uint8_t>& keep, DatasetParts& parts);

} // namespace tastebench
