// A data set that takes the place of an older one of the same name, after its source has changed.
#pragma once

#include "core/store/workspace.h"

namespace tastebench {

/// usage error if runs use the data set: asked before an import that may take minutes.
Status refuse_used_dataset(const Workspace& workspace, const std::string& name);

/// The old one goes into the bin, and comes back if the new one cannot be stored. Refused while runs use it. Where
/// there is no old one, the new one is added.
Status replace_dataset(Workspace& workspace, const Dataset& data, const AddOptions& options);

} // namespace tastebench
