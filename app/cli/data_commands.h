// What the commands under `data` share.
#pragma once

#include "app/cli/records.h"
#include "app/cli/session.h"
#include "core/data/importer.h"

namespace tastebench::cli {

/// Usage error naming the nearest name.
Result<DatasetEntry> find_entry(const Workspace& workspace, const std::string& name);
/// Asked before the work begins rather than after it.
Status refuse_taken_name(const Workspace& workspace, const std::string& name);
/// "films: 943 users, 1,682 items, 100,000 interactions".
std::string counted(const DatasetEntry& entry);
Status print_entry(const Session& session, const DatasetEntry& entry);
/// Stores the data set and prints its entry.
Status keep(const Session& session, Workspace& workspace, const Dataset& data);

/// Imports under a progress bar; an interrupt cancels.
Result<DatasetPtr> read_import(const Session& session, const ImportOptions& options, ImportReport& report);
/// Stores what was imported together with its recipe and the fingerprint of its source; cancel leaves nothing. With
/// `replace` an older data set of the name goes into the bin.
Status store_import(const Session& session, Workspace& workspace, const Dataset& data, const ImportOptions& options,
                    const ImportReport& report, bool replace = false);
/// The entry, in JSON with the report as "import".
Status print_import(const Session& session, const Workspace& workspace, const std::string& name,
                    const ImportReport& report);
Json to_json(const ImportReport& report);
/// What happened on the way, on standard error.
void tell(const Session& session, const ImportReport& report);
/// What would be read, in plain text or JSON.
Status show_preview(const Session& session, const ImportOptions& options);

void add_import_command(CLI::App& data, const Session& session, Action& action);
void add_export_command(CLI::App& data, const Session& session, Action& action);
/// catalogue and download.
void add_catalogue_commands(CLI::App& data, const Session& session, Action& action);
/// `data recipes` and `data refresh`.
void add_recipe_commands(CLI::App& data, const Session& session, Action& action);
/// `data rename`, `delete`, `bin`, `restore` and `empty-bin`.
void add_bin_commands(CLI::App& data, const Session& session, Action& action);

} // namespace tastebench::cli
