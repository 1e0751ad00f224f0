#include <algorithm>
#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/filter.h"
#include "app/cli/records.h"
#include "app/cli/session.h"
#include "app/cli/train.h"
#include "core/experiment/repeat.h"

namespace tastebench::cli {

namespace {

struct ListFlags {
    std::string filter, sort;
};

/// Best first for a metric, ascending for the rest; runs without the field last, equal ones newest first.
void sort_runs(std::vector<Run>& runs, const std::string& field) {
    const auto* metric = find_metric(field);
    const bool descending = metric != nullptr && metric->higher_is_better;
    const auto value = [&](const Run& run) {
        auto found = run_field(run, field);
        const auto* number = found ? std::get_if<double>(&*found) : nullptr;
        if (number != nullptr && std::isnan(*number))
            found.reset();
        return found;
    };
    std::stable_sort(runs.begin(), runs.end(), [&](const Run& a, const Run& b) {
        const auto left = value(a);
        const auto right = value(b);
        if (!left || !right)
            return left.has_value() && !right.has_value();
        return descending ? *right < *left : *left < *right;
    });
}

/// The metric shown in the list: the one sorted by, or nDCG at the length nearest to 10.
std::string shown_metric(const std::vector<Run>& runs, const std::string& sort) {
    if (find_metric(sort) != nullptr)
        return sort;
    for (const auto& run : runs)
        if (run.metrics.contains("ndcg@10"))
            return "ndcg@10";
    for (const auto& run : runs)
        for (const auto& [name, value] : run.metrics)
            if (name.starts_with("ndcg@"))
                return name;
    return "ndcg@10";
}

std::string as_table(const std::vector<Run>& runs, const std::string& metric) {
    Table table;
    table.column("run", Table::Align::right);
    for (const char* title : {"state", "model", "data", "split"})
        table.column(title);
    table.column(metric, Table::Align::right);
    table.column("trained in", Table::Align::right);
    table.column("parameters that differ");
    table.column("note");
    for (const auto& run : runs) {
        const auto value = run.metrics.find(metric);
        table.row({std::to_string(run.id), std::string(tastebench::to_text(run.state)), run.spec.model,
                   run.spec.data_name, run.spec.split.text(),
                   value == run.metrics.end() ? "-" : fixed(value->second, 4),
                   run.state == RunState::done ? duration(run.fit_seconds) : "-", changed_parameters(run.spec),
                   shortened(run.spec.note, 40)});
    }
    return table.text();
}

Status list(const Session& session, const ListFlags& flags) {
    auto filter = RunFilter::parse(flags.filter);
    if (!filter)
        return fail(filter.error());
    if (!flags.sort.empty())
        if (auto known = check_field(flags.sort, "--sort"); !known)
            return known;
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto runs = (*workspace)->runs();
    if (!runs)
        return fail(runs.error());
    std::erase_if(*runs, [&](const Run& run) { return !filter->matches(run); });
    if (!flags.sort.empty())
        sort_runs(*runs, flags.sort);
    if (session.json) {
        Json out = Json::array();
        for (const auto& run : *runs)
            out.push_back(to_json(run));
        return print_json(out);
    }
    if (runs->empty()) {
        session.tell(flags.filter.empty() ? "no runs yet: train one with 'tastebench-cli run'" : "no run matches");
        return {};
    }
    return print(as_table(*runs, shown_metric(*runs, flags.sort)));
}

Json with_curves(const Run& run) {
    Json out = to_json(run);
    out["curves"] = to_json(run.curves);
    return out;
}

std::string described(const Run& run) {
    const auto& spec = run.spec;
    std::string out = fmt::format("run {}: {}\n", run.id, tastebench::to_text(run.state));
    const auto line = [&](std::string_view label, const std::string& text) {
        if (!text.empty())
            out += fmt::format("  {:<12}{}\n", label, text);
    };
    line("error", run.error);
    line("model", spec.model);
    line("data", fmt::format("{} ({})", spec.data_name, spec.data_fingerprint));
    line("protocol", describe_protocol(run));
    for (const auto& [name, value] : spec.parameters)
        line("", fmt::format("{} = {}", name, tastebench::to_text(value)));
    line("seed", std::to_string(spec.seed));
    line("created", iso_time(run.created));
    if (run.state == RunState::done) {
        const auto validation =
            run.validation_rows > 0 ? fmt::format(", {} to validate", with_commas(run.validation_rows)) : "";
        line("rows", fmt::format("{} to train{}, {} to test", with_commas(run.train_rows), validation,
                                 with_commas(run.test_rows)));
        line("split", run.split_fingerprint);
        line("time",
             fmt::format("{} to train, {} to evaluate", duration(run.fit_seconds), duration(run.evaluate_seconds)));
        line("memory", memory(run.peak_memory_bytes));
    }
    const auto& e = run.environment;
    line("made by", fmt::format("Tastebench {} ({}, {}), {} threads, {}, {}", e.version, e.variant, e.compiler,
                                e.threads, e.cpu, e.system));
    line("note", spec.note);
    line("again", command_line(spec));
    return run.metrics.empty() ? out : out + '\n' + metrics_table(run);
}

Status show(const Session& session, RunId id) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto run = find_run(**workspace, id);
    if (!run)
        return fail(run.error());
    return session.json ? print_json(with_curves(*run)) : print(described(*run));
}

Json as_json(const std::vector<MetricDifference>& differences) {
    const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
    Json out = Json::array();
    for (const auto& [metric, before, after] : differences)
        out.push_back({{"metric", metric}, {"before", number(before)}, {"after", number(after)}});
    return out;
}

Status rerun(const Session& session, RunId id) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto before = find_run(**workspace, id);
    if (!before)
        return fail(before.error());
    auto data = dataset_of(**workspace, *before);
    if (!data)
        return fail(data.error());
    auto after = train(session, **workspace, **data, before->spec);
    if (!after)
        return fail(after.error());
    const bool comparable = before->state == RunState::done;
    if (!session.json)
        return print(repeat_verdict(*before, *after) + "\n\n" + metrics_table(*after));
    const auto different = comparable ? metric_differences(*before, *after) : std::vector<MetricDifference>();
    Json out = to_json(*after);
    out["rerun_of"] = id;
    out["identical"] = comparable ? Json(different.empty()) : Json();
    out["differences"] = as_json(different);
    return print_json(out);
}

