// The table models, without any widget.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QtTest>

#include "ui/bridge/text.h"
#include "ui/models/datasets_model.h"
#include "ui/models/facts_model.h"
#include "ui/models/runs_model.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

Run run(RunId id, RunState state, std::map<std::string, double> metrics) {
    Run out;
    out.id = id;
    out.state = state;
    out.spec.model = "sar";
    out.spec.data_name = "six";
    out.metrics = std::move(metrics);
    return out;
}

/// A column's texts in the order shown, one space between.
QString texts(const QAbstractItemModel& model, int shown) {
    QStringList out;
    for (int row = 0; row < model.rowCount(); ++row)
        out.append(model.index(row, shown).data().toString());
    return out.join(u' ');
}

} // namespace

class TestModels : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void runs_get_a_column_for_every_metric_that_any_run_has() {
        RunsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<Run> runs;
        runs.push_back(run(2, RunState::done, {{"ndcg@10", 0.25}, {"ndcg@5", 0.5}}));
        runs.push_back(run(1, RunState::done, {{"rmse", 0.9}}));
        model.setRuns(std::move(runs));
        QCOMPARE(model.metrics().size(), 3);
        QVERIFY(model.metrics().indexOf(QStringLiteral("ndcg@5")) < model.metrics().indexOf(QStringLiteral("ndcg@10")));
        const int ndcg = RunsModel::FirstMetric + static_cast<int>(model.metrics().indexOf(QStringLiteral("ndcg@10")));
        QCOMPARE(model.index(0, ndcg).data().toString(), metricText(0.25));
        QCOMPARE(model.index(1, ndcg).data(), QVariant());
        QCOMPARE(model.headerData(ndcg, Qt::Horizontal).toString(), QStringLiteral("nDCG@10"));
    }

    void runs_sort_by_number_not_by_text() {
        RunsModel model;
        std::vector<Run> runs;
        for (const RunId id : {9, 10, 100})
            runs.push_back(run(id, RunState::done, {}));
        model.setRuns(std::move(runs));
        QSortFilterProxyModel proxy;
        proxy.setSourceModel(&model);
        proxy.setSortRole(Qt::UserRole);
        proxy.sort(RunsModel::Id, Qt::DescendingOrder);
        QCOMPARE(texts(proxy, RunsModel::Id), QStringLiteral("100 10 9"));
    }

    void a_running_job_updates_only_its_row() {
        RunsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<Run> runs;
        runs.push_back(run(2, RunState::queued, {}));
        runs.push_back(run(1, RunState::done, {}));
        model.setRuns(std::move(runs));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        JobSnapshot job;
        job.id = 2;
        job.state = RunState::running;
        job.progress.stage = "Training";
        job.progress.done = 3;
        job.progress.total = 4;
        job.progress.fraction = 0.75;
        model.setJobs({job});
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].value<QModelIndex>().row(), 0);
        QCOMPARE(reset.count(), 0);
        QCOMPARE(model.index(0, RunsModel::State).data().toString(), stateText(RunState::running));
        QVERIFY(model.index(0, RunsModel::ProgressColumn).data().toString().contains(QStringLiteral("75")));
        model.setJobs({job});
        QCOMPARE(changed.count(), 1);
    }

    void the_stored_end_of_a_run_wins_over_an_old_snapshot() {
        RunsModel model;
        std::vector<Run> runs;
        runs.push_back(run(2, RunState::queued, {}));
        model.setRuns(runs);
        JobSnapshot job;
        job.id = 2;
        job.state = RunState::running;
        model.setJobs({job});
        runs[0].state = RunState::done;
        model.setRuns(runs);
        QCOMPARE(model.index(0, RunsModel::State).data().toString(), stateText(RunState::done));
        QCOMPARE(model.index(0, RunsModel::ProgressColumn).data(), QVariant());
    }

    void data_sets_are_found_by_name() {
        DatasetsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        DatasetEntry first, second;
        first.name = "one";
        second.name = "two";
        second.summary.interactions = 60'000;
        model.setEntries({first, second});
        QCOMPARE(model.rowOf(QStringLiteral("two")), 1);
        QCOMPARE(model.rowOf(QStringLiteral("three")), -1);
        QCOMPARE(model.index(1, DatasetsModel::InteractionCount).data(Qt::UserRole).toULongLong(), 60'000ULL);
    }

    void facts_sort_by_their_real_value() {
        FactsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setFacts({{QStringLiteral("a"), QStringLiteral("10"), {}, 10.0},
                        {QStringLiteral("b"), QStringLiteral("9"), {}, 9.0}});
        QSortFilterProxyModel proxy;
        proxy.setSourceModel(&model);
        proxy.setSortRole(Qt::UserRole);
        proxy.sort(1);
        QCOMPARE(texts(proxy, 0), QStringLiteral("b a"));
    }

    void numbers_are_said_in_plain_words() {
        QCOMPARE(durationText(0.31), QLocale().toString(0.3, 'f', 1) + QStringLiteral(" s"));
        QCOMPARE(durationText(125), QStringLiteral("2 min 5 s"));
        QCOMPARE(durationText(4200), QStringLiteral("1 h 10 min"));
        QCOMPARE(timeText(0), QString());
        QVERIFY(percentText(0.00012).startsWith(QLocale().toString(0.012, 'f', 3)));
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
