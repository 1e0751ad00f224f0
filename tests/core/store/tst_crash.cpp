#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <map>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

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
};

QTEST_APPLESS_MAIN(TestCrash)
#include "tst_crash.moc"
