#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <map>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/data/generator.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Long enough to be killed on the way, with validation, so that the best state is a checkpoint's matter too.
RunSpec long_run(const Dataset& data) {
    RunSpec spec;
    spec.model = "svd";
    spec.parameters = {{"epochs", std::int64_t{120}}, {"factors", std::int64_t{8}}, {"patience", std::int64_t{120}}};
    spec.split = *SplitRecipe::parse("chrono:0.7,0.1", 42);
    return *prepare_spec(data, spec);
}

/// The child: adds runs for ever and tells each finished one through the pipe, until it is killed.
[[noreturn]] void add_runs_until_killed(const std::string& file, int pipe) {
    const auto workspace = Workspace::open(file);
    const auto data = tastes(30, 25);
    while (workspace) {
        Run run;
        run.spec = make_spec(*data, "popularity");
        const auto id = (*workspace)->add_run(run);
        if (!id || !(*workspace)->mark_started(*id, 1))
            break;
        auto outcome = train(*data, run.spec);
        outcome.run.id = *id;
        if (!(*workspace)->finish_run(outcome) || write(pipe, &*id, sizeof *id) != sizeof *id)
            break;
    }
    _exit(1);
}

/// The child: trains one run with a checkpoint after every epoch and tells the number of each through the pipe.
[[noreturn]] void train_until_killed(const std::string& file, int pipe) {
    class Told final : public CheckpointKeeper {
      public:
        Told(CheckpointKeeper& kept, int end) : kept_(kept), end_(end) {}
        Status keep(std::span<const std::byte> state) override {
            auto status = kept_.keep(state);
            return status && write(end_, "k", 1) == 1 ? status : run_failed("nobody listens", {}, {});
        }
        std::optional<std::vector<std::byte>> take() override { return kept_.take(); }

      private:
        CheckpointKeeper& kept_;
        int end_;
    };
    const auto workspace = *Workspace::open(file);
    const auto data = *workspace->dataset("small");
    Run run;
    run.spec = long_run(*data);
    run.id = *workspace->add_run(run);
    (void)workspace->mark_started(run.id, 1);
    const Parallel parallel(1);
    Progress progress;
    RunCheckpoints checkpoints(*workspace, run.id, progress);
    Told told(checkpoints, pipe);
    (void)execute(*data, run.spec, parallel, progress, &told, 0);
    _exit(1);
}

/// The child: adds data sets named "1", "2", ... and tells each through the pipe, until it is killed.
[[noreturn]] void add_datasets_until_killed(const std::string& file, int pipe, int number, const Dataset& data) {
    const auto workspace = Workspace::open(file);
    while (workspace) {
        auto parts = data.parts();
        parts.name = std::to_string(++number);
        const auto named = Dataset::restore(std::move(parts), data.fingerprint(), data.summary());
        if (!named || !(*workspace)->add_dataset(**named) || write(pipe, &number, sizeof number) != sizeof number)
            break;
    }
    _exit(1);
}

} // namespace

