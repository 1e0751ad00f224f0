#include <algorithm>
#include <cmath>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/records.h"
#include "app/cli/session.h"
#include "core/eval/compare.h"

namespace tastebench::cli {

namespace {

struct CompareFlags {
    std::vector<RunId> ids;
    RunId baseline = 0;
    std::string metric;
};

struct Comparison {
    std::vector<Run> runs;
    std::vector<ComparedRun> compared; ///< parallel to runs
    bool tested = true;                ///< the metric has a value for each user
    std::string metric;
    RunId baseline = 0;
};

Result<std::vector<Run>> finished_runs(const Workspace& workspace, const std::vector<RunId>& ids) {
    std::vector<Run> out;
    std::set<RunId> seen;
    for (const auto id : ids) {
        if (!seen.insert(id).second)
            continue;
        auto run = find_run(workspace, id);
        if (!run)
            return fail(run.error());
        if (run->state != RunState::done)
            return usage_error(fmt::format("run {} is {}, so it has no metrics", id, tastebench::to_text(run->state)),
                               "ID", "compare runs that finished");
        out.push_back(std::move(*run));
    }
    return out;
}

/// User numbers mean something within one data set only.
Status check_comparable(const Session& session, const std::vector<Run>& runs) {
    for (const auto& run : runs) {
        const auto& first = runs.front();
        if (run.spec.data_fingerprint != first.spec.data_fingerprint)
            return usage_error(fmt::format("runs {} and {} are on different data ({} and {})", first.id, run.id,
                                           first.spec.data_name, run.spec.data_name),
                               "ID", "compare runs on the same data");
        const auto& a = first.spec.split;
        const auto& b = run.spec.split;
        if (a.text() != b.text() || a.seed != b.seed || a.test_rows != b.test_rows)
            session.tell(fmt::format("runs {} and {} were tested on different rows: {} and {}", first.id, run.id,
                                     a.text(), b.text()));
    }
    return {};
}

Result<Comparison> compare(const Session& session, const Workspace& workspace, const CompareFlags& flags) {
    Comparison out;
    auto runs = finished_runs(workspace, flags.ids);
    if (!runs)
        return fail(runs.error());
    out.runs = std::move(*runs);
    out.baseline = flags.baseline == 0 ? out.runs.front().id : flags.baseline;
    if (std::none_of(out.runs.begin(), out.runs.end(), [&](const Run& run) { return run.id == out.baseline; }))
        return usage_error(fmt::format("run {} is not among those compared", out.baseline), "--baseline",
                           "name one of the runs");
    if (auto status = check_comparable(session, out.runs); !status)
        return fail(status.error());
    auto metric = choose_metric(out.runs, flags.metric);
    if (!metric)
        return fail(metric.error());
    out.metric = *metric;
    if (const auto* info = find_metric(out.metric); info == nullptr || !info->per_user) {
        out.tested = false;
        for (const auto& run : out.runs)
            out.compared.push_back({run.id, {run.metrics.at(out.metric), 0, 0}, {}, {}, {}});
        return out;
    }
    std::vector<ComparisonInput> inputs;
    for (const auto& run : out.runs) {
        auto values = workspace.per_user(run.id, out.metric);
        if (!values)
            return fail(values.error());
        if (!*values)
            return bad_data(fmt::format("run {} has lost its values of each user", run.id), "ID", "run it again");
        inputs.push_back({run.id, std::move((*values)->users), std::move((*values)->values)});
    }
    out.compared = compare_runs(inputs, out.baseline);
    return out;
}

Json to_json(const Comparison& comparison) {
    const auto or_null = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
    Json out;
    out["baseline"] = comparison.baseline;
    out["metric"] = comparison.metric;
    out["runs"] = Json::array();
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
        const auto& result = comparison.compared[i];
        out["runs"].push_back({{"id", result.id},
                               {"model", comparison.runs[i].spec.model},
                               {"mean", result.interval.mean},
                               {"low", comparison.tested ? Json(result.interval.low) : Json()},
                               {"high", comparison.tested ? Json(result.interval.high) : Json()},
                               {"p_value", or_null(result.p_value)},
                               {"p_adjusted", or_null(result.p_adjusted)},
                               {"effect", or_null(result.effect)}});
    }
    return out;
}

std::string p_text(const std::optional<double>& p) {
    if (!p)
        return "-";
    return *p < 0.0001 ? "< 0.0001" : fixed(*p, 4);
}

std::string conclusion(const Comparison& comparison) {
    const auto* info = find_metric(comparison.metric);
    const bool higher = info == nullptr || info->higher_is_better;
    const auto best = std::max_element(
        comparison.compared.begin(), comparison.compared.end(), [&](const ComparedRun& a, const ComparedRun& b) {
            return higher ? a.interval.mean < b.interval.mean : a.interval.mean > b.interval.mean;
        });
    const auto& run = comparison.runs[static_cast<std::size_t>(best - comparison.compared.begin())];
    auto out = fmt::format("Best: run {} ({})", run.id, run.spec.model);
    if (best->id == comparison.baseline)
        return out + ", the baseline itself.\n";
    if (!comparison.tested)
        return out + fmt::format("; {} is one figure for all rows, so nothing can be said about chance.\n",
                                 comparison.metric);
    if (!best->p_adjusted)
        return out + "; it shares no users with the baseline, so nothing can be said about chance.\n";
    return out + (*best->p_adjusted < 0.05
                      ? fmt::format("; the difference from run {} is more than chance (p = {} after Holm).\n",
                                    comparison.baseline, p_text(best->p_adjusted))
                      : fmt::format("; the difference from run {} may be chance (p = {} after Holm).\n",
                                    comparison.baseline, p_text(best->p_adjusted)));
}

std::string as_text(const Comparison& comparison) {
    Table table;
    table.column("run", Table::Align::right);
    table.column("model");
    table.column(comparison.metric, Table::Align::right);
    table.column("95 % interval", Table::Align::right);
    table.column("p", Table::Align::right);
    table.column("p (Holm)", Table::Align::right);
    table.column("effect", Table::Align::right);
    table.column("parameters that differ");
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
        const auto& result = comparison.compared[i];
        const auto& spec = comparison.runs[i].spec;
        table.row({std::to_string(result.id), spec.model, fixed(result.interval.mean, 4),
                   comparison.tested
                       ? fmt::format("{} to {}", fixed(result.interval.low, 4), fixed(result.interval.high, 4))
                       : "-",
                   result.id == comparison.baseline ? "baseline" : p_text(result.p_value), p_text(result.p_adjusted),
                   result.effect ? fixed(*result.effect, 2) : "-", changed_parameters(spec)});
    }
    return table.text() + '\n' + conclusion(comparison);
}

Status run_compare(const Session& session, const CompareFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto comparison = compare(session, **workspace, flags);
    if (!comparison)
        return fail(comparison.error());
    return session.json ? print_json(to_json(*comparison)) : print(as_text(*comparison));
}

} // namespace

void add_compare_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<CompareFlags>();
    auto* command = app.add_subcommand("compare", "Compare runs: intervals over users and paired tests");
    command->add_option("ID", flags->ids, "Numbers of the runs")->required();
    command->add_option("--baseline", flags->baseline, "The run to test the others against (default: the first)");
    command->add_option("--metric", flags->metric, "Which metric (default: ndcg@10)");
    command->callback([&, flags] { action = [&session, flags] { return run_compare(session, *flags); }; });
}

} // namespace tastebench::cli
