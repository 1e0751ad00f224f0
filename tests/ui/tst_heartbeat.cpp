// The window stays alive while models train: a 5 ms heartbeat in the GUI thread beside two busy training threads.
#include <QElapsedTimer>
#include <QTimer>

#include "core/models/recommender.h"
#include "support.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {
constexpr qint64 allowedGap = 50;     // milliseconds
constexpr qint64 watchedTime = 2'000; // milliseconds that training must go on
} // namespace

class TestHeartbeat : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_longest_gap_stays_under_50_ms_while_two_threads_train() {
        TestBench bench;
        Progress progress;
        const auto data = generate_dataset({600, 800, 60'000, 7}, "busy", progress);
        QVERIFY(data);
        QVERIFY(bench.workspace->add_dataset(**data));
        RunSpec wanted;
        wanted.model = "svd";
        wanted.split.kind = SplitKind::random;
        // Far more epochs than fit into the watched time; the run is cancelled in the end.
        wanted.parameters["epochs"] = std::int64_t{10'000};
        wanted.parameters["factors"] = std::int64_t{512};
        const auto spec = prepare_spec(**data, wanted);
        QVERIFY2(spec, spec ? "" : spec.error().text().c_str());

        Theme theme;
        MainWindow window(*bench.workbench, theme);
        window.show();
        window.showPage(PageId::runs);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const auto id = bench.workbench->queue().submit(*spec);
        QVERIFY2(id, id ? "" : id.error().text().c_str());
        bench.workbench->notifyRunsChanged();
        bench.workbench->setSelectedRuns({*id});
        const auto training = [&] {
            for (const auto& job : bench.workbench->jobs())
                if (job.id == *id && job.state == RunState::running && job.curves.size() >= 2)
                    return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(training(), patience);

        qint64 longest = 0;
        int beats = 0;
        QElapsedTimer sinceBeat, whole;
        QTimer heart;
        heart.setTimerType(Qt::PreciseTimer);
        connect(&heart, &QTimer::timeout, this, [&] {
            longest = std::max(longest, sinceBeat.restart());
            ++beats;
        });
        sinceBeat.start();
        whole.start();
        heart.start(5);
        while (whole.elapsed() < watchedTime)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        heart.stop();
        QVERIFY(training());
        bench.workbench->queue().cancel(*id);
        qInfo("longest gap %lld ms over %d beats", static_cast<long long>(longest), beats);
        QVERIFY(beats > 100);
        QVERIFY2(longest < allowedGap, qPrintable(QStringLiteral("longest gap %1 ms").arg(longest)));
    }
};

QTEST_MAIN(TestHeartbeat)
#include "tst_heartbeat.moc"
