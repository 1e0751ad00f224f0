// The window stays alive while models train and while the page of a large data set is opened, sorted and filtered:
// a 5 ms heartbeat in the GUI thread beside two busy threads. TASTEBENCH_HEARTBEAT_ROWS sets the size of that data.
#include <QElapsedTimer>
#include <QHeaderView>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>

#include "core/base/rng.h"
#include "core/models/recommender.h"
#include "support.h"
#include "ui/pages/data/dataset_view.h"
#include "ui/pages/data/table_tab.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {
constexpr qint64 allowedGap = 50;     // milliseconds
constexpr qint64 watchedTime = 2'000; // milliseconds that training must go on

/// Ten times as many users as items, the low numbers of both more often.
DatasetPtr largeDataset(std::uint32_t rows) {
    Rng rng(1);
    DatasetParts parts;
    parts.name = "large";
    const std::uint32_t users = rows / 100 + 1;
    const std::uint32_t items = users / 10 + 1;
    const auto ids = [](char kind, std::uint32_t count) {
        StringColumn out;
        for (std::uint32_t i = 0; i < count; ++i)
            out.push_back(QStringLiteral("%1%2").arg(QLatin1Char(kind)).arg(i, 9, 10, QLatin1Char('0')).toStdString());
        return out;
    };
    parts.users = IdMap(ids('u', users));
    parts.items = IdMap(ids('i', items));
    for (std::uint32_t row = 0; row < rows; ++row) {
        const double skew = rng.uniform();
        parts.interactions.user.push_back(row < users ? row : static_cast<UserIx>(skew * skew * users));
        parts.interactions.item.push_back(row < items ? row : rng.below(1 + rng.below(items)));
        parts.interactions.value.push_back(static_cast<float>(1 + rng.below(5)));
        parts.interactions.time.push_back(1'400'000'000 + static_cast<std::int64_t>(rng.below(100'000'000)));
    }
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

/// Beats every 5 ms and remembers the longest gap.
class Heart : public QObject {
  public:
    Heart() {
        timer_.setTimerType(Qt::PreciseTimer);
        connect(&timer_, &QTimer::timeout, this, [this] { longest_ = std::max(longest_, since_.restart()); });
        since_.start();
        timer_.start(5);
    }
    qint64 longest() const { return std::max(longest_, since_.elapsed()); }

  private:
    QTimer timer_;
    QElapsedTimer since_;
    qint64 longest_ = 0;
};
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

    void the_page_of_a_large_data_set_opens_sorts_and_filters_without_a_stall() {
        bool set = false;
        const int asked = qEnvironmentVariableIntValue("TASTEBENCH_HEARTBEAT_ROWS", &set);
        const auto size = set ? static_cast<std::uint32_t>(asked) : 2'000'000;
        const qint64 limit = patience * (1 + size / 2'000'000);
        TestBench bench;
        {
            const auto data = largeDataset(size);
            QVERIFY(data);
            QVERIFY(bench.workspace->add_dataset(*data));
        }
        const auto small = smallDataset("a small one");
        QVERIFY(bench.workspace->add_dataset(*small));
        bench.workbench->setCurrentDataset(QStringLiteral("a small one"));
        Theme theme;
        MainWindow window(*bench.workbench, theme);
        window.resize(1280, 800);
        window.show();
        window.showPage(PageId::data);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_COMPARE_WITH_TIMEOUT(bench.workbench->pendingWork(), 0, patience);
        QTest::qWait(500);

        auto* view = window.page(PageId::data)->findChild<DatasetView*>();
        QVERIFY(view != nullptr);
        const auto watch = [&](const char* what, const QSignalSpy& until, const std::function<void()>& begin) {
            const Heart heart;
            QElapsedTimer time;
            time.start();
            const auto before = until.count();
            begin();
            while (until.count() == before && time.elapsed() < limit)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            QTest::qWait(200); // what was shown is drawn, what was freed is gone
            qInfo("%s: %lld ms, longest gap %lld ms", what, static_cast<long long>(time.elapsed() - 200),
                  static_cast<long long>(heart.longest()));
            QVERIFY(until.count() > before);
            QVERIFY2(heart.longest() < allowedGap, qPrintable(QStringLiteral("%1 ms").arg(heart.longest())));
        };
        const QSignalSpy complete(view, &DatasetView::complete);
        watch("open", complete, [&] { bench.workbench->setCurrentDataset(QStringLiteral("large")); });
        auto* tabs = child<QTabWidget>(view, "datasetTabs");
        tabs->setCurrentIndex(1);
        auto* rows = qobject_cast<TableTab*>(tabs->currentWidget());
        QVERIFY(rows != nullptr);
        QTest::qWait(200);
        const QSignalSpy answered(rows, &TableTab::answered);
        auto* header = rows->table()->view()->horizontalHeader();
        watch("sort by user", answered, [&] { header->setSortIndicator(1, Qt::AscendingOrder); });
        watch("sort by time", answered, [&] { header->setSortIndicator(4, Qt::DescendingOrder); });
        watch("filter", answered, [&] { rows->table()->filterBox()->setText(QStringLiteral("i00000001")); });
        QVERIFY(rows->table()->shownRows() > 0);
        watch("back to the small one", complete,
              [&] { bench.workbench->setCurrentDataset(QStringLiteral("a small one")); });
    }
};

QTEST_MAIN(TestHeartbeat)
#include "tst_heartbeat.moc"
