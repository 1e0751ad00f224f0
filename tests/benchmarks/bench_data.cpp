// The way of data at 20 million rows: from a CSV file into the workspace, open again, split, checked, described.
// Reads TASTEBENCH_BENCH_20M (user,item,rating,timestamp). The workspace lies in TASTEBENCH_BENCH_FOLDER, or in the
// current folder: a real disk, not memory. `run` beside this file runs pandas on the same file.
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "bench_support.h"
#include "core/data/importer.h"
#include "core/data/statistics.h"
#include "core/split/checks.h"
#include "core/split/split.h"
#include "core/store/workspace.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

std::filesystem::path workspace_file() {
    const char* folder = std::getenv("TASTEBENCH_BENCH_FOLDER");
    return std::filesystem::path(folder != nullptr ? folder : ".") / "bench_data.tastebench";
}

void remove_workspace() {
    for (const char* end : {"", "-wal", "-shm"})
        std::filesystem::remove(workspace_file().string() + end);
}

ImportOptions options() {
    ImportOptions out;
    const char* file = std::getenv("TASTEBENCH_BENCH_20M");
    out.files = {file != nullptr ? file : "20m.csv"};
    out.name = "bench";
    return out;
}

/// Reads the file and stores it: what `data import` does.
void import_into_workspace() {
    auto workspace = must(Workspace::open(workspace_file()));
    Progress progress;
    const auto data = must(import_dataset(options(), parallel(), progress));
    must(workspace->add_dataset(*data, {.parallel = &parallel()}));
}

void import_csv(benchmark::State& state) {
    for (auto _ : state) {
        remove_workspace();
        const auto start = std::chrono::steady_clock::now();
        import_into_workspace();
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    state.counters["peak_mb"] = peak_megabytes();
}

/// Opens what import_csv left, from the file.
void open_workspace(benchmark::State& state) {
    if (!std::filesystem::exists(workspace_file()))
        import_into_workspace();
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        auto workspace = must(Workspace::open(workspace_file()));
        benchmark::DoNotOptimize(must(workspace->dataset("bench")));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    state.counters["peak_mb"] = peak_megabytes();
}

const Dataset& data() {
    static const DatasetPtr made = [] {
        if (!std::filesystem::exists(workspace_file()))
            import_into_workspace();
        return must(must(Workspace::open(workspace_file()))->dataset("bench"));
    }();
    return *made;
}

void split(benchmark::State& state, const char* form) {
    const auto recipe = must(SplitRecipe::parse(form, 42));
    (void)data();
    for (auto _ : state)
        benchmark::DoNotOptimize(must(make_split(data(), recipe, parallel())));
    state.counters["peak_mb"] = peak_megabytes();
}

void checks(benchmark::State& state) {
    const auto made = must(make_split(data(), must(SplitRecipe::parse("chrono:0.75", 42)), parallel()));
    for (auto _ : state)
        benchmark::DoNotOptimize(check_split(data(), made, parallel()));
    state.counters["peak_mb"] = peak_megabytes();
}

void statistics(benchmark::State& state) {
    (void)data();
    for (auto _ : state)
        benchmark::DoNotOptimize(data_statistics(data(), parallel()));
    state.counters["peak_mb"] = peak_megabytes();
}

BENCHMARK(import_csv)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(1)->Repetitions(3);
BENCHMARK(open_workspace)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(1)->Repetitions(5);
BENCHMARK_CAPTURE(split, random, "random:0.8,0.1")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, chrono, "chrono:0.75")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, stratified, "stratified:0.75")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, global, "global:0.8")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, leave_one_out, "loo:last")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, five_folds, "kfold:5:1")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK_CAPTURE(split, users, "users:0.8")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(checks)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);
BENCHMARK(statistics)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);

} // namespace

BENCHMARK_MAIN();
