#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "app/cli/job_watch.h"
#include "app/cli/records.h"
#include "app/cli/session.h"
#include "core/data/generator.h"
#include "core/data/import/source_state.h"
#include "core/experiment/fitness.h"

namespace tastebench::cli {

Result<DatasetEntry> find_entry(const Workspace& workspace, const std::string& name) {
    auto entries = workspace.datasets();
    if (!entries)
        return fail(entries.error());
    std::vector<std::string> names;
    for (auto& entry : *entries) {
        if (entry.name == name)
            return std::move(entry);
        names.push_back(entry.name);
    }
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no data set '{}'", name), "NAME",
                       names.empty()   ? "import one with 'data import' or make one with 'data sample'"
                       : guess.empty() ? "there are " + listed(names)
                                       : fmt::format("did you mean '{}'?", guess));
}

/// Asked before the work begins rather than after it.
Status refuse_taken_name(const Workspace& workspace, const std::string& name) {
    if (!find_entry(workspace, name))
        return {};
    return usage_error(fmt::format("there is already a data set '{}'", name), "--name", "give another name");
}

std::string counted(const DatasetEntry& entry) {
    const auto& s = entry.summary;
    if (s.users == 0)
        return fmt::format("{}: {} rows of a label and features, without users and items", entry.name,
                           with_commas(s.interactions));
    return fmt::format("{}: {} users, {} items, {} interactions", entry.name, with_commas(s.users),
                       with_commas(s.items), with_commas(s.interactions));
}

Status print_entry(const Session& session, const DatasetEntry& entry) {
    if (session.json)
        return print_json(to_json(entry));
    return print(fmt::format("{}\nfingerprint {}\n", counted(entry), entry.fingerprint));
}

Status keep(const Session& session, Workspace& workspace, const Dataset& data) {
    if (auto status = workspace.add_dataset(data); !status)
        return status;
    auto entry = find_entry(workspace, data.name());
    return entry ? print_entry(session, *entry) : fail(entry.error());
}

namespace {

constexpr const char* sample_name = "sample";

struct GenerateFlags {
    GeneratorOptions options;
    std::string name, out;
};

Status list(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto entries = (*workspace)->datasets();
    if (!entries)
        return fail(entries.error());
    if (session.json) {
        Json out = Json::array();
        for (const auto& entry : *entries)
            out.push_back(to_json(entry));
        return print_json(out);
    }
    if (entries->empty()) {
        session.tell("no data sets yet: import one with 'data import FILE', or make one with 'data sample'");
        return {};
    }
    Table table;
    table.column("name");
    for (const char* title : {"users", "items", "interactions", "density"})
        table.column(title, Table::Align::right);
    table.column("from");
    table.column("to");
    table.column("fingerprint");
    for (const auto& entry : *entries) {
        const auto& s = entry.summary;
        const bool pairs = s.users > 0;
        table.row({entry.name, pairs ? with_commas(s.users) : "-", pairs ? with_commas(s.items) : "-",
                   with_commas(s.interactions), pairs ? fixed(s.density * 100, 3) + " %" : "-",
                   s.first_time ? iso_time(*s.first_time).substr(0, 10) : "-",
                   s.last_time ? iso_time(*s.last_time).substr(0, 10) : "-", entry.fingerprint.substr(0, 12)});
    }
    return print(table.text());
}

std::vector<std::string> names_of(const FeatureTable& features) {
    std::vector<std::string> out;
    for (const auto& column : features)
        out.push_back(column.name);
    return out;
}

Json details(const DatasetEntry& entry, const Dataset& data, SourceState source) {
    Json out = to_json(entry);
    out["source_state"] = to_text(source);
    out["recipe"] = entry.recipe.empty() ? Json() : Json::parse(entry.recipe, nullptr, false);
    out["events"] = data.events();
    out["user_features"] = names_of(data.user_features());
    out["item_features"] = names_of(data.item_features());
    out["titles"] = !data.parts().item_titles.empty();
    out["entities"] = data.graph().entities.size();
    out["triples"] = data.graph().triples.size();
    out["models"] = Json::array();
    for (const auto& fit : fitness(data))
        out["models"].push_back({{"model", fit.model},
                                 {"usable", fit.usable()},
                                 {"lacks", fit.usable() ? Json() : Json(listed(fit.lacks))},
                                 {"usable_with", fit.usable_otherwise() ? Json(fit.change) : Json()}});
    return out;
}

std::string described(const DatasetEntry& entry, const Dataset& data, SourceState source) {
    const auto& s = entry.summary;
    std::string out = fmt::format("{}\n", entry.name);
    const auto line = [&](std::string_view label, const std::string& text) {
        out += fmt::format("  {:<14}{}\n", label, text);
    };
    line("source", entry.recipe.empty() ? entry.source : fmt::format("{} ({})", entry.source, to_text(source)));
    line("fingerprint", entry.fingerprint);
    if (data.has_pairs()) {
        line("users", with_commas(s.users));
        line("items", with_commas(s.items));
        line("interactions",
             fmt::format("{} ({} distinct pairs)", with_commas(s.interactions), with_commas(s.distinct_pairs)));
        line("density", fixed(s.density * 100, 3) + " %");
    } else {
        line("rows", with_commas(s.interactions) + ", without users and items");
        line("fields", with_commas(data.context().size()));
    }
    line("ratings", s.rated == 0 ? "none"
                                 : fmt::format("{}, from {} to {}, mean {}", with_commas(s.rated), s.least_value,
                                               s.greatest_value, fixed(s.mean_value, 3)));
    line("times", s.first_time && s.last_time ? iso_time(*s.first_time) + " to " + iso_time(*s.last_time) : "none");
    line("events", data.events().empty() ? "one kind" : listed(data.events()));
    line("user features", data.user_features().empty() ? "none" : listed(names_of(data.user_features())));
    line("item features", data.item_features().empty() ? "none" : listed(names_of(data.item_features())));
    line("graph", data.graph().entities.empty()
                      ? "none"
                      : fmt::format("{} entities, {} triples", with_commas(data.graph().entities.size()),
                                    with_commas(data.graph().triples.size())));
    for (const auto& fit : fitness(data))
        line(fit.model, fit.usable()
                            ? "can use it"
                            : fmt::format("{}: it needs {}",
                                          fit.usable_otherwise() ? "can use it with " + fit.change : "cannot use it",
                                          listed(fit.lacks)));
    return out;
}

Status show(const Session& session, const std::string& name) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto entry = find_entry(**workspace, name);
    if (!entry)
        return fail(entry.error());
    auto data = (*workspace)->dataset(name);
    if (!data)
        return fail(data.error());
    const auto source = source_state(entry->recipe, entry->source_hash);
    return session.json ? print_json(details(*entry, **data, source)) : print(described(*entry, **data, source));
}

