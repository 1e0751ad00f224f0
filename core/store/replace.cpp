#include "core/store/replace.h"

#include <algorithm>

#include <fmt/format.h>

namespace tastebench {

Status refuse_used_dataset(const Workspace& workspace, const std::string& name) {
    const auto runs = workspace.runs();
    if (!runs)
        return fail(runs.error());
    const auto used =
        std::count_if(runs->begin(), runs->end(), [&](const Run& run) { return run.spec.data_name == name; });
    if (used == 0)
        return {};
    return usage_error(fmt::format("{} {} '{}'", used, used == 1 ? "run uses" : "runs use", name), "name",
                       "keep it and import under another name, or delete the runs first");
}

Status replace_dataset(Workspace& workspace, const Dataset& data, const AddOptions& options) {
    const auto entries = workspace.datasets();
    if (!entries)
        return fail(entries.error());
    const bool taken = std::any_of(entries->begin(), entries->end(),
                                   [&](const DatasetEntry& entry) { return entry.name == data.name(); });
    if (!taken)
        return workspace.add_dataset(data, options);
    if (auto status = workspace.delete_dataset(data.name()); !status)
        return status;
    auto stored = workspace.add_dataset(data, options);
    if (stored)
        return {};
    if (auto status = workspace.restore_dataset(data.name()); !status)
        return status;
    return stored;
}

} // namespace tastebench
