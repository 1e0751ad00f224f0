#include "app/cli/train.h"

#include <chrono>

#include <fmt/format.h>

#include "app/cli/job_watch.h"
#include "app/cli/output.h"

namespace tastebench::cli {

namespace {

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

/// The record says how the run ended even where its result cannot be kept.
tl::unexpected<Error> end_badly(Workspace& workspace, RunId id, Error error) {
    const bool cancelled = error.kind == ErrorKind::cancelled;
    const auto marked = workspace.mark_ended(id, cancelled ? RunState::cancelled : RunState::failed,
                                             cancelled ? std::string() : error.text(), now());
    if (!marked)
        say(marked.error().text());
    return fail(std::move(error));
}

} // namespace

Result<Run> train(const Session& session, Workspace& workspace, const Dataset& data, const RunSpec& wanted) {
    auto spec = prepare_spec(data, wanted);
    if (!spec)
        return fail(spec.error());
    const Parallel parallel(session.threads);
    Run queued;
    queued.spec = *spec;
    queued.environment = current_environment(parallel.threads());
    queued.created = now();
    const auto id = workspace.add_run(queued);
    if (!id)
        return fail(id.error());
    const auto started = now();
    if (auto status = workspace.mark_started(*id, started); !status)
        return end_badly(workspace, *id, status.error());
    session.tell(fmt::format("run {}: {} on {}", *id, spec->model, spec->data_name));

    Progress progress;
    Result<RunOutcome> outcome;
    {
        const JobWatch watch(progress, session.quiet);
        outcome = execute(data, *spec, parallel, progress);
    }
    if (!outcome)
        return end_badly(workspace, *id, outcome.error());
    outcome->run.id = *id;
    outcome->run.created = queued.created;
    outcome->run.started = started;
    outcome->run.finished = now();
    if (auto status = workspace.finish_run(*outcome); !status)
        return end_badly(workspace, *id, status.error());
    return workspace.run(*id);
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
