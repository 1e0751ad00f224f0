// tastebench-cli: everything that the window does, headless.
#include <algorithm>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/interrupt.h"
#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/base/version.h"

namespace tastebench::cli {

namespace {

constexpr int exit_usage = 2;
constexpr int most_threads = 1024;

const CLI::App& deepest(const CLI::App& app) {
    const auto named = app.get_subcommands();
    return named.empty() ? app : deepest(*named.front());
}

/// All option and command names that could stand where `app` is; options of the outer commands may, too.
std::vector<std::string> names_at(const CLI::App& app) {
    std::vector<std::string> out;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        out.push_back(command->get_name());
    for (const auto* at = &app; at != nullptr; at = at->get_parent())
        for (const auto* option : at->get_options())
            for (const auto& name : option->get_lnames())
                out.push_back("--" + name);
    return out;
}

int usage_failure(const CLI::App& app, const CLI::ParseError& error) {
    const auto& command = deepest(app);
    auto line = std::string(error.what());
    const auto extras = app.remaining(true);
    if (!extras.empty()) {
        const auto word = extras.front().substr(0, extras.front().find('='));
        const auto guess = nearest(word, names_at(command));
        line = fmt::format("there is no {} '{}'", word.starts_with('-') ? "option" : "command or place for", word) +
               (guess.empty() ? "" : fmt::format("; did you mean '{}'?", guess));
    } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && line.find("subcommand") != line.npos)
        line = "a command is missing";
    else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
        line += ": a number was expected";
    while (!line.empty() && (line.back() == '\n' || line.back() == '.'))
        line.pop_back();
    say(line);
    const bool inner = &command != &app;
    say(fmt::format("'tastebench-cli{}{} --help' shows how it is used",
                    inner && command.get_parent() != &app ? " " + command.get_parent()->get_name() : "",
                    inner ? " " + command.get_name() : ""));
    return exit_usage;
}

void add_global_options(CLI::App& app, Session& session) {
    app.add_option("--workspace", session.workspace,
                   "The workspace file (default: tastebench/workspace.tastebench in the user's data folder)")
        ->take_last();
    app.add_flag("--json", session.json, "Print one JSON document and nothing else");
    app.add_flag("--quiet", session.quiet, "No progress and no messages but errors");
    app.add_option("--threads", session.threads, "How many threads (default: as many as the processor offers)")
        ->check(CLI::Range(0, most_threads));
    app.set_version_flag("--version", std::string("tastebench-cli ") + version);
}

int run(int argc, char** argv) {
    CLI::App app("Tastebench: train, compare and explain recommenders", "tastebench-cli");
    Session session;
    Action action;
    add_global_options(app, session);
    // Global options may stand behind the command too.
    app.fallthrough();
    app.require_subcommand(1);
    add_data_commands(app, session, action);
    add_models_command(app, session, action);
    add_run_command(app, session, action);
    add_runs_commands(app, session, action);
    add_compare_command(app, session, action);
    add_recommend_command(app, session, action);
    add_predict_command(app, session, action);
    add_similar_command(app, session, action);
    add_explain_command(app, session, action);
    add_embed_commands(app, session, action);
    add_report_command(app, session, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        return usage_failure(app, error);
    }
    note_interrupts();
    const auto done = action();
    if (done)
        return 0;
    say(done.error().text());
    return done.error().exit_code();
}

} // namespace

} // namespace tastebench::cli

int main(int argc, char** argv) {
    // What is left to throw here is memory that cannot be had.
    try {
        return tastebench::cli::run(argc, argv);
    } catch (const std::exception& error) {
        tastebench::cli::say(std::string("failed: ") + error.what());
        return 4;
    }
}
