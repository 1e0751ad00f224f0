// The JSON form of what is stored: data sets, models and runs.
#pragma once

#include "app/cli/output.h"
#include "core/models/recommender.h"
#include "core/store/workspace.h"

namespace tastebench::cli {

Json to_json(const ParameterValue& value);
Json to_json(const Parameters& parameters);
/// "parameters" and "presets" of a schema.
void add_schema(Json& out, const ParameterSchema& schema);
Json to_json(const Environment& environment);
/// Name, counts, range of ratings and times, fingerprint.
Json to_json(const DatasetEntry& entry);
/// The schema, the presets and what the model can do.
Json to_json(const ModelEntry& entry);
/// Everything but the curves.
Json to_json(const Run& run);
Json to_json(const Curves& curves);

/// The parameters that differ from the defaults: "similarity=lift half_life_days=30".
std::string changed_parameters(const RunSpec& spec);
/// "integer", "choice", ...
std::string_view to_text(ParameterType type);

} // namespace tastebench::cli
