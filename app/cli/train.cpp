#include "app/cli/train.h"

#include <chrono>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/job_watch.h"
#include "app/cli/output.h"
#include "core/base/guard.h"
#include "core/base/shell.h"

namespace tastebench::cli {

namespace {

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::string resume_command(const Session& session, RunId id) {
    const auto where =
        session.workspace.empty() ? std::string() : "--workspace " + shell_quote(session.workspace) + ' ';
    return fmt::format("tastebench-cli {}runs resume {}", where, id);
}

/// The record says how the run ended even where its result cannot be kept.
tl::unexpected<Error> end_badly(const Session& session, Workspace& workspace, RunId id, Error error) {
    const bool cancelled = error.kind == ErrorKind::cancelled;
    const auto marked = workspace.mark_ended(id, cancelled ? RunState::cancelled : RunState::failed,
                                             cancelled ? std::string() : error.text(), now());
    if (!marked)
        say(marked.error().text());
    if (cancelled)
        error = {ErrorKind::cancelled,
                 fmt::format("run {} was stopped", id),
                 {},
                 fmt::format("'{}' goes on with it", resume_command(session, id))};
    return fail(std::move(error));
}

using Execute = std::function<Result<RunOutcome>(const RunSpec& spec, const Parallel& parallel, Progress& progress,
                                                 CheckpointKeeper* checkpoints, double checkpoint_seconds)>;

Execute execute_on(const Dataset& data) {
    return [&data](const RunSpec& spec, const Parallel& parallel, Progress& progress, CheckpointKeeper* checkpoints,
                   double seconds) { return execute(data, spec, parallel, progress, checkpoints, seconds); };
}

/// Trains a run that is in the workspace as queued.
Result<Run> train_stored(const Session& session, Workspace& workspace, Run run, const TrainOptions& options,
                         const Execute& make) {
    const Parallel parallel(session.threads);
    run.started = now();
    if (auto status = workspace.mark_started(run.id, run.started); !status)
        return end_badly(session, workspace, run.id, status.error());
    session.tell(fmt::format("run {}: {} on {}", run.id, run.spec.model, run.spec.data_name));

    Progress progress;
    RunCheckpoints checkpoints(workspace, run.id, progress);
    Result<RunOutcome> outcome;
    {
        const JobWatch watch(progress, session.quiet);
        outcome = guarded("training stopped",
                          [&] { return make(run.spec, parallel, progress, &checkpoints, options.checkpoint_seconds); });
    }
    if (const auto warning = checkpoints.warning(); !warning.empty())
        session.tell("warning: " + warning);
    if (!outcome)
        return end_badly(session, workspace, run.id, outcome.error());
    outcome->run.id = run.id;
    outcome->run.created = run.created;
    outcome->run.started = run.started;
    outcome->run.fit_seconds += checkpoints.earlier_seconds();
    outcome->run.finished = now();
    if (auto status = guarded("the result cannot be kept", [&] { return workspace.finish_run(*outcome); }); !status)
        return end_badly(session, workspace, run.id, status.error());
    return workspace.run(run.id);
}

/// Records a run that is about to be trained.
Result<Run> queue(Workspace& workspace, Result<RunSpec> spec) {
    if (!spec)
        return fail(spec.error());
    Run queued;
    queued.spec = std::move(*spec);
    queued.created = now();
    const auto id = workspace.add_run(queued);
    if (!id)
        return fail(id.error());
    queued.id = *id;
    return queued;
}

} // namespace

void add_train_options(CLI::App& command, TrainOptions& options) {
    command
        .add_option("--checkpoint-seconds", options.checkpoint_seconds,
                    "Least time between two checkpoints, from which a stopped run goes on; 0: after every epoch")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

Result<Run> train(const Session& session, Workspace& workspace, const Dataset& data, const RunSpec& wanted,
                  const TrainOptions& options) {
    auto queued = queue(workspace, prepare_spec(data, wanted));
    return queued ? train_stored(session, workspace, std::move(*queued), options, execute_on(data)) : queued;
}

Result<Run> resume(const Session& session, Workspace& workspace, const Dataset& data, const Run& stopped,
                   const TrainOptions& options) {
    auto spec = prepare_again(data, stopped.spec);
    if (!spec)
        return fail(spec.error());
    auto run = workspace.resume_run(stopped.id);
    if (!run)
        return fail(run.error());
    run->spec = std::move(*spec);
    return train_stored(session, workspace, std::move(*run), options, execute_on(data));
}

Result<Updated> update(const Session& session, Workspace& workspace, const Dataset& data, ReadyRun earlier,
                       const TrainOptions& options) {
    auto queued = queue(workspace, prepare_update(data, earlier.run));
    if (!queued)
        return fail(queued.error());
    Updated out;
    const auto make = [&](const RunSpec& spec, const Parallel& parallel, Progress& progress,
                          CheckpointKeeper* checkpoints, double seconds) -> Result<RunOutcome> {
        auto made = execute_update(data, spec, {earlier.run.spec, *earlier.data, std::move(earlier.model)}, parallel,
                                   progress, checkpoints, seconds);
        if (!made)
            return fail(made.error());
        out.added = made->added;
        out.trained_anew = made->trained_anew;
        return std::move(made->outcome);
    };
    auto run = train_stored(session, workspace, std::move(*queued), options, make);
    if (!run)
        return fail(run.error());
    out.run = std::move(*run);
    return out;
}

std::string metrics_table(const Run& run) {
    std::map<std::string, std::map<std::uint32_t, double>> at_k;
    std::string single;
    for (const auto& [name, value] : run.metrics) {
        const auto at = name.find('@');
        if (at == std::string::npos) {
            single += fmt::format("{}  {}\n", name, fixed(value, 4));
            continue;
        }
        for (const auto k : run.spec.evaluation.ks)
            if (std::string_view(name).substr(at + 1) == std::to_string(k))
                at_k[name.substr(0, at)][k] = value;
    }
    Table table;
    table.column("metric");
    for (const auto k : run.spec.evaluation.ks)
        table.column(fmt::format("@{}", k), Table::Align::right);
    for (const auto& [name, values] : at_k) {
        std::vector<std::string> cells{name};
        for (const auto k : run.spec.evaluation.ks) {
            const auto value = values.find(k);
            cells.push_back(value == values.end() ? "-" : fixed(value->second, 4));
        }
        table.row(std::move(cells));
    }
    return (at_k.empty() ? std::string() : table.text()) + single;
}

} // namespace tastebench::cli
