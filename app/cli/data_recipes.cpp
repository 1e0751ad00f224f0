// `data recipes`: import options kept under a name. `data refresh`: an import repeated when its source has changed.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "core/data/import/source_state.h"
#include "core/store/replace.h"

namespace tastebench::cli {

namespace {

struct RefreshFlags {
    std::string name, as;
};

std::string first_file(const std::string& body) {
    const auto options = read_recipe(body);
    return options && !options->files.empty() ? options->files.front().string() : "-";
}

Status list(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto recipes = (*workspace)->recipes();
    if (!recipes)
        return fail(recipes.error());
    if (session.json) {
        Json out = Json::array();
        for (const auto& recipe : *recipes)
            out.push_back({{"name", recipe.name}, {"options", Json::parse(recipe.body, nullptr, false)}});
        return print_json(out);
    }
    if (recipes->empty()) {
        session.tell("no recipes yet: keep one with 'data import FILE --save-recipe-as NAME'");
        return {};
    }
    Table table;
    table.column("name");
    table.column("file");
    for (const auto& recipe : *recipes)
        table.row({recipe.name, first_file(recipe.body)});
    return print(table.text());
}

Status show(const Session& session, const std::string& name) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto body = (*workspace)->recipe(name);
    return body ? print(*body + "\n") : fail(body.error());
}

Status remove(const Session& session, const std::string& name) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto status = (*workspace)->delete_recipe(name); !status)
        return status;
    return session.json ? print_json(Json{{"deleted", name}}) : print(fmt::format("deleted recipe '{}'\n", name));
}

Status refuse_used(const Workspace& workspace, const std::string& name) {
    auto status = refuse_used_dataset(workspace, name);
    if (!status)
        status.error().remedy = "give --as NEW to keep both, or delete the runs first";
    return status;
}

Status print_unchanged(const Session& session, const std::string& name) {
    if (session.json)
        return print_json(Json{{"name", name}, {"source", "unchanged"}, {"refreshed", false}});
    return print(fmt::format("{}: unchanged\n", name));
}

Status refresh(const Session& session, const RefreshFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto entry = find_entry(**workspace, flags.name);
    if (!entry)
        return fail(entry.error());
    const auto state = source_state(entry->recipe, entry->source_hash);
    if (state == SourceState::unchanged)
        return print_unchanged(session, flags.name);
    if (state == SourceState::unknown)
        return usage_error(fmt::format("it is not recorded how '{}' was imported", flags.name), "NAME",
                           "import its files again with 'data import'");
    auto options = read_recipe(entry->recipe);
    if (!options)
        return fail(options.error());
    options->name = flags.as.empty() ? flags.name : flags.as;
    const bool replace = flags.as.empty();
    if (auto status = replace ? refuse_used(**workspace, flags.name) : refuse_taken_name(**workspace, flags.as);
        !status)
        return status;
    ImportReport report;
    const auto data = read_import(session, *options, report);
    if (!data)
        return fail(data.error());
    tell(session, report);
    auto stored = store_import(session, **workspace, **data, *options, report, replace);
    return stored ? print_import(session, **workspace, options->name, report) : stored;
}

} // namespace

void add_recipe_commands(CLI::App& data, const Session& session, Action& action) {
    auto name = std::make_shared<std::string>();
    auto* recipes = data.add_subcommand("recipes", "The import options that are kept in the workspace");
    recipes->require_subcommand(0, 1);
    recipes->callback([&, recipes] {
        if (recipes->get_subcommands().empty())
            action = [&session] { return list(session); };
    });
    recipes->add_subcommand("list", "All of them, by name")->callback([&] {
        action = [&session] { return list(session); };
    });
    auto* shown = recipes->add_subcommand("show", "The options of one, as JSON");
    shown->add_option("NAME", *name, "Name of the recipe")->required();
    shown->callback([&, name] { action = [&session, name] { return show(session, *name); }; });
    auto* deleted = recipes->add_subcommand("delete", "Forget one; data sets imported by it stay");
    deleted->add_option("NAME", *name, "Name of the recipe")->required();
    deleted->callback([&, name] { action = [&session, name] { return remove(session, *name); }; });

    auto flags = std::make_shared<RefreshFlags>();
    auto* refreshed = data.add_subcommand("refresh", "Import again, in the same way, if the source has changed");
    refreshed->add_option("NAME", flags->name, "Name of the data set; the old one goes into the bin")->required();
    refreshed->add_option("--as", flags->as, "Keep the old one and call the new one so");
    refreshed->callback([&, flags] { action = [&session, flags] { return refresh(session, *flags); }; });
}

} // namespace tastebench::cli
