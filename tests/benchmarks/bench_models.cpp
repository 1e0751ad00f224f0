// Training and lists of the classical models on one file of interactions (TASTEBENCH_BENCH_FILE), and models of
// features on one of clicks (TASTEBENCH_BENCH_CTR, as gen_ctr.py writes it): time, peak memory, and the work that a
// plain count gives, so that the report can say which share of the machine is used. `run` beside this file sets it up,
// runs the peers in turn with it and writes the report. TASTEBENCH_BENCH_REPEAT: how often each is measured (3).
#include <numeric>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench_input.h"
#include "core/base/rng.h"
#include "core/eval/evaluate.h"

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

/// A model of clicks, and how many passes the rate is taken from.
struct ClickCase {
    std::string name, model;
    TypedParameters parameters;
    int passes;
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
        {"fm", "fm", {{"task", "clicks"}, {"learner", "sgd"}, {"factors", "10"}, {"numbers", "log"}}, 10},
        {"widedeep", "widedeep", network("256"), 5},
        {"widedeep_4096", "widedeep", network("4096"), 5},
        {"deepfm", "deepfm", network("256"), 5},
        {"deepfm_4096", "deepfm", network("4096"), 5},
        {"xdeepfm", "xdeepfm",
         network("256", {{"cin", "128,128"}, {"cin_activation", "relu"}, {"split_half", "false"}}), 1}};
    return list;
}

/// Click data: the first four fifths train, the rest test, as peers_torch.py cuts them. The rate is that of the passes
/// alone, from the difference of some passes, since reading the fields into codes is not in the peer's figure either.
void measure_clicks(benchmark::State& state, const ClickCase& one) {
    static const DatasetPtr data = import_named("TASTEBENCH_BENCH_CTR");
    static const Split split = [] {
        Split cut;
        const auto n = static_cast<RowIx>(data->interactions().size());
        for (RowIx row = 0; row < n; ++row)
            (row < n / 5 * 4 ? cut.train : cut.test).push_back(row);
        return cut;
    }();
    const auto passes = [&](int epochs) {
        const auto start = std::chrono::steady_clock::now();
        auto parameters = one.parameters;
        parameters["epochs"] = std::to_string(epochs);
        auto model = fit(one.model, parameters, *data, split.train);
        return std::pair(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                         std::move(model));
    };
    reset_peak();
    for (auto _ : state) {
        const auto [first, model] = passes(1);
        const auto all = passes(1 + one.passes).first;
        const double rate = one.passes * static_cast<double>(split.train.size()) / (all - first);
        state.SetIterationTime(first);
        state.counters["samples_per_s"] = rate;
        Capabilities can;
        can.recommends = false;
        can.predicts_clicks = true;
        Progress progress;
        state.counters["auc"] = must(evaluate(*model, can, *data, split, {}, parallel(), progress)).metrics["auc"];
    }
    state.counters["peak_mb"] = peak_megabytes();
}

