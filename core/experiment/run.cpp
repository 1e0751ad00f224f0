#include "core/experiment/run.h"

#include <array>
#include <chrono>
#include <fstream>

#include <sys/resource.h>

#include <fmt/format.h>

#include "core/base/shell.h"
#include "core/experiment/curve_names.h"
#include "core/experiment/estimate.h"
#include "core/experiment/execution.h"
#include "core/experiment/fitness.h"
#include "core/experiment/validation.h"

namespace tastebench {

namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 6> state_names{{{RunState::queued, "queued"},
                                                                            {RunState::running, "running"},
                                                                            {RunState::done, "done"},
                                                                            {RunState::failed, "failed"},
                                                                            {RunState::cancelled, "cancelled"},
                                                                            {RunState::interrupted, "interrupted"}}};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Starts the count of the process's greatest memory anew, where the kernel allows it.
void reset_peak_memory() {
    std::ofstream("/proc/self/clear_refs") << '5';
}

Status check_data(const Dataset& data, const RunSpec& spec) {
    if (spec.data_fingerprint == data.fingerprint())
        return {};
    return bad_data(fmt::format("'{}' is not the data that this run was made for", data.name()), "data",
                    "import the original data under its name, or start a new run");
}

std::uint64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.starts_with("VmHWM:"))
            return std::stoull(line.substr(6)) * 1024;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace

std::string_view to_text(RunState state) {
    for (const auto& [value, name] : state_names)
        if (value == state)
            return name;
    return "failed";
}

std::optional<RunState> run_state_from(std::string_view text) {
    for (const auto& [value, name] : state_names)
        if (name == text)
            return value;
    return {};
}

Result<RunSpec> prepare_spec(const Dataset& data, RunSpec spec) {
    auto entry = find_model(spec.model);
    if (!entry)
        return fail(entry.error());
    auto parameters = (*entry)->schema.complete(spec.parameters);
    if (!parameters)
        return fail(parameters.error());
    spec.parameters = std::move(*parameters);
    const auto can = (*entry)->make()->capabilities(spec.parameters);
    if (can.needs_pairs && !data.has_pairs())
        return bad_data(fmt::format("{} recommends items to users, and '{}' has neither: its rows are features and a "
                                    "label",
                                    (*entry)->title, data.name()),
                        "model",
                        "import the data with a column of users and one of items, or choose a model of features");
    if (can.needs_values && data.summary().rated == 0)
        return bad_data(fmt::format("{} learns from ratings, and '{}' has none", (*entry)->title, data.name()), "model",
                        "choose a model that learns from events, such as SAR, or import the data with a rating column");
    if (can.needs_times && !data.has_times())
        return bad_data(fmt::format("a half-life needs times, and '{}' has none", data.name()), "half_life_days",
                        "set half_life_days to 0, or import the data with a time column");
    if (can.needs_features && data.user_features().size() + data.item_features().size() + data.context().size() == 0)
        return bad_data(
            fmt::format("{} learns from features, and '{}' has none beside the ids", (*entry)->title, data.name()),
            "model", "import tables of users or items with the data, or choose a model of ids, such as SVD");
    if (can.needs_texts && !has_item_texts(data))
        return bad_data(fmt::format("{} reads titles, and the items of '{}' have none", (*entry)->title, data.name()),
                        "model", "import the data with a table of items that has titles or texts");
    if (auto status = check_recipe(data, spec.split); !status)
        return fail(status.error());
    if (const auto patience = spec.parameters.find("patience");
        patience != spec.parameters.end() && std::get<std::int64_t>(patience->second) > 0 && !spec.split.validates())
        return usage_error("early stopping needs validation rows", "patience",
                           "choose a split with a validation share, such as chrono:0.7,0.1, or set patience to 0");
    if (spec.split.validates())
        if (auto status = check_watched(data, **entry, spec.parameters); !status)
            return fail(status.error());
    if (spec.evaluation.sampled && spec.split.kind != SplitKind::loo)
        return usage_error("sampled metrics rank the one test item of each user", "sampled",
                           "choose the split loo:last or loo:random, or measure full lists alone");
    auto& ks = spec.evaluation.ks;
    std::sort(ks.begin(), ks.end());
    ks.erase(std::unique(ks.begin(), ks.end()), ks.end());
    if (ks.empty() || ks.front() < 1 || ks.back() > 1000)
        return usage_error("the list lengths are out of range", "k", "give whole numbers from 1 to 1000, such as 5,10");
    spec.data_name = data.name();
    spec.data_fingerprint = data.fingerprint();
    return spec;
}

Result<RunSpec> prepare_again(const Dataset& data, RunSpec spec) {
    if (auto status = check_data(data, spec); !status)
        return fail(status.error());
    return prepare_spec(data, std::move(spec));
}

