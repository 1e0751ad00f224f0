#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/records.h"
#include "app/cli/session.h"
#include "app/cli/settings.h"
#include "app/cli/train.h"

namespace tastebench::cli {

namespace {

struct RunFlags {
    std::string data, model, preset, split, ks = "5,10,20", note;
    std::vector<std::string> settings;
    std::uint64_t seed = 42;
    bool keep_seen = false, sampled = false, estimate = false;
    TrainOptions training;
};

Result<std::vector<std::uint32_t>> read_ks(const std::string& text) {
    std::vector<std::uint32_t> out;
    std::string_view rest = text;
    while (true) {
        const auto comma = std::min(rest.find(','), rest.size());
        std::uint32_t k = 0;
        const auto [stop, code] = std::from_chars(rest.data(), rest.data() + comma, k);
        if (code != std::errc() || stop != rest.data() + comma || k < 1 || k > 1000)
            return usage_error(fmt::format("'{}' is no list of lengths", text), "--k",
                               "give whole numbers from 1 to 1000, such as 5,10,20");
        out.push_back(k);
        if (comma == rest.size())
            break;
        rest.remove_prefix(comma + 1);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

Result<RunSpec> read_spec(const Dataset& data, const RunFlags& flags) {
    const auto model = find_model(flags.model);
    if (!model)
        return fail(model.error());
    RunSpec spec;
    spec.data_name = data.name();
    spec.data_fingerprint = data.fingerprint();
    spec.model = flags.model;
    spec.seed = flags.seed;
    spec.note = flags.note;
    auto parameters = read_settings((*model)->schema, (*model)->id, flags.preset, flags.settings);
    if (!parameters)
        return fail(parameters.error());
    spec.parameters = std::move(*parameters);
    const std::string standard = data.has_times() ? "chrono:0.75" : "random:0.75";
    auto split = SplitRecipe::parse(flags.split.empty() ? standard : flags.split, flags.seed);
    if (!split)
        return fail(split.error());
    spec.split = std::move(*split);
    auto ks = read_ks(flags.ks);
    if (!ks)
        return fail(ks.error());
    spec.evaluation.ks = std::move(*ks);
    spec.evaluation.remove_seen = !flags.keep_seen;
    spec.evaluation.sampled = flags.sampled;
    return spec;
}

Status show_estimate(const Session& session, const Dataset& data, const RunSpec& wanted) {
    const auto spec = prepare_spec(data, wanted);
    if (!spec)
        return fail(spec.error());
    const Parallel parallel(session.threads);
    const auto expected = estimate(data, *spec, parallel.threads());
    if (!expected)
        return fail(expected.error());
    const auto bytes = static_cast<std::uint64_t>(expected->memory_bytes);
    if (session.json)
        return print_json(Json{{"model", spec->model},
                               {"data", spec->data_name},
                               {"split", spec->split.text()},
                               {"parameters", to_json(spec->parameters)},
                               {"threads", parallel.threads()},
                               {"fit_seconds", expected->fit_seconds},
                               {"memory_bytes", bytes}});
    return print(fmt::format("{} on {}: training takes about {} and {} of memory\n", spec->model, spec->data_name,
                             duration(expected->fit_seconds), memory(bytes)));
}

std::string described(const Run& run) {
    const auto changed = changed_parameters(run.spec);
    return fmt::format("run {}: {}{} on {}, {}\n{} rows trained in {}, {} rows tested in {}, {} users, peak {}\n\n{}",
                       run.id, run.spec.model, changed.empty() ? "" : " (" + changed + ")", run.spec.data_name,
                       run.spec.split.text(), with_commas(run.train_rows), duration(run.fit_seconds),
                       with_commas(run.test_rows), duration(run.evaluate_seconds), with_commas(run.users_counted),
                       memory(run.peak_memory_bytes), metrics_table(run));
}

Status run(const Session& session, const RunFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto data = (*workspace)->dataset(flags.data);
    if (!data)
        return fail(data.error());
    auto spec = read_spec(**data, flags);
    if (!spec)
        return fail(spec.error());
    if (flags.estimate)
        return show_estimate(session, **data, *spec);
    auto done = train(session, **workspace, **data, *spec, flags.training);
    if (!done)
        return fail(done.error());
    return session.json ? print_json(to_json(*done)) : print(described(*done));
}

} // namespace

void add_run_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<RunFlags>();
    auto* command = app.add_subcommand("run", "Train a model and measure it");
    command->add_option("--data", flags->data, "Name of the data set")->required()->type_name("NAME");
    command->add_option("--model", flags->model, "Which model; 'models' lists them")->required()->type_name("MODEL");
    command->add_option("--set", flags->settings, "A parameter as name=value; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--preset", flags->preset, "Begin with this preset of the model");
    command->add_option("--split", flags->split,
                        std::string(split_help) + " (default: chrono:0.75, or random:0.75 where there are no times)");
    command->add_option("--seed", flags->seed, "Of the split and the model")->capture_default_str();
    command->add_option("--k", flags->ks, "Lengths of the lists that are measured")->capture_default_str();
    command->add_flag("--keep-seen", flags->keep_seen, "Recommend items that the user already had in training");
    command->add_flag("--sampled", flags->sampled,
                      "With a leave-one-out split: rank each test item among 99 items drawn by lot as well");
    command->add_option("--note", flags->note, "Text kept with the run");
    command->add_flag("--estimate", flags->estimate,
                      "Say how long training would take and how much memory; train nothing");
    add_train_options(*command, flags->training);
    command->callback([&, flags] { action = [&session, flags] { return run(session, *flags); }; });
}

} // namespace tastebench::cli
