// A data set's page: which charts and tables it shows for which data, and that its tables answer.
#include <QHeaderView>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>

#include "support.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/sparsity_picture.h"
#include "ui/pages/data/dataset_view.h"
#include "ui/pages/data/overview_tab.h"
#include "ui/pages/data/table_tab.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

DatasetPtr clickLog() {
    DatasetParts parts;
    parts.name = "clicks";
    parts.has_pairs = false;
    StringColumn dash, colours;
    dash.push_back(no_id);
    colours.push_back("blue");
    colours.push_back("red");
    parts.users = IdMap(dash);
    parts.items = IdMap(dash);
    parts.interactions.user = {0, 0, 0, 0};
    parts.interactions.item = {0, 0, 0, 0};
    parts.interactions.value = {1, 0, 0, 0};
    parts.context = {{"I1", ColumnType::number, {1, 2, std::nan(""), 4}, {}, {}, {}, {}},
                     {"C1", ColumnType::category, {}, {0, 1, ContextColumn::missing, 1}, {}, {}, colours}};
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

/// The text twins of the charts that are not left out.
QStringList shownCharts(const OverviewTab& overview) {
    QStringList out;
    for (const auto* panel : overview.findChildren<ChartPanel*>())
        if (panel->isVisibleTo(&overview))
            out.append(panel->textTwin());
    return out;
}

void show(OverviewTab& overview, const DatasetPtr& data) {
    const Parallel parallel(1);
    const QSignalSpy complete(&overview, &OverviewTab::complete);
    overview.show(data, std::make_shared<const DataStatistics>(data_statistics(*data, parallel)));
    QTRY_COMPARE(complete.count(), 1);
}

} // namespace

class TestDatasetView : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_overview_draws_what_the_data_has() {
        OverviewTab overview;
        show(overview, smallDataset());
        if (QTest::currentTestFailed())
            return;
        const auto charts = shownCharts(overview);
        // Ratings, popularity, activity, time, missing ratings of views, kinds of event and repeats.
        QCOMPARE(charts.size(), 7);
        for (const auto& twin : charts)
            QVERIFY2(twin.contains(u'\t'), qPrintable(twin));
        const auto* sparsity = overview.findChild<SparsityPicture*>();
        QVERIFY(sparsity->isVisibleTo(&overview));
        QVERIFY(sparsity->textTwin().count(u'\n') == 21);
    }

    void a_click_log_shows_labels_and_fields_but_no_users() {
        const auto data = clickLog();
        QVERIFY(data);
        OverviewTab overview;
        show(overview, smallDataset());
        show(overview, data);
        if (QTest::currentTestFailed())
            return;
        QVERIFY(!overview.findChild<SparsityPicture*>()->isVisibleTo(&overview));
        const auto charts = shownCharts(overview).join(u'\n');
        QVERIFY2(charts.contains(QStringLiteral("I1\t25")), qPrintable(charts));
        QVERIFY2(charts.contains(QStringLiteral("C1\t2")), qPrintable(charts));
        const Parallel parallel(1);
        QVERIFY(dataSentence(*data, data_statistics(*data, parallel)).contains(QStringLiteral("no users and items")));
    }

    void every_table_is_filled_sorted_and_filtered() {
        TestBench bench;
        QVERIFY(bench.workspace->add_dataset(*smallDataset()));
        DatasetView view(*bench.workbench);
        view.resize(900, 700);
        view.setVisible(true);
        const QSignalSpy complete(&view, &DatasetView::complete);
        view.show(bench.workspace->datasets()->front());
        QTRY_COMPARE_WITH_TIMEOUT(complete.count(), 1, patience);
        auto* tabs = child<QTabWidget>(&view, "datasetTabs");
        const std::pair<int, std::uint64_t> expected[] = {
            {1, bench.workspace->datasets()->front().summary.interactions}, {2, 60}, {3, 80}};
        for (const auto& [tab, rows] : expected) {
            QVERIFY(tabs->isTabVisible(tab));
            tabs->setCurrentIndex(tab);
            auto* page = qobject_cast<TableTab*>(tabs->currentWidget());
            QCOMPARE(page->table()->shownRows(), rows);
            const QSignalSpy answered(page, &TableTab::answered);
            page->table()->view()->horizontalHeader()->setSortIndicator(0, Qt::DescendingOrder);
            QTRY_COMPARE_WITH_TIMEOUT(answered.count(), 1, patience);
            QTest::keyClicks(page->table()->filterBox(), QStringLiteral("1"));
            QTRY_COMPARE_WITH_TIMEOUT(answered.count(), 2, patience);
            QVERIFY(page->table()->shownRows() > 0 && page->table()->shownRows() < rows);
            page->table()->filterBox()->setText(QStringLiteral("nothing like this"));
            QTRY_COMPARE_WITH_TIMEOUT(page->table()->shownRows(), std::uint64_t{0}, patience);
        }
        QVERIFY(tabs->isTabVisible(4)); // the generated films have a knowledge graph
    }

    void the_last_of_many_questions_is_answered() {
        TestBench bench;
        Progress progress;
        const auto data = generate_dataset({600, 800, 60'000, 7}, "many", progress);
        QVERIFY(data);
        QVERIFY(bench.workspace->add_dataset(**data));
        DatasetView view(*bench.workbench);
        view.setVisible(true);
        const QSignalSpy complete(&view, &DatasetView::complete);
        view.show(bench.workspace->datasets()->front());
        QTRY_COMPARE_WITH_TIMEOUT(complete.count(), 1, patience);
        auto* tabs = child<QTabWidget>(&view, "datasetTabs");
        tabs->setCurrentIndex(1);
        auto* table = qobject_cast<TableTab*>(tabs->currentWidget())->table();
        for (int column = 0; column < 5; ++column)
            table->view()->horizontalHeader()->setSortIndicator(column, Qt::DescendingOrder);
        table->view()->horizontalHeader()->setSortIndicator(0, Qt::DescendingOrder);
        QTRY_COMPARE_WITH_TIMEOUT(bench.workbench->pendingWork(), 0, patience);
        QCOMPARE(table->view()->model()->index(0, 0).data().toString(),
                 QString::number((*data)->interactions().size() - 1));
    }
};

QTEST_MAIN(TestDatasetView)
#include "tst_dataset_view.moc"
