// The tables of films, people and tags beside MovieLens ratings. A table that is not there is left out; one that the
// options name or refuse is not looked for.
#pragma once

#include "core/data/import/companions.h"

namespace tastebench {

/// 100K: u.item (ISO 8859-1, genres as 19 flags), u.user.
Status join_100k_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report);
/// 1M and 10M: movies.dat, tags.dat, users.dat (codes of age and occupation become their words).
Status join_dat_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report);
/// 20M, 25M, latest: movies.csv, tags.csv, links.csv.
Status join_csv_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report);

} // namespace tastebench