Result<RunOutcome> execute(const Dataset& data, const RunSpec& spec, const Parallel& parallel, Progress& progress,
                           CheckpointKeeper* checkpoints, double checkpoint_seconds) {
    return execute_with(data, spec, parallel, progress, checkpoints, checkpoint_seconds,
                        [&](std::unique_ptr<Recommender>& model, const TrainingData& training, const Split&,
                            FitContext& context) { return model->fit(training, spec.parameters, context); });
}

Result<RunOutcome> execute_with(const Dataset& data, const RunSpec& spec, const Parallel& parallel, Progress& progress,
                                CheckpointKeeper* checkpoints, double checkpoint_seconds, const Train& train) {
    if (auto status = check_data(data, spec); !status)
        return fail(status.error());
    auto entry = find_model(spec.model);
    if (!entry)
        return fail(entry.error());
    reset_peak_memory();
    RunOutcome out;
    out.run.spec = spec;
    out.run.environment = current_environment(parallel.threads());
    progress.begin("Splitting", 0);
    auto split = make_split(data, spec.split, parallel);
    if (!split)
        return fail(split.error());
    out.run.split_fingerprint = split->fingerprint;
    out.run.train_rows = split->train.size();
    out.run.validation_rows = split->validation.size();
    out.run.test_rows = split->test.size();
    out.model = (*entry)->make();
    const auto can = out.model->capabilities(spec.parameters);
    if (auto status = check_memory(out.model->cost(shape_of(data, split->train.size()), spec.parameters)); !status)
        return fail(status.error());

    const auto fit_start = std::chrono::steady_clock::now();
    {
        const TrainingData training(data, split->train, &parallel);
        const SplitValidator validator(data, *split, can, spec.evaluation.remove_seen, parallel, progress);
        FitContext context{progress,    parallel,          spec.seed, split->validation.empty() ? nullptr : &validator,
                           checkpoints, checkpoint_seconds};
        if (auto status = train(out.model, training, *split, context); !status)
            return fail(status.error());
    }
    out.run.fit_seconds = seconds_since(fit_start);
    if (progress.cancelled())
        return cancelled_error();

    const auto evaluate_start = std::chrono::steady_clock::now();
    auto evaluation = evaluate(*out.model, can, data, *split, spec.evaluation, parallel, progress);
    if (!evaluation)
        return fail(evaluation.error());
    out.run.evaluate_seconds = seconds_since(evaluate_start);
    out.evaluation = std::move(*evaluation);
    out.run.metrics = out.evaluation.metrics;
    out.run.users_counted = out.evaluation.users.size();
    out.run.rated_test_rows = out.evaluation.rated_test_rows;
    out.run.curves = progress.curves();
    for (const auto& bin : out.evaluation.calibration) {
        out.run.curves.push_back({std::string(calibration_series), bin.predicted, bin.positive});
        out.run.curves.push_back({std::string(calibration_rows_series), bin.predicted, static_cast<double>(bin.rows)});
    }
    out.run.peak_memory_bytes = peak_memory();
    out.run.state = RunState::done;
    return out;
}

Result<std::unique_ptr<Recommender>> load_model(std::string_view model_id, std::span<const std::byte> bytes) {
    auto entry = find_model(model_id);
    if (!entry)
        return fail(entry.error());
    auto model = (*entry)->make();
    Reader reader(bytes);
    if (auto status = model->load(reader); !status)
        return fail(status.error());
    return model;
}

std::string describe_protocol(const Run& run) {
    if (run.state != RunState::done || run.users_counted > 0)
        return describe_protocol(run.spec.split, run.spec.evaluation);
    return describe_split(run.spec.split) + " Every test row with a label counts; nobody is recommended anything.";
}

std::string command_line(const RunSpec& spec) {
    std::string out =
        fmt::format("tastebench-cli run --data {} --model {}", shell_quote(spec.data_name), shell_quote(spec.model));
    const auto entry = find_model(spec.model);
    const Parameters defaults = entry ? (*entry)->schema.defaults() : Parameters();
    for (const auto& [name, value] : spec.parameters) {
        const auto standard = defaults.find(name);
        if (standard == defaults.end() || standard->second != value)
            out += fmt::format(" --set {}", shell_quote(name + "=" + to_text(value)));
    }
    out += fmt::format(" --split {} --seed {} --k {}", shell_quote(spec.split.text()), spec.seed,
                       fmt::join(spec.evaluation.ks, ","));
    if (!spec.evaluation.remove_seen)
        out += " --keep-seen";
    if (spec.evaluation.sampled)
        out += " --sampled";
    return out;
}

} // namespace tastebench
