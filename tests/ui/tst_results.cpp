// The Compare, Explain and Report pages on real runs: what they show is what is stored.
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QTableView>
#include <QTextBrowser>

#include "support.h"
#include "ui/pages/compare/comparison.h"
#include "ui/pages/report/report_basket.h"
#include "ui/pages/report/report_document.h"
#include "ui/shell/data_table.h"
#include "ui/shell/page.h"

namespace tastebench::ui {

class TestResults : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    RunId popularity_ = 0, sar_ = 0, svd_ = 0;

    RunId train(const Dataset& data, const std::string& model, double ratio = 0.75) {
        RunSpec spec;
        spec.model = model;
        spec.split.ratio = ratio;
        const auto prepared = *prepare_spec(data, spec);
        Run run;
        run.spec = prepared;
        const auto id = *bench_->workspace->add_run(run);
        const Parallel parallel(2);
        Progress progress;
        auto outcome = *execute(data, prepared, parallel, progress);
        outcome.run.id = id;
        outcome.run.finished = 1'700'000'000;
        if (!bench_->workspace->finish_run(outcome))
            qFatal("the run could not be kept");
        return id;
    }

    template <typename MakePage>
    std::unique_ptr<Page> shown(MakePage make) {
        std::unique_ptr<Page> page(make(*bench_->workbench, nullptr));
        page->resize(1100, 760);
        page->show();
        page->activate();
        return page;
    }

    static QString cell(const QAbstractItemModel* model, int row, int column) {
        return model->index(row, column).data().toString();
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        const auto data = smallDataset();
        QVERIFY(bench_->workspace->add_dataset(*data).has_value());
        popularity_ = train(*data, "popularity");
        sar_ = train(*data, "sar");
        svd_ = train(*data, "svd");
        bench_->workbench->setSelectedRuns({popularity_, sar_, svd_});
    }
    void cleanup() { bench_.reset(); }

