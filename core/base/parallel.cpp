#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

namespace tastebench {

void lower_thread_priority() {
    // On Linux a thread has a nice value of its own. Refusal is harmless: the work is done, only less politely.
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 19);
}

namespace {

class Polite final : public tbb::task_scheduler_observer {
  public:
    explicit Polite(tbb::task_arena& arena) : tbb::task_scheduler_observer(arena) { observe(true); }
    ~Polite() override { observe(false); }
    Polite(const Polite&) = delete;
    Polite& operator=(const Polite&) = delete;
    void on_scheduler_entry(bool is_worker) override {
        if (is_worker)
            lower_thread_priority();
    }
};

int resolve(int threads) {
    return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

#ifdef __SANITIZE_THREAD__
/// The packaged oneTBB is not instrumented, so the thread sanitizer cannot see how it hands work over. Plain threads
/// it can follow: a race that it then reports is one of ours.
void run_on_plain_threads(int threads, std::size_t blocks, const std::function<void(std::size_t)>& run) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&] {
            for (std::size_t b = next++; b < blocks; b = next++)
                run(b);
        });
}
#endif

} // namespace

struct Parallel::Arena {
    Arena(int threads, bool background) : count(threads), arena(threads) {
        if (background)
            polite = std::make_unique<Polite>(arena);
    }
    int count;
    tbb::task_arena arena;
    std::unique_ptr<Polite> polite;
};

Parallel::Parallel(int threads, bool background) : arena_(std::make_unique<Arena>(resolve(threads), background)) {}
Parallel::~Parallel() = default;

int Parallel::threads() const {
    return arena_->count;
}

void Parallel::for_blocks(std::size_t n, std::size_t block,
                          const std::function<void(std::size_t, std::size_t)>& body) const {
    const std::size_t step = std::max<std::size_t>(1, block);
    const std::size_t blocks = (n + step - 1) / step;
    const auto run = [&](std::size_t b) { body(b * step, std::min(n, (b + 1) * step)); };
    if (threads() == 1 || blocks <= 1) {
        for (std::size_t b = 0; b < blocks; ++b)
            run(b);
        return;
    }
#ifdef __SANITIZE_THREAD__
    run_on_plain_threads(threads(), blocks, run);
#else
    arena_->arena.execute([&] { tbb::parallel_for(std::size_t{0}, blocks, run, tbb::simple_partitioner()); });
#endif
}

void Parallel::for_parts(std::size_t parts, const std::function<void(std::size_t)>& body) const {
    if (threads() == 1 || parts <= 1) {
        for (std::size_t part = 0; part < parts; ++part)
            body(part);
        return;
    }
#ifdef __SANITIZE_THREAD__
    run_on_plain_threads(threads(), parts, body);
#else
    arena_->arena.execute([&] { tbb::parallel_for(std::size_t{0}, parts, body, tbb::static_partitioner()); });
#endif
}

} // namespace tastebench
