#include "app/cli/records.h"

namespace tastebench::cli {

namespace {

Json time_or_null(std::int64_t time) {
    return time == 0 ? Json() : Json(iso_time(time));
}

Json schema_json(const ParameterSpec& spec) {
    Json out;
    out["name"] = spec.name;
    out["title"] = spec.title;
    out["type"] = to_text(spec.type);
    out["default"] = to_json(spec.standard);
    if (spec.type == ParameterType::integer) {
        out["minimum"] = static_cast<std::int64_t>(spec.minimum);
        out["maximum"] = static_cast<std::int64_t>(spec.maximum);
    } else if (spec.type == ParameterType::real) {
        out["minimum"] = spec.minimum;
        out["maximum"] = spec.maximum;
    }
    if (spec.type == ParameterType::choice) {
        out["choices"] = Json::array();
        for (const auto& choice : spec.choices)
            out["choices"].push_back({{"value", choice.value}, {"title", choice.title}, {"help", choice.help}});
    }
    out["unit"] = spec.unit;
    out["help"] = spec.help;
    out["sweepable"] = spec.sweepable;
    out["advanced"] = spec.advanced;
    return out;
}

} // namespace

Json to_json(const ParameterValue& value) {
    return std::visit([](const auto& v) { return Json(v); }, value);
}

Json to_json(const Parameters& parameters) {
    Json out = Json::object();
    for (const auto& [name, value] : parameters)
        out[name] = to_json(value);
    return out;
}

void add_schema(Json& out, const ParameterSchema& schema) {
    out["parameters"] = Json::array();
    for (const auto& spec : schema.specs())
        out["parameters"].push_back(schema_json(spec));
    out["presets"] = Json::array();
    for (const auto& preset : schema.presets())
        out["presets"].push_back({{"name", preset.name},
                                  {"title", preset.title},
                                  {"help", preset.help},
                                  {"values", to_json(preset.values)}});
}

Json to_json(const Environment& environment) {
    return {{"version", environment.version}, {"variant", environment.variant}, {"compiler", environment.compiler},
            {"cpu", environment.cpu},         {"system", environment.system},   {"threads", environment.threads}};
}

Json to_json(const DatasetEntry& entry) {
    const auto& summary = entry.summary;
    Json out;
    out["name"] = entry.name;
    out["users"] = summary.users;
    out["items"] = summary.items;
    out["interactions"] = summary.interactions;
    out["fingerprint"] = entry.fingerprint;
    out["distinct_pairs"] = summary.distinct_pairs;
    out["density"] = summary.density;
    out["rated"] = summary.rated;
    const bool rated = summary.rated > 0;
    out["least_value"] = rated ? Json(summary.least_value) : Json();
    out["greatest_value"] = rated ? Json(summary.greatest_value) : Json();
    out["mean_value"] = rated ? Json(summary.mean_value) : Json();
    out["first_time"] = summary.first_time ? Json(iso_time(*summary.first_time)) : Json();
    out["last_time"] = summary.last_time ? Json(iso_time(*summary.last_time)) : Json();
    out["source"] = entry.source;
    out["created"] = time_or_null(entry.created);
    return out;
}

Json to_json(const ModelEntry& entry) {
    Json out;
    out["id"] = entry.id;
    out["family"] = tastebench::to_text(entry.family);
    out["title"] = entry.title;
    out["summary"] = entry.summary;
    out["citation"] = entry.citation;
    const auto can = entry.make()->capabilities(entry.schema.defaults());
    out["capabilities"] = {{"recommends", can.recommends},
                           {"predicts_ratings", can.predicts_ratings},
                           {"predicts_clicks", can.predicts_clicks},
                           {"explains", can.explains},
                           {"similar_items", can.similar_items},
                           {"folds_in", can.folds_in},
                           {"updates", can.updates},
                           {"uses_row_features", can.uses_rows},
                           {"iterative", can.iterative},
                           {"needs_users_and_items", can.needs_pairs},
                           {"needs_ratings", can.needs_values},
                           {"needs_times", can.needs_times},
                           {"needs_features", can.needs_features},
                           {"needs_texts", can.needs_texts}};
    add_schema(out, entry.schema);
    return out;
}

Json to_json(const Run& run) {
    const auto& spec = run.spec;
    Json out;
    out["id"] = run.id;
    out["state"] = tastebench::to_text(run.state);
    out["model"] = spec.model;
    out["data"] = spec.data_name;
    out["fingerprint"] = spec.data_fingerprint;
    out["split"] = {{"recipe", spec.split.text()},
                    {"train_rows", run.train_rows},
                    {"validation_rows", run.validation_rows},
                    {"test_rows", run.test_rows},
                    {"fingerprint", run.split_fingerprint.empty() ? Json() : Json(run.split_fingerprint)}};
    out["parameters"] = to_json(spec.parameters);
    out["seed"] = spec.seed;
    out["protocol"] = describe_protocol(run);
    out["k"] = spec.evaluation.ks;
    out["remove_seen"] = spec.evaluation.remove_seen;
    out["sampled"] = spec.evaluation.sampled;
    out["metrics"] = Json::object();
    for (const auto& [name, value] : run.metrics)
        out["metrics"][name] = value;
    out["users_counted"] = run.users_counted;
    out["rated_test_rows"] = run.rated_test_rows;
    out["fit_seconds"] = run.fit_seconds;
    out["evaluate_seconds"] = run.evaluate_seconds;
    out["peak_memory_bytes"] = run.peak_memory_bytes;
    out["environment"] = to_json(run.environment);
    out["created"] = time_or_null(run.created);
    out["started"] = time_or_null(run.started);
    out["finished"] = time_or_null(run.finished);
    out["note"] = spec.note;
    out["error"] = run.error.empty() ? Json() : Json(run.error);
    out["command"] = command_line(spec);
    return out;
}

Json to_json(const Curves& curves) {
    Json out = Json::array();
    for (const auto& point : curves)
        out.push_back({{"series", point.series}, {"x", point.x}, {"y", point.y}});
    return out;
}

std::string changed_parameters(const RunSpec& spec) {
    const auto entry = find_model(spec.model);
    std::string out;
    for (const auto& [name, value] : spec.parameters) {
        const auto* known = entry ? (*entry)->schema.find(name) : nullptr;
        if (known == nullptr || known->standard != value)
            out += (out.empty() ? "" : " ") + name + '=' + tastebench::to_text(value);
    }
    return out;
}

std::string_view to_text(ParameterType type) {
    switch (type) {
    case ParameterType::boolean:
        return "boolean";
    case ParameterType::integer:
        return "integer";
    case ParameterType::real:
        return "real";
    case ParameterType::choice:
        return "choice";
    case ParameterType::text:
        break;
    }
    return "text";
}

} // namespace tastebench::cli
