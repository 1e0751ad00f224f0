// The store at 20 million rows: making a data set of columns, saving and opening it, beside what memory and disk give.
// Reads TASTEBENCH_BENCH_20M (user,item,rating,timestamp) where that names a file, else makes rows of the same shape.
// The workspace lies in TASTEBENCH_BENCH_FOLDER, or in the current folder: a real disk, not memory.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "bench_support.h"
#include "core/base/rng.h"
#include "core/data/importer.h"
#include "core/store/workspace.h"

using namespace tastebench;
using namespace tastebench::bench;

namespace {

constexpr std::uint32_t rows_wanted = 19'994'935, users = 138'493, items = 26'744;

IdMap numbered_ids(std::uint32_t count) {
    StringColumn ids;
    for (std::uint32_t i = 1; i <= count; ++i)
        ids.push_back(std::to_string(i));
    return IdMap(std::move(ids));
}

/// Users one after the other, each with rising times; ratings 0.5 to 5.
DatasetParts make_rows() {
    DatasetParts parts;
    parts.users = numbered_ids(users);
    parts.items = numbered_ids(items);
    Rng rng(7);
    auto& rows = parts.interactions;
    std::int64_t time = 0;
    for (std::uint32_t row = 0; row < rows_wanted; ++row) {
        const auto user = static_cast<UserIx>(std::uint64_t{row} * users / rows_wanted);
        if (rows.user.empty() || rows.user.back() != user)
            time = 1'300'000'000 + rng.below(250'000'000);
        time += rng.below(600'000);
        rows.user.push_back(user);
        rows.item.push_back(rng.below(items));
        rows.value.push_back(static_cast<float>(1 + rng.below(10)) / 2);
        rows.time.push_back(time);
    }
    return parts;
}

const Dataset& data() {
    static const DatasetPtr made = [] {
        const char* file = std::getenv("TASTEBENCH_BENCH_20M");
        if (!file) {
            auto parts = make_rows();
            parts.name = "bench";
            return must(Dataset::make(std::move(parts), &parallel()));
        }
        ImportOptions options;
        options.files = {file};
        options.name = "bench";
        Progress progress;
        return must(import_dataset(options, parallel(), progress));
    }();
    return *made;
}

double column_megabytes() {
    const auto& rows = data().interactions();
    const auto row = sizeof(UserIx) + sizeof(ItemIx) + (rows.value.empty() ? 0 : sizeof(float)) +
                     (rows.time.empty() ? 0 : sizeof(std::int64_t));
    return static_cast<double>(rows.size() * row) / 1e6;
}

std::filesystem::path folder() {
    const char* named = std::getenv("TASTEBENCH_BENCH_FOLDER");
    return named ? named : ".";
}

struct File {
    std::filesystem::path path;
    explicit File(const std::string& name) : path(folder() / name) { remove(); }
    ~File() { remove(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void remove() const {
        for (const char* end : {"", "-wal", "-shm"})
            std::filesystem::remove(path.string() + end);
    }
    double megabytes() const { return static_cast<double>(std::filesystem::file_size(path)) / 1e6; }
};

const std::shared_ptr<Workspace>& stored() {
    static const File file("bench_open.tastebench");
    static const auto workspace = [] {
        auto opened = must(Workspace::open(file.path));
        must(opened->add_dataset(data(), {.parallel = &parallel()}));
        return opened;
    }();
    return workspace;
}

/// Times body(); counters: peak memory above what was there before, and speed over the columns' bytes.
template <typename Body>
void measure(benchmark::State& state, Body&& body) {
    double peak = 0;
    for (auto _ : state) {
        reset_peak();
        const auto before = peak_megabytes();
        const auto start = std::chrono::steady_clock::now();
        body();
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        peak = std::max(peak, peak_megabytes() - before);
    }
    state.counters["extra_mb"] = peak;
    state.counters["mb_per_second"] =
        benchmark::Counter(column_megabytes(), benchmark::Counter::kIsIterationInvariantRate);
}

void memory_copy(benchmark::State& state) {
    const auto& time = data().interactions().time;
    auto target = time;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        std::memcpy(target.data(), time.data(), time.size() * sizeof time[0]);
        benchmark::DoNotOptimize(target.data());
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    state.counters["mb_per_second"] = benchmark::Counter(static_cast<double>(time.size() * sizeof time[0]) / 1e6,
                                                         benchmark::Counter::kIsIterationInvariantRate);
}

void disk_write(benchmark::State& state) {
    constexpr std::size_t bytes = 140'000'000;
    const std::vector<char> block(bytes, 'x');
    for (auto _ : state) {
        const File file("bench_disk");
        const auto start = std::chrono::steady_clock::now();
        const int out = open(file.path.c_str(), O_CREAT | O_WRONLY, 0600);
        if (out < 0 || write(out, block.data(), bytes) != static_cast<ssize_t>(bytes) || fsync(out) != 0)
            state.SkipWithError("the disk refused");
        close(out);
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    state.counters["mb_per_second"] = benchmark::Counter(bytes / 1e6, benchmark::Counter::kIsIterationInvariantRate);
}

void make_dataset(benchmark::State& state, bool shuffled) {
    auto parts = data().parts();
    if (shuffled) {
        Rng rng(3);
        auto& rows = parts.interactions;
        for (std::uint32_t row = static_cast<std::uint32_t>(rows.size()) - 1; row > 0; --row) {
            const auto other = rng.below(row + 1);
            std::swap(rows.user[row], rows.user[other]);
            std::swap(rows.item[row], rows.item[other]);
        }
    }
    // make() takes the parts over, so each round moves them in and copies them back outside the clock.
    for (auto _ : state) {
        auto copy = parts;
        reset_peak();
        const auto before = peak_megabytes();
        const auto start = std::chrono::steady_clock::now();
        const auto made = must(Dataset::make(std::move(copy), &parallel()));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        state.counters["extra_mb"] = peak_megabytes() - before;
    }
}

void make_in_order(benchmark::State& state) {
    make_dataset(state, false);
}
void make_shuffled(benchmark::State& state) {
    make_dataset(state, true);
}

void add_dataset(benchmark::State& state) {
    (void)data();
    double stored_megabytes = 0;
    measure(state, [&] {
        const File file("bench_add.tastebench");
        auto workspace = must(Workspace::open(file.path));
        must(workspace->add_dataset(data(), {.parallel = &parallel()}));
        stored_megabytes = file.megabytes();
    });
    state.counters["stored_mb"] = stored_megabytes;
}

void open_dataset(benchmark::State& state) {
    auto& workspace = *stored();
    DatasetPtr read;
    for (auto _ : state) {
        read.reset();
        reset_peak();
        const auto before = peak_megabytes();
        const auto start = std::chrono::steady_clock::now();
        read = must(workspace.dataset("bench"));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        state.counters["extra_mb"] = peak_megabytes() - before;
    }
    if (read->fingerprint() != data().fingerprint())
        state.SkipWithError("another data set came back");
    state.counters["mb_per_second"] =
        benchmark::Counter(column_megabytes(), benchmark::Counter::kIsIterationInvariantRate);
}

/// Deletes and frees a data set that lies before another.
void empty_bin(benchmark::State& state) {
    for (auto _ : state) {
        const File file("bench_bin.tastebench");
        auto workspace = must(Workspace::open(file.path));
        must(workspace->add_dataset(data(), {.parallel = &parallel()}));
        must(workspace->rename_dataset("bench", "first"));
        must(workspace->add_dataset(data(), {.parallel = &parallel()}));
        must(workspace->delete_dataset("first"));
        const auto before = file.megabytes();
        const auto start = std::chrono::steady_clock::now();
        must(workspace->empty_bin());
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        state.counters["freed_mb"] = before - file.megabytes();
    }
}

/// A small change, each one safe on the disk.
void small_commit(benchmark::State& state) {
    auto& workspace = *stored();
    int n = 0;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        must(workspace.set_setting("n", std::to_string(++n)));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
}

} // namespace

BENCHMARK(memory_copy)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(5);
BENCHMARK(disk_write)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(3);
BENCHMARK(make_in_order)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(3);
BENCHMARK(make_shuffled)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(3);
BENCHMARK(add_dataset)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(3);
BENCHMARK(open_dataset)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(5);
BENCHMARK(small_commit)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(50);
BENCHMARK(empty_bin)->Unit(benchmark::kMillisecond)->UseManualTime()->MeasureProcessCPUTime()->Iterations(1);
BENCHMARK_MAIN();