Status generate_into(const Session& session, Workspace& workspace, const GeneratorOptions& options,
                     const std::string& name) {
    Progress progress;
    Result<DatasetPtr> data;
    {
        const JobWatch watch(progress, session.quiet);
        data = generate_dataset(options, name, progress);
    }
    return data ? keep(session, workspace, **data) : fail(data.error());
}

Status sample(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto entry = find_entry(**workspace, sample_name)) {
        session.tell("the sample is already there");
        return print_entry(session, *entry);
    }
    return generate_into(session, **workspace, GeneratorOptions{}, sample_name);
}

Status generate_file(const Session& session, const GenerateFlags& flags) {
    Progress progress;
    Status done;
    {
        const JobWatch watch(progress, session.quiet);
        done = generate_csv(flags.options, flags.out, progress);
    }
    if (!done)
        return done;
    if (session.json)
        return print_json(Json{{"file", flags.out},
                               {"users", flags.options.users},
                               {"items", flags.options.items},
                               {"seed", flags.options.seed}});
    return print(fmt::format("wrote {}\n", flags.out));
}

Status generate(const Session& session, const GenerateFlags& flags) {
    if (!flags.out.empty())
        return generate_file(session, flags);
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const std::string name = flags.name.empty() ? "generated" : flags.name;
    if (auto status = refuse_taken_name(**workspace, name); !status)
        return status;
    return generate_into(session, **workspace, flags.options, name);
}

void add_generate(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<GenerateFlags>();
    auto* command = data.add_subcommand("generate", "Make a catalogue of films and the people who watch them");
    command->add_option("--users", flags->options.users, "How many people")->capture_default_str();
    command->add_option("--items", flags->options.items, "How many films")->capture_default_str();
    command->add_option("--interactions", flags->options.interactions, "How many events")->capture_default_str();
    command->add_option("--seed", flags->options.seed, "Same seed, same data")->capture_default_str();
    auto* out = command->add_option("--out", flags->out, "Write a CSV file rather than to the workspace");
    command->add_option("--name", flags->name, "Name of the data set (default: generated)")->excludes(out);
    command->callback([&, flags] { action = [&session, flags] { return generate(session, *flags); }; });
}

} // namespace

void add_data_commands(CLI::App& app, const Session& session, Action& action) {
    auto* data = app.add_subcommand("data", "Import, download, list, show and make data sets")->require_subcommand(1);
    add_import_command(*data, session, action);
    add_export_command(*data, session, action);
    add_recipe_commands(*data, session, action);
    add_bin_commands(*data, session, action);
    data->add_subcommand("list", "All data sets of the workspace")->callback([&] {
        action = [&session] { return list(session); };
    });
    auto name = std::make_shared<std::string>();
    auto* shown = data->add_subcommand("show", "One data set and what it is fit for");
    shown->add_option("NAME", *name, "Name of the data set")->required();
    shown->callback([&, name] { action = [&session, name] { return show(session, *name); }; });
    data->add_subcommand("sample", "Put the sample, a small catalogue of films, into the workspace")->callback([&] {
        action = [&session] { return sample(session); };
    });
    add_generate(*data, session, action);
    add_words_command(*data, session, action);
    add_catalogue_commands(*data, session, action);
    add_split_command(*data, session, action);
}

} // namespace tastebench::cli
