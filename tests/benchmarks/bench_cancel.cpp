// How long a model goes on after it is asked to stop, in training and in the middle of the lists of all users: each has
// its own defaults on the interactions of TASTEBENCH_BENCH_FILE, models of features on the clicks of
// TASTEBENCH_BENCH_CTR, what reads titles on made-up news, and is cancelled at several moments. Lists come from a
// training of one epoch. One JSON line a model.
#include <chrono>
#include <functional>
#include <numeric>
#include <optional>
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

using Job = std::function<Status(Progress&)>;

/// Milliseconds from the cancel to the end, or none where the job was over before.
std::optional<double> wait_after(const Job& job, double moment) {
    Progress progress;
    Clock::time_point ended;
    Status status;
    std::thread worker([&] {
        status = job(progress);
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

struct Waits {
    int cancelled = 0;
    double worst = 0, worst_at = 0; ///< milliseconds
};

Waits measure(const Job& job) {
    Waits out;
    for (const double moment : moments) {
        const auto waited = wait_after(job, moment);
        if (!waited)
            break;
        ++out.cancelled;
        if (*waited > out.worst) {
            out.worst = *waited;
            out.worst_at = moment;
        }
    }
    return out;
}

void measure(const ModelEntry& entry, const Parameters& parameters, const Dataset& data, std::span<const RowIx> rows) {
    const auto train = [&](Recommender& model, const Parameters& given, Progress& progress) {
        FitContext context{progress, parallel(), 42};
        return model.fit(TrainingData(data, rows, &parallel()), given, context);
    };
    const auto training = measure([&](Progress& progress) { return train(*entry.make(), parameters, progress); });
    Waits lists;
    if (entry.make()->capabilities(parameters).recommends && data.has_pairs()) {
        Parameters little = parameters;
        if (entry.schema.find("epochs") != nullptr)
            little["epochs"] = std::int64_t{1};
        const auto model = entry.make();
        Progress unseen;
        must(train(*model, little, unseen));
        std::vector<UserIx> users(data.users().size());
        std::iota(users.begin(), users.end(), UserIx{0});
        lists = measure([&](Progress& progress) {
            (void)model->top_k(users, {10, true}, parallel(), progress);
            return Status();
        });
    }
    fmt::print("{{\"model\": \"{}\", \"title\": \"{}\", \"cancelled\": {}, \"worst_ms\": {:.1f}, \"worst_at_ms\": {}, "
               "\"lists_cancelled\": {}, \"lists_worst_ms\": {:.1f}, \"lists_worst_at_ms\": {}}}\n",
               entry.id, entry.title, training.cancelled, training.worst, training.worst_at, lists.cancelled,
               lists.worst, lists.worst_at);
    std::fflush(stdout);
}

std::vector<RowIx> all_rows(const Dataset& data) {
    std::vector<RowIx> rows(data.interactions().size());
    std::iota(rows.begin(), rows.end(), RowIx{0});
    return rows;
}

} // namespace

int main(int argc, char** argv) {
    const auto clicks = import_named("TASTEBENCH_BENCH_CTR");
    const auto click_rows = all_rows(*clicks);
    for (const auto& entry : all_models()) {
        if (argc > 1 && entry.id != argv[1])
            continue;
        Parameters given;
        const auto can = entry.make()->capabilities(must(entry.schema.complete({})));
        // What reads titles gets news; what learns from features gets the clicks, as clicks.
        if (can.needs_features)
            given["task"] = std::string("clicks");
        const auto parameters = must(entry.schema.complete(given));
        if (can.needs_texts) {
            const auto news = random_news();
            measure(entry, parameters, *news, all_rows(*news));
        } else if (can.needs_features)
            measure(entry, parameters, *clicks, click_rows);
        else
            measure(entry, parameters, *input().data, input().rows);
    }
    return 0;
}
