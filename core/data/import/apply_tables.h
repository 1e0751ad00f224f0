// The tables of an exported data set, read as its description says.
#pragma once

#include "core/data/description.h"
#include "core/data/import/companions.h"

namespace tastebench {

/// Users and items that have no rows come back where the import kept all rows.
Status apply_tables(const Description& description, const InputSet& set, const ImportOptions& options,
                    DatasetParts& parts, ImportReport& report);

} // namespace tastebench
