// How long a model goes on after it is asked to stop: each is trained with its own defaults on the interactions of
// TASTEBENCH_BENCH_FILE, models of features on the clicks of TASTEBENCH_BENCH_CTR, and cancelled at several moments.
// One JSON line a model; what reads titles is left out.
#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "bench_input.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr double moments[] = {10, 50, 200, 700, 2000}; // milliseconds after the start

/// Milliseconds from the cancel to the end, or none where training was over before.
std::optional<double> wait_after(const ModelEntry& entry, const Parameters& parameters, const Dataset& data,
                                 std::span<const RowIx> rows, double moment) {
    const auto model = entry.make();
    Progress progress;
    FitContext context{progress, parallel(), 42};
    Clock::time_point ended;
    Status status;
    std::thread worker([&] {
        status = model->fit(TrainingData(data, rows, &parallel()), parameters, context);
        ended = Clock::now();
    });
    std::this_thread::sleep_for(Milliseconds(moment));
    const auto asked = Clock::now();
    progress.cancel();
    worker.join();
    if (!status && status.error().kind != ErrorKind::cancelled)
        must(status);
    if (ended <= asked)
        return std::nullopt;
    return Milliseconds(ended - asked).count();
}

void measure(const ModelEntry& entry, const Parameters& parameters, const Dataset& data, std::span<const RowIx> rows) {
    double worst = 0;
    double worst_at = 0;
    int cancelled = 0;
    for (const double moment : moments) {
        const auto waited = wait_after(entry, parameters, data, rows, moment);
        if (!waited)
            break;
        ++cancelled;
        if (*waited > worst) {
            worst = *waited;
            worst_at = moment;
        }
    }
    fmt::print(
        "{{\"model\": \"{}\", \"title\": \"{}\", \"cancelled\": {}, \"worst_ms\": {:.1f}, \"worst_at_ms\": {}}}\n",
        entry.id, entry.title, cancelled, worst, worst_at);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const auto clicks = import_named("TASTEBENCH_BENCH_CTR");
    std::vector<RowIx> click_rows(clicks->interactions().size());
    for (RowIx row = 0; row < click_rows.size(); ++row)
        click_rows[row] = row;
    for (const auto& entry : all_models()) {
        if (argc > 1 && entry.id != argv[1])
            continue;
        Parameters given;
        const auto can = entry.make()->capabilities(must(entry.schema.complete({})));
        // What these rows have no texts for is left out; what learns from features gets the clicks, as clicks.
        if (can.needs_texts)
            continue;
        if (can.needs_features)
            given["task"] = std::string("clicks");
        const auto parameters = must(entry.schema.complete(given));
        if (can.needs_features)
            measure(entry, parameters, *clicks, click_rows);
        else
            measure(entry, parameters, *input().data, input().rows);
    }
    return 0;
}
