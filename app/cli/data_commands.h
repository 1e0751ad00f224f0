// What the commands under `data` share.
#pragma once

#include "app/cli/session.h"
#include "core/data/importer.h"

namespace tastebench::cli {

/// Usage error naming the nearest name.
Result<DatasetEntry> find_entry(const Workspace& workspace, const std::string& name);
/// Asked before the work begins rather than after it.
Status refuse_taken_name(const Workspace& workspace, const std::string& name);
Status print_entry(const Session& session, const DatasetEntry& entry);
/// Stores the data set and prints its entry.
Status keep(const Session& session, Workspace& workspace, const Dataset& data);

void add_import_command(CLI::App& data, const Session& session, Action& action);
void add_export_command(CLI::App& data, const Session& session, Action& action);
/// catalogue and download.
void add_catalogue_commands(CLI::App& data, const Session& session, Action& action);

} // namespace tastebench::cli
