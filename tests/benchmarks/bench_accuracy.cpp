// Runs a plan of accuracy_plan.h and adds one JSON line for each run to a file. Runs that the file already has are left
// out, so it can be stopped and started again; report_accuracy.py makes the tables.
//
//   tastebench-bench-accuracy PLAN.json OUT.jsonl [WORD]   only runs of the model WORD, or with WORD in title or
//   section tastebench-bench-accuracy PLAN.json                    only checks every model, parameter and split of the
//   plan
#include <chrono>
#include <set>

#include <fmt/chrono.h>

#include "accuracy_plan.h"
#include "bench_support.h"
#include "core/data/importer.h"
#include "core/experiment/run.h"
#include "tests/support.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

using nlohmann::json;

Result<DatasetPtr> import_whole(const std::string& file, const std::string& test_file) {
    ImportOptions options;
    options.files = {test_data_folder() / file};
    if (!test_file.empty())
        options.test_files = {test_data_folder() / test_file};
    Progress progress;
    return import_dataset(options, parallel(), progress);
}

/// The same users and items without the listed rows.
Result<DatasetPtr> without_rows(const Dataset& data, const std::string& row_list) {
    SplitRecipe recipe = must(SplitRecipe::parse("rows:" + (reference_values_folder() / row_list).string(), 0));
    const auto split = make_split(data, recipe);
    if (!split)
        return fail(split.error());
    DatasetParts parts = data.parts();
    parts.name += ", training rows";
    parts.context.clear();
    parts.fixed_test.clear();
    const auto keep = [&](auto& column) {
        if (column.empty())
            return;
        for (std::size_t at = 0; at < split->train.size(); ++at)
            column[at] = column[split->train[at]];
        column.resize(split->train.size());
    };
    keep(parts.interactions.user);
    keep(parts.interactions.item);
    keep(parts.interactions.value);
    keep(parts.interactions.time);
    keep(parts.interactions.event);
    return Dataset::make(std::move(parts), &parallel());
}

Result<SplitRecipe> read_split(const PlannedRun& run) {
    constexpr std::string_view listed = "rows:";
    if (!run.split.starts_with(listed))
        return SplitRecipe::parse(run.split, run.seed);
    const auto name = run.split.substr(listed.size());
    auto recipe = SplitRecipe::parse("rows:" + (reference_values_folder() / name).string(), run.seed);
    if (recipe)
        recipe->rows_file = name;
    return recipe;
}

/// The complete spec, or why there is none; the error says which run of the plan it is.
Result<RunSpec> prepare(const Dataset& data, const PlannedRun& run) {
    const auto refuse = [&](Error error) {
        error.where = fmt::format("{}, {}{}{}", run.section, run.title, error.where.empty() ? "" : ": ", error.where);
        return fail(std::move(error));
    };
    const auto entry = find_model(run.model);
    if (!entry)
        return refuse(entry.error());
    RunSpec spec;
    spec.model = run.model;
    spec.seed = run.seed;
    spec.evaluation.ks = {10};
    spec.evaluation.sampled = run.sampled;
    for (const auto& [name, text] : run.parameters) {
        auto value = (*entry)->schema.parse(name, text);
        if (!value)
            return refuse(value.error());
        spec.parameters[name] = std::move(*value);
    }
    auto split = read_split(run);
    if (!split)
        return refuse(split.error());
    spec.split = std::move(*split);
    auto prepared = prepare_spec(data, std::move(spec));
    if (!prepared)
        return refuse(prepared.error());
    return prepared;
}

json line_of(const PlannedRun& planned, const Run& run) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    json line = planned.key();
    line["date"] = fmt::format("{:%Y-%m-%d}", now);
    line["cpu"] = run.environment.cpu;
    line["variant"] = run.environment.variant;
    line["threads"] = run.environment.threads;
    line["protocol"] = describe_protocol(run.spec.split, run.spec.evaluation);
    line["train_rows"] = run.train_rows;
    line["test_rows"] = run.test_rows;
    line["users"] = run.users_counted;
    line["fit_seconds"] = run.fit_seconds;
    line["evaluate_seconds"] = run.evaluate_seconds;
    line["peak_mb"] = run.peak_memory_bytes >> 20;
    line["metrics"] = run.metrics;
    return line;
}

std::set<std::string> read_keys(const std::string& file) {
    std::set<std::string> keys;
    std::ifstream in(file);
    for (std::string text; std::getline(in, text);) {
        const auto line = json::parse(text, nullptr, false);
        if (line.is_object() && line.contains("metrics"))
            keys.insert(json{{"model", line["model"]},
                             {"parameters", line["parameters"]},
                             {"split", line["split"]},
                             {"seed", line["seed"]}}
                            .dump());
    }
    return keys;
}

bool wanted(const PlannedRun& run, const std::string& word) {
    return run.model == word || run.title.find(word) != std::string::npos ||
           run.section.find(word) != std::string::npos;
}

/// Failed runs are told and left out; true if there were none.
bool run_all(const Dataset& data, const Plan& plan, const std::string& file, const std::string& word) {
    auto done = read_keys(file);
    std::ofstream out(file, std::ios::app);
    bool sound = true;
    std::size_t at = 0;
    for (const auto& planned : plan.runs) {
        ++at;
        if (!wanted(planned, word) || !done.insert(planned.key().dump()).second)
            continue;
        Progress progress;
        const auto outcome = execute(data, must(prepare(data, planned)), parallel(), progress);
        if (!outcome) {
            fmt::print(stderr, "{}: {}\n", planned.title, outcome.error().text());
            sound = false;
            continue;
        }
        const auto line = line_of(planned, outcome->run);
        out << line.dump() << std::endl; // a line at a time, so that a stop loses one run at most
        const auto& metrics = outcome->run.metrics;
        const auto shown = [&](const char* name) { return metrics.contains(name) ? metrics.at(name) : 0.0; };
        fmt::print(stderr, "{}/{} {} {} seed {}: {:.2f} s, ndcg@10 {:.4f}, rmse {:.4f}\n", at, plan.runs.size(),
                   planned.title, line["parameters"].dump(), planned.seed, outcome->run.fit_seconds, shown("ndcg@10"),
                   shown("rmse"));
    }
    return sound && static_cast<bool>(out);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 4) {
        fmt::print(stderr, "usage: {} PLAN.json [OUT.jsonl [WORD]]\n", argv[0]);
        return 2;
    }
    const auto plan = must(read_plan(argv[1]));
    auto data = must(import_whole(plan.data, plan.test_data));
    if (!plan.hold_out.empty())
        data = must(without_rows(*data, plan.hold_out));
    // All of them before the first, so that a slip in the plan does not show after an hour.
    const std::string word = argc == 4 ? argv[3] : "";
    for (const auto& run : plan.runs)
        if (wanted(run, word))
            must(prepare(*data, run));
    if (argc == 2)
        return 0;
    return run_all(*data, plan, argv[2], word) ? 0 : 4;
}