Status go_on(const Session& session, RunId id, const TrainOptions& options) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto stopped = find_run(**workspace, id);
    if (!stopped)
        return fail(stopped.error());
    const auto data = dataset_of(**workspace, *stopped);
    if (!data)
        return fail(data.error());
    const auto run = resume(session, **workspace, **data, *stopped, options);
    if (!run)
        return fail(run.error());
    return session.json ? print_json(to_json(*run))
                        : print(fmt::format("run {} is done\n\n{}", run->id, metrics_table(*run)));
}

struct UpdateFlags {
    RunId id = 0;
    std::string data;
    TrainOptions train;
};

Status bring_up_to_date(const Session& session, const UpdateFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto earlier = load_run(**workspace, flags.id);
    if (!earlier)
        return fail(earlier.error());
    const auto data = (*workspace)->dataset(flags.data);
    if (!data)
        return fail(data.error());
    const auto updated = update(session, **workspace, **data, std::move(*earlier), flags.train);
    if (!updated)
        return fail(updated.error());
    const auto& run = updated->run;
    if (session.json) {
        Json out = to_json(run);
        out["update_of"] = flags.id;
        out["added_rows"] = updated->added;
        out["trained_anew"] = updated->trained_anew.empty() ? Json() : Json(updated->trained_anew);
        return print_json(out);
    }
    const auto how = updated->trained_anew.empty()
                         ? fmt::format("took in {} new training events", with_commas(updated->added))
                         : "trained anew: " + updated->trained_anew;
    return print(fmt::format("run {} is an update of run {}; {}\n\n{}", run.id, flags.id, how, metrics_table(run)));
}

Status remove(const Session& session, RunId id) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto run = find_run(**workspace, id);
    if (!run)
        return fail(run.error());
    if (auto status = (*workspace)->delete_run(id); !status)
        return status;
    return session.json ? print_json(Json{{"deleted", id}}) : print(fmt::format("deleted run {}\n", id));
}

void add_with_id(CLI::App& runs, const Session& session, Action& action, const std::string& name,
                 const std::string& help, Status (*command)(const Session&, RunId)) {
    auto id = std::make_shared<RunId>(0);
    auto* added = runs.add_subcommand(name, help);
    added->add_option("ID", *id, "Number of the run")->required();
    added->callback(
        [&session, &action, id, command] { action = [&session, id, command] { return command(session, *id); }; });
}

} // namespace

void add_runs_commands(CLI::App& app, const Session& session, Action& action) {
    auto* runs =
        app.add_subcommand("runs", "List, show, repeat, resume, update and delete runs")->require_subcommand(1);
    auto flags = std::make_shared<ListFlags>();
    auto* listing = runs->add_subcommand("list", "All runs, newest first");
    listing->add_option("--filter", flags->filter, "Only these, such as: model = sar and ndcg@10 > 0.3");
    listing->add_option("--sort", flags->sort, "By a metric, best first, or by a field such as fit_seconds");
    listing->callback([&, flags] { action = [&session, flags] { return list(session, *flags); }; });
    add_with_id(*runs, session, action, "show", "Everything about one run", show);
    add_with_id(*runs, session, action, "rerun", "Do it again and say whether the digits are the same", rerun);
    auto goes_on = std::make_shared<std::pair<RunId, TrainOptions>>();
    auto* resumed = runs->add_subcommand("resume", "Go on with a run that was stopped, from its last checkpoint");
    resumed->add_option("ID", goes_on->first, "Number of the run")->required();
    add_train_options(*resumed, goes_on->second);
    resumed->callback([&session, &action, goes_on] {
        action = [&session, goes_on] { return go_on(session, goes_on->first, goes_on->second); };
    });
    auto update_flags = std::make_shared<UpdateFlags>();
    auto* updated = runs->add_subcommand("update", "Take new events into a run's model: a new run on newer data");
    updated->add_option("ID", update_flags->id, "Number of the run")->required();
    updated->add_option("--data", update_flags->data, "A data set with the events of the run's, and more")->required();
    add_train_options(*updated, update_flags->train);
    updated->callback([&session, &action, update_flags] {
        action = [&session, update_flags] { return bring_up_to_date(session, *update_flags); };
    });
    add_with_id(*runs, session, action, "delete", "Delete a run and its model", remove);
}

} // namespace tastebench::cli
