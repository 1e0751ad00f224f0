// Import, SAR and SVD on one CSV file (TASTEBENCH_BENCH_FILE), with the peak memory of each.
// `run` beside this file sets it up, runs the peers in turn with it and writes the report.
#include <cstdio>
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "bench_support.h"
#include "core/data/importer.h"
#include "core/experiment/run.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

Result<DatasetPtr> import_file(const Parallel& parallel) {
    ImportOptions options;
    if (const char* file = std::getenv("TASTEBENCH_BENCH_FILE"))
        options.files = {file};
    Progress progress;
    return import_dataset(options, parallel, progress);
}

struct Input {
    Parallel parallel{threads};
    DatasetPtr data;
    std::vector<RowIx> rows;
    std::vector<UserIx> users;

    Input() {
        auto read = import_file(parallel);
        if (!read) {
            std::fprintf(stderr, "%s\n", read.error().text().c_str());
            std::exit(3);
        }
        data = *read;
        for (RowIx row = 0; row < data->interactions().size(); ++row)
            rows.push_back(row);
        for (UserIx user = 0; user < data->users().size(); ++user)
            users.push_back(user);
    }
};

const Input& input() {
    static const Input made;
    return made;
}

/// A fresh model fitted on all rows.
std::unique_ptr<Recommender> fit(const char* id, const Parameters& given) {
    const auto* entry = *find_model(id);
    auto model = entry->make();
    Progress progress;
    FitContext context{progress, input().parallel, 1};
    if (auto status = model->fit(TrainingData(*input().data, input().rows, &input().parallel), *entry->schema.complete(given), context);
        !status) {
        std::fprintf(stderr, "%s\n", status.error().text().c_str());
        std::exit(4);
    }
    return model;
}

const Parameters sar_settings{{"half_life_days", 30.0}};

void import_csv(benchmark::State& state) {
    const Parallel parallel(threads);
    reset_peak();
    for (auto _ : state)
        benchmark::DoNotOptimize(import_file(parallel));
    state.counters["peak_mb"] = peak_megabytes();
}

void sar_fit(benchmark::State& state) {
    input();
    reset_peak();
    for (auto _ : state)
        benchmark::DoNotOptimize(fit("sar", sar_settings));
    state.counters["peak_mb"] = peak_megabytes();
}

void sar_top10_all_users(benchmark::State& state) {
    const auto model = fit("sar", sar_settings);
    Progress progress;
    reset_peak();
    for (auto _ : state)
        benchmark::DoNotOptimize(model->top_k(input().users, {10, true}, input().parallel, progress));
    state.counters["peak_mb"] = peak_megabytes();
}

void svd_fit_f100_20_epochs(benchmark::State& state) {
    input();
    reset_peak();
    for (auto _ : state)
        benchmark::DoNotOptimize(fit("svd", {}));
    state.counters["peak_mb"] = peak_megabytes();
}

BENCHMARK(import_csv)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3)->Repetitions(3);
BENCHMARK(sar_fit)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);
BENCHMARK(sar_top10_all_users)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);
BENCHMARK(svd_fit_f100_20_epochs)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1)->Repetitions(3);

} // namespace

BENCHMARK_MAIN();