class TestCrash : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_killed_program_loses_no_finished_run() {
        QTemporaryDir folder;
        const auto file = folder.filePath(QStringLiteral("w.tastebench")).toStdString();
        Rng rng(11);
        std::set<RunId> told;
        for (int kill_number = 0; kill_number < 40; ++kill_number) {
            int ends[2];
            QCOMPARE(pipe(ends), 0);
            const pid_t child = fork();
            if (child == 0) {
                ::close(ends[0]);
                add_runs_until_killed(file, ends[1]);
            }
            ::close(ends[1]);
            // Some runs are waited for, then the axe falls at a moment of its own.
            RunId id = 0;
            const auto wait_for = rng.below(3);
            for (std::uint32_t n = 0; n < wait_for && read(ends[0], &id, sizeof id) == sizeof id; ++n)
                told.insert(id);
            usleep(rng.below(25'000));
            ::kill(child, SIGKILL);
            while (read(ends[0], &id, sizeof id) == sizeof id)
                told.insert(id);
            ::close(ends[0]);
            int status = 0;
            waitpid(child, &status, 0);
            QVERIFY(WIFSIGNALED(status));
        }
        const auto workspace = Workspace::open(file);
        QVERIFY2(workspace.has_value(), workspace ? "" : workspace.error().text().c_str());
        std::map<RunId, RunState> states;
        const auto runs = (*workspace)->runs();
        for (const auto& run : *runs)
            states[run.id] = run.state;
        QVERIFY(told.size() > 20);
        for (const auto id : told)
            QCOMPARE(states[id], RunState::done);
        int interrupted = 0;
        for (const auto& [id, state] : states) {
            QVERIFY(state == RunState::done || state == RunState::interrupted);
            interrupted += state == RunState::interrupted ? 1 : 0;
        }
        QVERIFY(interrupted > 0);
        SQLite::Database db(file);
        QCOMPARE(db.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
    }

    void a_run_killed_again_and_again_ends_with_the_digits_of_one_that_was_not() {
        QTemporaryDir folder;
        const auto file = folder.filePath(QStringLiteral("w.tastebench")).toStdString();
        const auto data = tastes(60, 40);
        QVERIFY((*Workspace::open(file))->add_dataset(*data).has_value());
        int ends[2];
        QCOMPARE(pipe(ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            ::close(ends[0]);
            train_until_killed(file, ends[1]);
        }
        ::close(ends[1]);
        char told = 0;
        for (int n = 0; n < 5; ++n)
            QCOMPARE(read(ends[0], &told, 1), ssize_t{1});
        ::kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        ::close(ends[0]);
        QVERIFY(WIFSIGNALED(status));

        const auto workspace = *Workspace::open(file);
        const auto id = workspace->runs()->front().id;
        QCOMPARE(workspace->run(id)->state, RunState::interrupted);
        QVERIFY(workspace->take_checkpoint(id)->has_value());
        // Stopped a second time, by the window being closed.
        {
            ExperimentQueue queue(workspace, 2, 0);
            QVERIFY(queue.resume(id).has_value());
            while (queue.snapshot().front().curves.size() < 30 && !queue.idle())
                usleep(200);
        }
        QVERIFY(workspace->run(id)->state == RunState::interrupted);
        {
            ExperimentQueue queue(workspace, 2, 0);
            QVERIFY(queue.resume(id).has_value());
            queue.wait_until_idle();
        }
        const auto run = *workspace->run(id);
        QCOMPARE(run.state, RunState::done);
        QVERIFY(!workspace->take_checkpoint(id)->has_value());
        const auto whole = train(*data, long_run(*data));
        QCOMPARE(run.metrics, whole.run.metrics);
        QCOMPARE(run.curves, whole.run.curves);
        QCOMPARE(run.split_fingerprint, whole.run.split_fingerprint);
        Writer stopped_often;
        Writer never_stopped;
        (*workspace->model(id))->save(stopped_often);
        whole.model->save(never_stopped);
        QVERIFY(stopped_often.bytes() == never_stopped.bytes());
    }

    void a_program_killed_while_saving_leaves_no_half_data_set() {
        QTemporaryDir folder;
        const auto file = folder.filePath(QStringLiteral("w.tastebench")).toStdString();
        // Twice as many rows as a chunk holds; below that no second thread takes part.
        Progress progress;
        const auto data = *generate_dataset({4'000, 900, 500'000, 4}, "large", progress);
        Rng rng(12);
        constexpr int kills = 12;
        int told = 0;
        for (int kill_number = 0; kill_number < kills; ++kill_number) {
            int ends[2];
            QCOMPARE(pipe(ends), 0);
            const pid_t child = fork();
            if (child == 0) {
                ::close(ends[0]);
                add_datasets_until_killed(file, ends[1], 100 * (kill_number + 1), *data);
            }
            ::close(ends[1]);
            int number = 0;
            if (kill_number % 3 == 0 && read(ends[0], &number, sizeof number) == sizeof number)
                ++told;
            usleep(rng.below(60'000));
            ::kill(child, SIGKILL);
            while (read(ends[0], &number, sizeof number) == sizeof number)
                ++told;
            ::close(ends[0]);
            int status = 0;
            waitpid(child, &status, 0);
            QVERIFY(WIFSIGNALED(status));
        }
        const auto workspace = Workspace::open(file);
        QVERIFY2(workspace.has_value(), workspace ? "" : workspace.error().text().c_str());
        const auto entries = *(*workspace)->datasets();
        // One more each time may be safe that the child had no time to tell.
        QVERIFY(told >= 4 && entries.size() >= static_cast<std::size_t>(told) &&
                entries.size() <= static_cast<std::size_t>(told + kills));
        for (const auto& entry : entries) {
            const auto read = (*workspace)->dataset(entry.name);
            QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
            QVERIFY(Dataset::make((*read)->parts()).value()->fingerprint() == data->fingerprint());
        }
        SQLite::Database db(file);
        QCOMPARE(db.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
        QCOMPARE(db.execAndGet("SELECT count(DISTINCT dataset_id) FROM dataset_part").getInt(),
                 static_cast<int>(entries.size()));
    }
};

QTEST_APPLESS_MAIN(TestCrash)
#include "tst_crash.moc"
