// Training rates of the models that learn from samples one by one: FM and the networks, on clicks
// (TASTEBENCH_BENCH_CTR, as gen_ctr.py writes it), interactions (TASTEBENCH_BENCH_FILE) or made-up news. A rate is that
// of the passes alone, from the difference between a short and a long training, since what comes before them (reading
// fields into codes, laying out rows) is not in the peers' figures either. `run` beside this file sets it up, runs the
// peers in turn with it and writes the report. TASTEBENCH_BENCH_REPEAT: how often each is measured (3).
#include <chrono>
#include <numeric>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench_input.h"
#include "core/eval/evaluate.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

/// A training of `first` epochs and one of `first + more`.
struct Passes {
    int first = 1, more = 2;
};

struct Rate {
    double first_seconds = 0, samples_per_second = 0;
};

/// `look` is given the model after the short training, which is gone before the long one: the peak is that of one.
template <typename Look>
Rate rate_of(const std::string& model, const TypedParameters& given, const Dataset& data, std::span<const RowIx> rows,
             double samples, Passes passes, const Look& look) {
    const auto train = [&](int epochs, bool looked_at) {
        auto parameters = given;
        parameters["epochs"] = std::to_string(epochs);
        const auto start = std::chrono::steady_clock::now();
        const auto fitted = fit(model, parameters, data, rows);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (looked_at)
            look(*fitted);
        return seconds;
    };
    const double first = train(passes.first, true);
    const double all = train(passes.first + passes.more, false);
    return {first, passes.more * samples / (all - first)};
}

constexpr auto unseen = [](const Recommender&) {};

void count(benchmark::State& state, const Rate& rate, double flops_per_sample) {
    state.SetIterationTime(rate.first_seconds);
    state.counters["samples_per_s"] = rate.samples_per_second;
    state.counters["flops_per_sample"] = flops_per_sample;
    state.counters["peak_mb"] = peak_megabytes();
}

std::vector<RowIx> all_rows(const Dataset& data) {
    std::vector<RowIx> rows(data.interactions().size());
    std::iota(rows.begin(), rows.end(), RowIx{0});
    return rows;
}

/// Operations of a product of a sample with a matrix, forward, backward and for the weights.
constexpr double products(double in, double out) {
    return 6 * in * out;
}

constexpr double fields = 26;
constexpr double numbers = 13;
constexpr double dim = 10;
constexpr double deep = products(fields * dim + numbers, 256) + products(256, 256) + products(256, 1);
constexpr double cin = dim * (products(fields * fields, 128) + products(128 * fields, 128));

struct ClickCase {
    std::string name, model;
    TypedParameters parameters;
    int passes;
    double flops; ///< of a sample
};

const std::vector<ClickCase>& click_cases() {
    // As peers_torch.py has it: embeddings of 10 for the categories, numbers in the linear and the deep part alone.
    static const auto network = [](const char* batch, TypedParameters more = {}) {
        TypedParameters all{{"task", "clicks"},
                            {"dim", "10"},
                            {"deep", "256,256"},
                            {"number_fields", "plain"},
                            {"batch", batch},
                            {"numbers", "log"},
                            {"embedding_regularization", "0"}};
        all.merge(more);
        return all;
    };
    static const std::vector<ClickCase> list{
        {"fm", "fm", {{"task", "clicks"}, {"learner", "sgd"}, {"factors", "10"}, {"numbers", "log"}}, 10, 0},
        {"widedeep_256", "widedeep", network("256"), 5, deep},
        {"widedeep_4096", "widedeep", network("4096"), 5, deep},
        {"deepfm_256", "deepfm", network("256"), 5, deep},
        {"deepfm_4096", "deepfm", network("4096"), 5, deep},
        {"xdeepfm_256", "xdeepfm",
         network("256", {{"cin", "128,128"}, {"cin_activation", "relu"}, {"split_half", "false"}}), 1, deep + cin}};
    return list;
}

/// Click data: the first four fifths train, the rest test, as peers_torch.py cuts them.
void measure_clicks(benchmark::State& state, const ClickCase& one) {
    static const DatasetPtr data = import_named("TASTEBENCH_BENCH_CTR");
    static const Split split = [] {
        Split cut;
        const auto n = static_cast<RowIx>(data->interactions().size());
        for (RowIx row = 0; row < n; ++row)
            (row < n / 5 * 4 ? cut.train : cut.test).push_back(row);
        return cut;
    }();
    reset_peak();
    for (auto _ : state) {
        const auto rate =
            rate_of(one.model, one.parameters, *data, split.train, static_cast<double>(split.train.size()),
                    {1, one.passes}, [&](const Recommender& model) {
                        Capabilities can;
                        can.recommends = false;
                        can.predicts_clicks = true;
                        Progress progress;
                        state.counters["auc"] =
                            must(evaluate(model, can, *data, split, {}, parallel(), progress)).metrics["auc"];
                    });
        count(state, rate, one.flops);
    }
}

/// NeuMF of 8 factors and layers of 64-32-16-8, four negatives to a positive.
void measure_ncf(benchmark::State& state, const char* batch) {
    const auto& in = input();
    reset_peak();
    for (auto _ : state)
        count(state,
              rate_of("ncf", {{"factors", "8"}, {"layers", "64,32,16,8"}, {"batch", batch}}, *in.data, in.rows,
                      5 * static_cast<double>(in.rows.size()), {}, unseen),
              products(64, 32) + products(32, 16) + products(16, 8) + products(16, 1));
}

/// The operations are those of convolving every title of every sample in full, with its entities transformed.
void measure_dkn(benchmark::State& state) {
    static const DatasetPtr data = random_news();
    static const auto rows = all_rows(*data);
    const TypedParameters parameters{{"word_dim", "100"},  {"entity_dim", "100"}, {"filters", "100"},
                                     {"attention", "100"}, {"layers", "100"},     {"batch", "100"},
                                     {"negatives", "0"},   {"dropout", "0"}};
    constexpr double windows = 10 * 1 + 9 * 2 + 8 * 3; // of one title, in words
    reset_peak();
    for (auto _ : state)
        count(state, rate_of("dkn", parameters, *data, rows, static_cast<double>(rows.size()), {}, unseen),
              31 * (windows * products(200, 100) + 10 * products(100, 100)) + 30 * products(600, 100));
}

void add_cases() {
    const auto once = [](auto* added) {
        added->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->Iterations(1)->Repetitions(repetitions());
        added->UseManualTime();
    };
    for (const auto& one : click_cases())
        once(benchmark::RegisterBenchmark((one.name + "/fit").c_str(), measure_clicks, one));
    for (const char* batch : {"256", "4096"})
        once(benchmark::RegisterBenchmark(fmt::format("ncf_{}/fit", batch).c_str(), measure_ncf, batch));
    once(benchmark::RegisterBenchmark("dkn_100/fit", measure_dkn));
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
