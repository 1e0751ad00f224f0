// What all commands share: the global options, the workspace they name, and the way from an option to a value.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/base/parallel.h"
#include "core/store/workspace.h"

namespace CLI {
class App;
}

namespace tastebench::cli {

struct Session {
    std::string workspace; ///< empty: the default file
    bool json = false;
    bool quiet = false;
    int threads = 0; ///< 0: as many as the processor offers

    /// Opens the workspace, making it and, for the default file, its folder.
    Result<std::shared_ptr<Workspace>> open() const;
    /// A message on standard error, unless told to be quiet.
    void tell(std::string_view line) const;
};

/// What the line on which the program was started asks for; set by the command that was named.
using Action = std::function<Status()>;

void add_data_commands(CLI::App& app, const Session& session, Action& action);
/// `data split`, under the command that add_data_commands() made.
void add_split_command(CLI::App& data, const Session& session, Action& action);
void add_models_command(CLI::App& app, const Session& session, Action& action);
void add_run_command(CLI::App& app, const Session& session, Action& action);
void add_runs_commands(CLI::App& app, const Session& session, Action& action);
void add_compare_command(CLI::App& app, const Session& session, Action& action);
void add_recommend_command(CLI::App& app, const Session& session, Action& action);
void add_predict_command(CLI::App& app, const Session& session, Action& action);
void add_similar_command(CLI::App& app, const Session& session, Action& action);
void add_explain_command(CLI::App& app, const Session& session, Action& action);
void add_embed_commands(CLI::App& app, const Session& session, Action& action);
void add_words_command(CLI::App& data, const Session& session, Action& action);
void add_report_command(CLI::App& app, const Session& session, Action& action);

/// $XDG_DATA_HOME/tastebench/workspace.tastebench, or the same under ~/.local/share.
Result<std::filesystem::path> default_workspace();

/// A run of the workspace; usage error naming those there are.
Result<Run> find_run(const Workspace& workspace, RunId id);
/// The index of an id; usage error naming the nearest id.
Result<UserIx> find_user(const Dataset& data, const std::string& id);
Result<ItemIx> find_item(const Dataset& data, const std::string& id);

/// A finished run with its data and its model, ready to be asked.
struct ReadyRun {
    Run run;
    DatasetPtr data;
    std::unique_ptr<Recommender> model;
};
Result<ReadyRun> load_run(Workspace& workspace, RunId id);
/// Usage error where nobody can be recommended anything: the data has no users and items, or the model ranks none.
Status check_lists(const ReadyRun& ready);

/// The metric asked for, checked; empty: nDCG at 10 if all runs have it, or else their first one at k, or else
/// the first of the glossary.
Result<std::string> choose_metric(const std::vector<Run>& runs, const std::string& asked);

/// The forms of a split, for the help of every command that takes one.
inline constexpr const char* split_help =
    "random:R, chrono:R[:item], stratified:R[:item], global:R, global:DATE, users:R, loo:last[,1], loo:random[,1], "
    "kfold:K:FOLD[:user], fixed or rows:FILE; R is the share that trains, or TRAIN,VALIDATION; filters follow: "
    ";min_value=X ;min_user=N ;min_item=N ;core";

/// "a, b and c".
std::string listed(const std::vector<std::string>& words);

} // namespace tastebench::cli
