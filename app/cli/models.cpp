#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/records.h"
#include "app/cli/session.h"

namespace tastebench::cli {

namespace {

Status list(const Session& session) {
    if (session.json) {
        Json out = Json::array();
        for (const auto& model : all_models())
            out.push_back(to_json(model));
        return print_json(out);
    }
    Table table;
    table.column("model");
    table.column("title");
    table.column("what it does");
    for (const auto& model : all_models())
        table.row({model.id, model.title, model.summary});
    return print(table.text());
}

std::string range(const ParameterSpec& spec) {
    switch (spec.type) {
    case ParameterType::integer:
        return fmt::format("{:.0f} to {:.0f}", spec.minimum, spec.maximum);
    case ParameterType::real:
        return fmt::format("{} to {}", spec.minimum, spec.maximum);
    case ParameterType::boolean:
        return "true or false";
    case ParameterType::choice:
        return fmt::format("one of {}", spec.choices.size());
    case ParameterType::text:
        break;
    }
    return "text";
}

std::string described(const ModelEntry& model) {
    std::string out = fmt::format("{}: {}\n{}\n", model.title, model.summary, model.citation);
    for (const auto& spec : model.schema.specs()) {
        const auto standard = tastebench::to_text(spec.standard);
        out += fmt::format("\n{} = {}{}   ({})\n    {}\n", spec.name, standard.empty() ? "nothing" : standard,
                           spec.unit.empty() ? "" : " " + spec.unit, range(spec), spec.help);
        std::size_t widest = 0;
        for (const auto& choice : spec.choices)
            widest = std::max(widest, choice.value.size());
        for (const auto& choice : spec.choices)
            out += fmt::format("    {:<{}}  {}\n", choice.value, widest, choice.help);
    }
    for (const auto& preset : model.schema.presets()) {
        out += fmt::format("\n--preset {}: {}\n   ", preset.name, preset.help);
        for (const auto& [name, value] : preset.values)
            out += fmt::format(" {}={}", name, tastebench::to_text(value));
        out += '\n';
    }
    return out;
}

Status show(const Session& session, const std::string& id) {
    auto model = find_model(id);
    if (!model)
        return fail(model.error());
    return session.json ? print_json(to_json(**model)) : print(described(**model));
}

} // namespace

void add_models_command(CLI::App& app, const Session& session, Action& action) {
    auto id = std::make_shared<std::string>();
    auto* command = app.add_subcommand("models", "The models, or one model's parameters");
    command->add_option("MODEL", *id, "Show the parameters of this model");
    command->callback(
        [&, id] { action = [&session, id] { return id->empty() ? list(session) : show(session, *id); }; });
}

} // namespace tastebench::cli