/// NeuMF of 8 factors and layers of 64-32-16-8 on the file of interactions, four negatives to a positive. The rate is
/// that of the passes alone, as with FM; GFLOP/s count the products of the layers forward, backward and for the
/// weights.
void measure_ncf(benchmark::State& state, const char* batch) {
    const auto passes = [&](const char* epochs) {
        const auto start = std::chrono::steady_clock::now();
        fit("ncf", {{"factors", "8"}, {"layers", "64,32,16,8"}, {"batch", batch}, {"epochs", epochs}}, *input().data,
            input().rows);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    input();
    reset_peak();
    for (auto _ : state) {
        const double one = passes("1");
        const double three = passes("3");
        const double rate = 2 * 5 * static_cast<double>(input().rows.size()) / (three - one);
        state.SetIterationTime(one);
        state.counters["samples_per_s"] = rate;
        state.counters["gflops"] = rate * 6 * (64 * 32 + 32 * 16 + 16 * 8 + 16) * 1e-9;
    }
    state.counters["peak_mb"] = peak_megabytes();
}

/// News at random, as peers_torch.py has them: 2,000 titles of 10 words out of 20,000, each with one of 10,000
/// entities; people who clicked 40 of them and left 20.
DatasetPtr random_news() {
    constexpr std::uint32_t news = 2000, length = 10, words = 20'000, entities = 10'000, people = 100, clicked = 40,
                            shown = 60;
    Rng rng(1);
    const auto numbered = [](std::uint32_t n) {
        StringColumn out;
        for (std::uint32_t i = 0; i < n; ++i)
            out.push_back(std::to_string(i));
        return out;
    };
    DatasetParts parts;
    parts.name = "random news";
    parts.users = IdMap(numbered(people));
    parts.items = IdMap(numbered(news));
    for (std::uint32_t i = 0; i < entities; ++i)
        parts.graph.entities.push_back(fmt::format("entity{}", i));
    for (ItemIx item = 0; item < news; ++item) {
        std::string title;
        for (std::uint32_t p = 0; p < length; ++p) {
            title += fmt::format("word{} ", rng.below(words));
            // Those of one title differ, or they would be fewer than its words.
            parts.graph.links.push_back({item, p * (entities / length) + rng.below(entities / length)});
        }
        parts.item_titles.push_back(title);
    }
    std::vector<ItemIx> all(news);
    std::iota(all.begin(), all.end(), ItemIx{0});
    for (UserIx user = 0; user < people; ++user) {
        rng.shuffle(std::span(all));
        for (std::uint32_t i = 0; i < shown; ++i) {
            parts.interactions.user.push_back(user);
            parts.interactions.item.push_back(all[i]);
            parts.interactions.value.push_back(i < clicked ? 1.0F : 0.0F);
        }
    }
    return must(Dataset::make(std::move(parts)));
}

/// The rate is that of the passes alone, as with FM; the operations are those of convolving every title of every sample
/// in full, with its entities transformed, forward, backward and for the weights.
void measure_dkn(benchmark::State& state) {
    static const DatasetPtr data = random_news();
    std::vector<RowIx> rows(data->interactions().size());
    std::iota(rows.begin(), rows.end(), RowIx{0});
    const auto passes = [&](const char* epochs) {
        const auto start = std::chrono::steady_clock::now();
        fit("dkn",
            {{"word_dim", "100"},
             {"entity_dim", "100"},
             {"filters", "100"},
             {"attention", "100"},
             {"layers", "100"},
             {"batch", "100"},
             {"negatives", "0"},
             {"dropout", "0"},
             {"epochs", epochs}},
            *data, rows);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    reset_peak();
    for (auto _ : state) {
        const double one = passes("1");
        const double three = passes("3");
        state.SetIterationTime(one);
        state.counters["samples_per_s"] = 2 * static_cast<double>(rows.size()) / (three - one);
    }
    constexpr double windows = 10 * 1 + 9 * 2 + 8 * 3; // of one title, in words
    state.counters["flops_per_sample"] = 6.0 * 31 * (windows * 200 * 100 + 10 * 100 * 100) + 6.0 * 30 * 600 * 100;
    state.counters["peak_mb"] = peak_megabytes();
}

int repetitions() {
    const char* given = std::getenv("TASTEBENCH_BENCH_REPEAT");
    return given ? std::atoi(given) : 3;
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
    for (const auto& one : click_cases())
        once(benchmark::RegisterBenchmark((one.name + "/fit").c_str(), measure_clicks, one))->UseManualTime();
    once(benchmark::RegisterBenchmark("dkn_100/fit", measure_dkn))->UseManualTime();
    for (const char* batch : {"256", "4096"})
        once(benchmark::RegisterBenchmark((std::string("ncf/batch") + batch).c_str(), measure_ncf, batch))
            ->UseManualTime();
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
