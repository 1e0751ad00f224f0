// Every page with runs on data without users and items: what is not there is left out, and nothing breaks.
#include <QComboBox>
#include <QLabel>
#include <QTableView>

#include "core/click_runs.h"
#include "support.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/theme.h"

using namespace tastebench;
using namespace tastebench::ui;

class TestClicks : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    Theme theme_;
    std::unique_ptr<MainWindow> window_;
    QList<RunId> ids_;

    QWidget* page(PageId id) {
        window_->showPage(id);
        [this] { QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience); }();
        return window_->page(id);
    }

  private Q_SLOTS:
    void initTestCase() {
        bench_ = std::make_unique<TestBench>();
        const auto data = testing::click_log();
        QVERIFY(bench_->workspace->add_dataset(*data));
        for (const double auc : {0.71, 0.74})
            ids_.append(testing::store_click_run(*bench_->workspace, *data, auc));
        window_ = std::make_unique<MainWindow>(*bench_->workbench, theme_);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        bench_->workbench->setSelectedRuns(ids_);
    }
    void cleanupTestCase() {
        window_.reset();
        bench_.reset();
    }
    void cleanup() { QVERIFY2(!window_->messages()->isVisible(), qPrintable(window_->messages()->text())); }

    void the_runs_table_has_columns_for_auc_and_logloss() {
        auto* table = child<QWidget>(page(PageId::runs), "runsTable")->findChild<QTableView*>();
        QStringList header;
        for (int column = 0; column < table->model()->columnCount(); ++column)
            header.append(table->model()->headerData(column, Qt::Horizontal).toString());
        QVERIFY2(header.contains(QStringLiteral("AUC")) && header.contains(QStringLiteral("Log-loss")),
                 qPrintable(header.join(u' ')));
        QVERIFY(!header.contains(QStringLiteral("nDCG@10")));
    }

    void the_better_auc_is_ahead_without_a_test() {
        auto* compare = page(PageId::compare);
        auto* metric = child<QComboBox>(compare, "compareMetric");
        QCOMPARE(metric->count(), 2);
        metric->setCurrentIndex(metric->findData(QStringLiteral("auc")));
        auto* verdict = child<QLabel>(compare, "verdict");
        QTRY_VERIFY2_WITH_TIMEOUT(verdict->text().contains(QLocale().toString(0.74, 'f', 4)),
                                  qPrintable(verdict->text()), patience);
        QVERIFY2(verdict->text().contains(QStringLiteral("no test was made")), qPrintable(verdict->text()));
        const auto protocol = child<QLabel>(compare, "compareProtocol")->text();
        QVERIFY2(!protocol.contains(QStringLiteral("candidate")), qPrintable(protocol));
    }

    void there_is_nobody_to_explain_anything_to() {
        QCOMPARE(child<QComboBox>(page(PageId::explain), "explainRuns")->count(), 0);
    }

    void the_report_page_opens() { page(PageId::report); }
};

QTEST_MAIN(TestClicks)
#include "tst_clicks.moc"
