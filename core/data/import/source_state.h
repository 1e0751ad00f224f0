// Whether the files that a data set was imported from are still what they were.
#pragma once

#include "core/data/importer.h"

namespace tastebench {

enum class SourceState {
    unknown, ///< it was not imported from files, or that was not recorded
    unchanged,
    changed,
    gone ///< at least one file is no longer there
};
std::string_view to_text(SourceState state); ///< "unchanged"

/// Reads every byte of the files that the recipe names: for a background thread.
SourceState source_state(const std::string& recipe, const std::string& source_hash);

} // namespace tastebench
