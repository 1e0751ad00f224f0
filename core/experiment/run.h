// A run: one model trained and evaluated once, and everything needed to do it again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/parameters.h"
#include "core/base/progress.h"
#include "core/eval/evaluate.h"

namespace tastebench {

using RunId = std::int64_t; ///< 0 = not stored yet

enum class RunState { queued, running, done, failed, cancelled, interrupted };
std::string_view to_text(RunState state);
std::optional<RunState> run_state_from(std::string_view text);

struct Environment {
    std::string version; ///< of Tastebench
    std::string variant; ///< "x86-64-v3" or "baseline": digits may differ between variants
    std::string compiler, cpu, system;
    int threads = 0;
};
Environment current_environment(int threads);

/// What the user asked for.
struct RunSpec {
    std::string data_name;
    std::string data_fingerprint;
    std::string model;
    Parameters parameters; ///< complete
    SplitRecipe split;
    EvalOptions evaluation;
    std::uint64_t seed = 42;
    std::string note;
};

/// What is recorded. Metrics and curves are filled when it is done.
struct Run {
    RunId id = 0;
    RunSpec spec;
    RunState state = RunState::queued;
    std::string error; ///< failed only
    Environment environment;
    std::int64_t created = 0, started = 0, finished = 0; ///< Unix seconds, 0 = not yet
    std::string split_fingerprint; ///< of the rows on each side; empty in runs stored before it was kept
    std::uint64_t train_rows = 0, validation_rows = 0, test_rows = 0;
    double fit_seconds = 0, evaluate_seconds = 0;
    std::uint64_t peak_memory_bytes = 0; ///< of the process while the run went on
    std::map<std::string, double> metrics;
    Curves curves;
    std::uint64_t users_counted = 0, rated_test_rows = 0;
};

/// A finished run with its model and per-user values.
struct RunOutcome {
    Run run;
    Evaluation evaluation;
    std::unique_ptr<Recommender> model;
};

/// Checks model, parameters and data against each other before anything is trained.
Result<RunSpec> prepare_spec(const Dataset& data, RunSpec spec);
/// The same for the spec of a stored run, which is to be trained on the data that it was made for.
Result<RunSpec> prepare_again(const Dataset& data, RunSpec spec);

/// What a run will take on this machine, before it is started.
struct RunEstimate {
    double memory_bytes = 0; ///< at the peak of training, beside the data set
    double fit_seconds = 0;  ///< with this many threads
};
/// From the model's cost(), scaled by the speed of this machine (measured once, in a few milliseconds). Splitting and
/// evaluation are not in it.
Result<RunEstimate> estimate(const Dataset& data, const RunSpec& spec, int threads);

/// Least time between two checkpoints of a run.
inline constexpr double standard_checkpoint_seconds = 20;

/// Splits, trains, evaluates. Same spec, same digits, on any number of threads, and if it is resumed from one of the
/// checkpoints (none: neither kept nor resumed). run_failed before training where the memory of the machine is too
/// small for the model's cost().
Result<RunOutcome> execute(const Dataset& data, const RunSpec& spec, const Parallel& parallel, Progress& progress,
                           CheckpointKeeper* checkpoints = nullptr,
                           double checkpoint_seconds = standard_checkpoint_seconds);
/// Makes a model ready from stored bytes.
Result<std::unique_ptr<Recommender>> load_model(std::string_view model_id, std::span<const std::byte> bytes);

/// How the run was measured: describe_protocol() of its spec, without the lists where none were made since the data has
/// no users and items.
std::string describe_protocol(const Run& run);

/// The command line that repeats the run: "tastebench-cli run --data ... --model ...".
std::string command_line(const RunSpec& spec);

} // namespace tastebench
