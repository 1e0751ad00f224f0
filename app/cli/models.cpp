#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/records.h"
#include "app/cli/session.h"
#include "app/cli/settings.h"
#include "core/experiment/fitness.h"

namespace tastebench::cli {

namespace {

Capabilities standard_capabilities(const ModelEntry& model) {
    return model.make()->capabilities(model.schema.defaults());
}

Status list(const Session& session) {
    if (session.json) {
        Json out = Json::array();
        for (const auto& model : all_models())
            out.push_back(to_json(model));
        return print_json(out);
    }
    Table table;
    for (const char* title : {"family", "model", "title", "gives", "needs", "what it does"})
        table.column(title);
    for (const auto family : all_families) {
        auto name = std::string(tastebench::to_text(family));
        for (const auto* model : models_of(family)) {
            const auto can = standard_capabilities(*model);
            table.row({name, model->id, model->title, fmt::format("{}", fmt::join(abilities(can), ", ")),
                       fmt::format("{}", fmt::join(needs(can), ", ")), model->summary});
            name.clear(); // said once
        }
    }
    return print(table.text());
}

std::string described(const ModelEntry& model) {
    std::string out = fmt::format("{}: {}\n", model.title, model.summary);
    if (!model.citation.empty())
        out += model.citation + '\n';
    out += fmt::format("Family: {}. {}", tastebench::to_text(model.family),
                       gives_and_needs(model, model.schema.defaults()));
    return out + '\n' + cli::described(model.schema);
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