    void compare_shows_the_stored_metrics_and_a_verdict() {
        const auto page = shown(makeComparePage);
        auto* verdict = child<QLabel>(page.get(), "verdict");
        QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("is ahead")), patience);
        const auto* table = child<DataTable>(page.get(), "metricTable")->view()->model();
        const auto sar = *bench_->workspace->run(sar_);
        bool found = false;
        for (int row = 0; row < table->rowCount(); ++row)
            if (cell(table, row, 0) == QStringLiteral("nDCG@10")) {
                found = true;
                QVERIFY(cell(table, row, 2).contains(QLocale().toString(sar.metrics.at("ndcg@10"), 'f', 4)));
            }
        QVERIFY(found);
        const auto* tests = child<DataTable>(page.get(), "testTable")->view()->model();
        QCOMPARE(tests->rowCount(), 3);
        QVERIFY(child<QLabel>(page.get(), "compareProtocol")->text().contains(QStringLiteral("75 %")));
        QVERIFY(page->command().contains(QStringLiteral("tastebench-cli compare")));
    }

    void compare_follows_ticks_and_metric() {
        const auto page = shown(makeComparePage);
        auto* list = child<QListWidget>(page.get(), "compareRuns");
        auto* verdict = child<QLabel>(page.get(), "verdict");
        QTRY_COMPARE_WITH_TIMEOUT(list->count(), 3, patience);
        QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("is ahead")), patience);
        list->setFocus();
        list->setCurrentRow(2);
        QTest::keyClick(list, Qt::Key_Space); // unticks popularity
        list->setCurrentRow(1);
        QTest::keyClick(list, Qt::Key_Space); // and SAR
        QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("Tick another run")), patience);
        auto* metric = child<QComboBox>(page.get(), "compareMetric");
        metric->setCurrentIndex(metric->findData(QStringLiteral("rmse")));
        QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("RMSE")), patience);
        list->setCurrentRow(0);
        QTest::keyClick(list, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(verdict->text().contains(QStringLiteral("Tick at least one")), patience);
    }

    void runs_on_other_rows_are_warned_of_and_not_tested() {
        const auto other = train(**bench_->workspace->dataset("small"), "sar", 0.5);
        const auto runs = *bench_->workspace->runs();
        std::vector<Run> two;
        for (const auto& run : runs)
            if (run.id == sar_ || run.id == other)
                two.push_back(run);
        const auto comparison = compareStored(*bench_->workspace, two, "ndcg@10", sar_);
        QVERIFY(comparison.has_value());
        QCOMPARE(comparison->warnings.size(), 1);
        for (const auto& row : comparison->rows)
            QVERIFY(row.compared && !row.compared->p_value);
        QVERIFY(verdict(*comparison).contains(QStringLiteral("no test was made")));
    }

    void explain_shows_reasons_that_add_up() {
        const auto page = shown(makeExplainPage);
        auto* user = child<QLineEdit>(page.get(), "explainUser");
        auto* list = child<DataTable>(page.get(), "recommendations");
        QTRY_COMPARE_WITH_TIMEOUT(list->view()->model()->rowCount(), 10, patience);
        retype(user, QStringLiteral("u0007"));
        QTest::keyClick(user, Qt::Key_Return);
        auto* sentence = child<QLabel>(page.get(), "sentence");
        QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains(QStringLiteral("is recommended because of")), patience);
        QTRY_VERIFY_WITH_TIMEOUT(page->command().contains(QStringLiteral("--user u0007")), patience);
        const auto* reasons = child<DataTable>(page.get(), "contributions")->view()->model();
        QTRY_VERIFY_WITH_TIMEOUT(reasons->rowCount() > 2, patience);
        double sum = 0;
        double total = 0;
        for (int row = 0; row < reasons->rowCount(); ++row) {
            const double value = reasons->index(row, 4).data(sortRole).toDouble();
            (cell(reasons, row, 0).startsWith(QStringLiteral("Score")) ? total : sum) += value;
        }
        QVERIFY(total > 0);
        QVERIFY(std::abs(sum - total) < 1e-12 * std::max(1.0, total) * reasons->rowCount());
        QVERIFY(child<DataTable>(page.get(), "history")->view()->model()->rowCount() > 0);
        QVERIFY(child<DataTable>(page.get(), "similarItems")->view()->model()->rowCount() > 0);
        click(child<QPushButton>(page.get(), "sendToReport"));
        QCOMPARE(ReportBasket::of(*bench_->workbench).entries().size(), 1);
    }

    void an_unknown_user_is_told_in_place() {
        const auto page = shown(makeExplainPage);
        auto* list = child<DataTable>(page.get(), "recommendations");
        QTRY_COMPARE_WITH_TIMEOUT(list->view()->model()->rowCount(), 10, patience);
        auto* user = child<QLineEdit>(page.get(), "explainUser");
        retype(user, QStringLiteral("nobody"));
        QTest::keyClick(user, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(
            child<QLabel>(page.get(), "explainProblem")->text().contains(QStringLiteral("no user 'nobody'")), patience);
    }

    void the_report_is_previewed_and_saved() {
        ReportBasket::of(*bench_->workbench).add({sar_, {3, 5}, QStringLiteral("one")});
        const auto page = shown(makeReportPage);
        auto* preview = child<QTextBrowser>(page.get(), "reportPreview");
        QTRY_VERIFY_WITH_TIMEOUT(preview->toPlainText().contains(QStringLiteral("does best")), patience);
        QVERIFY(preview->toPlainText().contains(QStringLiteral("Why these recommendations")));
        retype(child<QLineEdit>(page.get(), "reportTitle"), QStringLiteral("A <b>new</b> title"));
        QTRY_VERIFY_WITH_TIMEOUT(preview->toPlainText().contains(QStringLiteral("A <b>new</b> title")), patience);
        for (const auto* name : {"report.html", "report.pdf"}) {
            const auto file = bench_->path(QString::fromLatin1(name));
            QSignalSpy saved(bench_->workbench.get(), &Workbench::messageRaised);
            QVERIFY(QMetaObject::invokeMethod(page.get(), "save", Q_ARG(QString, file)));
            QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, patience);
            QFile written(file);
            QVERIFY(written.open(QFile::ReadOnly));
            const auto bytes = written.readAll();
            QVERIFY(bytes.size() > 5'000);
            QVERIFY(bytes.startsWith(file.endsWith(QStringLiteral("pdf")) ? "%PDF-" : "<!DOCTYPE html>"));
        }
        QSignalSpy failed(bench_->workbench.get(), &Workbench::errorRaised);
        QVERIFY(QMetaObject::invokeMethod(page.get(), "save", Q_ARG(QString, QStringLiteral("/nonexistent/r.html"))));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, patience);
    }

    void charts_become_pictures_for_print() {
        const auto prepared = prepareReport(
            QStringLiteral(
                "<p>a</p><svg viewBox=\"0 0 100 50\" width=\"100\" height=\"50\"><rect class=\"bar\" width=\"100\" "
                "height=\"50\"/></svg><p>b</p>"),
            600);
        QCOMPARE(prepared.pictures.size(), 1);
        QCOMPARE(prepared.pictures.first().size(), QSize(200, 100));
        QCOMPARE(prepared.pictures.first().pixelColor(100, 50), QColor(0x9cc3ea));
        QVERIFY(!prepared.html.contains(QStringLiteral("<svg")));
    }
};

} // namespace tastebench::ui

QTEST_MAIN(tastebench::ui::TestResults)
#include "tst_results.moc"
