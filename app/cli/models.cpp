#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/records.h"
#include "app/cli/session.h"
#include "app/cli/settings.h"

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

std::string described(const ModelEntry& model) {
    return fmt::format("{}: {}\n{}\n", model.title, model.summary, model.citation) + cli::described(model.schema);
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
