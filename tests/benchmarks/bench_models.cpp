// Training and lists of the classical models on one file of interactions (TASTEBENCH_BENCH_FILE): time, peak memory,
// and the work that a plain count gives, so that the report can say which share of the machine is used. `run` beside
// this file sets it up, runs the peers in turn with it and writes the report. TASTEBENCH_BENCH_REPEAT: how often each
// is measured (3).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench_input.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

/// What a plain implementation does: floating-point operations, and bytes read and written if nothing stayed in a
/// cache.
struct Work {
    double flops = 0, bytes = 0;
};

struct Shape {
    double users, items, rows, pairs_of_events;
};

Shape shape() {
    const auto& in = input();
    return {static_cast<double>(in.data->users().size()), static_cast<double>(in.data->items().size()),
            static_cast<double>(in.rows.size()), in.pairs_of_events};
}

struct Case {
    std::string name, model;
    TypedParameters parameters;
    Work (*fit_work)(const Shape&);
    Work (*top_work)(const Shape&) = nullptr; ///< none: no lists are measured
    double confidence = 0;                    ///< above 0: the implicit loss is computed, with this c
};

constexpr double f = 64;
constexpr double iterations = 15;

/// Both sides of one least-squares iteration: Gram matrices, one f x f update a row, one solve a user or item.
Work cholesky(const Shape& s, double rank, double rounds, bool gram) {
    const double sides = s.users + s.items;
    const double flops = (gram ? sides * rank * rank : 0) + 2 * s.rows * rank * (rank + 2) +
                         sides * (rank * rank * rank / 3 + 2 * rank * rank);
    return {rounds * flops, rounds * 2 * s.rows * 4 * rank};
}

Work conjugate_gradient(const Shape& s) {
    constexpr double products = 4; // the first residual and three steps
    const double sides = s.users + s.items;
    const double flops = sides * f * f * (1 + 2 * products) + 2 * s.rows * 4 * f * products;
    return {iterations * flops, iterations * products * 2 * s.rows * 4 * f};
}

Work co_occurrence(const Shape& s) {
    return {s.pairs_of_events, s.pairs_of_events * 8}; // a 4-byte count read and written
}

Work lists_from_all(const Shape& s) {
    return {2 * s.rows * s.items, s.rows * s.items * 4}; // every row of similarities that a user's items have
}

Work lists_from_100(const Shape& s) {
    return {2 * s.rows * 100, s.rows * 100 * 8};
}

Work lists_from_factors(const Shape& s) {
    return {2 * s.users * s.items * f, s.users * s.items * 4};
}

const std::vector<Case>& cases() {
    // An event counts 2, a pair without one 1, as implicit has it with alpha 2.
    static const TypedParameters ials{{"factors", "64"},
                                      {"epochs", "15"},
                                      {"alpha", "2"},
                                      {"confidence", "scaled"},
                                      {"use_values", "false"},
                                      {"unobserved_weight", "1"},
                                      {"regularization", "0.01"},
                                      {"regularization_exponent", "0"}};
    static const auto with = [](TypedParameters all, const char* name, const char* value) {
        all[name] = value;
        return all;
    };
    static const std::vector<Case> list{
        {"sar", "sar", {{"half_life_days", "30"}}, co_occurrence, lists_from_all},
        {"sar100", "sar", {{"half_life_days", "30"}, {"neighbours", "100"}}, co_occurrence, lists_from_100},
        {"itemknn", "itemknn", {{"similarity", "cosine"}, {"neighbours", "100"}}, co_occurrence, lists_from_100},
        {"ials_cg", "ials", with(ials, "solver", "conjugate_gradient"), conjugate_gradient, lists_from_factors, 2},
        {"ials_cholesky", "ials", with(ials, "solver", "cholesky"),
         [](const Shape& s) { return cholesky(s, f, iterations, true); }, nullptr, 2},
        {"als",
         "als",
         {{"factors", "10"}, {"epochs", "15"}},
         [](const Shape& s) { return cholesky(s, 10, iterations, false); }},
        {"svd",
         "svd",
         {{"factors", "100"}, {"epochs", "20"}},
         [](const Shape& s) {
             return Work{20 * s.rows * 10 * 100, 20 * s.rows * 16 * 100}; // two rows of factors read and written
         }},
        {"bpr", "bpr", {{"factors", "64"}, {"epochs", "20"}}, [](const Shape& s) {
             return Work{20 * s.rows * 16 * f, 20 * s.rows * 24 * f};
         }}}; // three rows
    return list;
}

void count(benchmark::State& state, const Work& work) {
    state.counters["flops"] = work.flops;
    state.counters["bytes"] = work.bytes;
    state.counters["peak_mb"] = peak_megabytes();
}

/// The model that was fitted last, so that its lists need no second training.
std::pair<std::string, std::unique_ptr<Recommender>>& kept() {
    static std::pair<std::string, std::unique_ptr<Recommender>> model;
    return model;
}

void keep_fitted(const Case& one) {
    kept() = {};
    kept().second = fit(one.model, one.parameters, *input().data, input().rows);
    kept().first = one.name;
}

void measure_fit(benchmark::State& state, const Case& one) {
    input();
    kept() = {};
    reset_peak();
    for (auto _ : state)
        keep_fitted(one);
    count(state, one.fit_work(shape()));
    if (one.confidence > 0)
        state.counters["loss"] = implicit_loss(*kept().second, one.confidence, 0.01);
}

void measure_top10(benchmark::State& state, const Case& one) {
    if (kept().first != one.name)
        keep_fitted(one);
    Progress progress;
    reset_peak();
    for (auto _ : state)
        benchmark::DoNotOptimize(kept().second->top_k(input().users, {10, true}, parallel(), progress));
    count(state, one.top_work(shape()));
}

void add_cases() {
    const auto once = [](auto* added) {
        added->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->Iterations(1)->Repetitions(repetitions());
        return added;
    };
    for (const auto& one : cases()) {
        once(benchmark::RegisterBenchmark((one.name + "/fit").c_str(), measure_fit, one))->UseRealTime();
        if (one.top_work)
            once(benchmark::RegisterBenchmark((one.name + "/top10").c_str(), measure_top10, one))->UseRealTime();
    }
}

} // namespace

int main(int argc, char** argv) {
    add_cases();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
