// The knowledge graph's panel, driven by keys and mouse: train, watch, look at what was learned, cancel, delete.
#include <QComboBox>
#include <QLabel>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableView>

#include "core/graph/make_graph.h"
#include "support.h"
#include "ui/charts/chart_panel.h"
#include "ui/pages/data/graph_panel.h"
#include "ui/shell/data_table.h"

namespace tastebench::ui {

class TestGraph : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<GraphPanel> panel_;
    DatasetPtr data_;

    template <typename T>
    T* part(const char* name) const {
        return child<T>(panel_.get(), name);
    }
    QAbstractItemModel* rows(const char* name) const { return part<DataTable>(name)->view()->model(); }
    void setEpochs(int epochs) const { part<QSpinBox>("parameter_epochs")->setValue(epochs); }
    /// More than is done before a test stops it, however busy the machine is.
    void startLongTraining() const {
        setEpochs(10'000);
        auto* dimension = part<QSpinBox>("parameter_dimension");
        dimension->setValue(dimension->maximum());
        click(part<QPushButton>("graphTrain"));
    }
    /// Trains a small embedding and waits until it is shown.
    void trainOne(int expected) const {
        click(part<QPushButton>("graphTrain"));
        QTRY_COMPARE_WITH_TIMEOUT(rows("graphEmbeddings")->rowCount(), expected, patience);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        data_ = testing::with_graph(testing::club_graph(6, 8));
        panel_ = std::make_unique<GraphPanel>(*bench_->workbench);
        panel_->resize(1000, 900);
        panel_->show();
        panel_->setDataset(data_);
    }
    void cleanup() {
        panel_.reset();
        bench_.reset();
    }

    void data_without_a_graph_says_how_to_get_one() {
        panel_->setDataset(testing::with_graph({}));
        auto* stack = panel_->findChild<QStackedWidget*>();
        QVERIFY(stack != nullptr);
        QCOMPARE(stack->currentIndex(), 0);
        bool told = false;
        for (const auto* label : stack->currentWidget()->findChildren<QLabel*>())
            told = told || label->text().contains(QStringLiteral("NAME.kg"));
        QVERIFY(told);
        QSignalSpy asked(bench_->workbench.get(), &Workbench::importRequested);
        click(stack->currentWidget()->findChild<QPushButton*>());
        QCOMPARE(asked.count(), 1);
        panel_->setDataset(nullptr);
        QCOMPARE(stack->currentIndex(), 0);
        panel_->setDataset(data_);
        QCOMPARE(stack->currentIndex(), 1);
    }

    void counts_and_relations_are_those_of_the_graph() {
        const auto text = part<QLabel>("graphCounts")->text();
        QVERIFY2(text.contains(QStringLiteral("66 entities, 3 relations, 144 triples; 2 of 2 items")),
                 qPrintable(text));
        const auto* relations = rows("graphRelations");
        QCOMPARE(relations->rowCount(), 3);
        QCOMPARE(relations->index(0, 1).data().toString(), QStringLiteral("48"));
    }

    void training_shows_metrics_curve_and_neighbours() {
        setEpochs(30);
        trainOne(1);
        const auto records = *bench_->workspace->embeddings();
        QCOMPARE(records.size(), std::size_t{1});
        const auto& record = records.front();
        QCOMPARE(get_int(record.spec.parameters, "epochs"), std::int64_t{30});
        QCOMPARE(rows("graphEmbeddings")->index(0, 3).data().toString(),
                 QLocale().toString(record.metrics.at("mrr"), 'f', 4));
        QCOMPARE(part<QLabel>("graphProtocol")->text(), toQt(record.protocol));
        // A header and a line for each epoch.
        QTRY_VERIFY_WITH_TIMEOUT(part<ChartPanel>("graphCurve")->textTwin().count(u'\n') >= 30, patience);
        QCOMPARE(rows("graphNearest")->rowCount(), 10);

        auto* entity = part<QLineEdit>("graphEntity");
        retype(entity, QStringLiteral("person 2-1"));
        QTest::keyClick(entity, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        const auto stored = *bench_->workspace->embedding(record.id);
        const auto* vectors = find_vectors(stored.vectors, "entities");
        QVERIFY(vectors != nullptr);
        std::uint32_t row = 0;
        while (vectors->keys[row] != "person 2-1")
            ++row;
        const auto near = nearest_rows(*vectors, row, 10);
        QCOMPARE(rows("graphNearest")->index(0, 0).data().toString(), toQt(vectors->keys[near[0].row]));

        retype(entity, QStringLiteral("nobody"));
        QTest::keyClick(entity, Qt::Key_Return);
        QVERIFY(part<QLabel>("graphNearText")->text().contains(QStringLiteral("no entity 'nobody'")));
        QCOMPARE(rows("graphNearest")->rowCount(), 0);
    }

    void the_method_brings_its_own_form() {
        auto* method = part<QComboBox>("graphMethod");
        QVERIFY(panel_->findChild<QWidget*>(QStringLiteral("parameter_constraint")) == nullptr);
        method->setCurrentIndex(method->findData(QStringLiteral("transh")));
        QVERIFY(panel_->findChild<QWidget*>(QStringLiteral("parameter_constraint")) != nullptr);
        setEpochs(3);
        part<QSpinBox>("graphSeed")->setValue(7);
        QCOMPARE(panel_->command(),
                 QStringLiteral("tastebench-cli embed --data small --method transh --set epochs=3 --seed 7"));
        trainOne(1);
        const auto record = bench_->workspace->embeddings()->front();
        QCOMPARE(record.spec.method, std::string("transh"));
        QCOMPARE(toQt(command_line(record.spec)), panel_->command());
    }

    void a_cancelled_training_keeps_nothing() {
        startLongTraining();
        auto* cancel = part<QPushButton>("graphCancel");
        QTRY_VERIFY_WITH_TIMEOUT(cancel->isVisible() && !part<QLabel>("graphProgress")->text().isEmpty(), patience);
        QVERIFY(!part<QPushButton>("graphTrain")->isEnabled());
        click(cancel);
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>("graphTrain")->isEnabled(), patience);
        QCOMPARE(part<QLabel>("graphProgress")->text(), QStringLiteral("Cancelled"));
        QVERIFY(bench_->workspace->embeddings()->empty());
    }

    void a_panel_that_goes_away_stops_its_training() {
        startLongTraining();
        QTRY_VERIFY_WITH_TIMEOUT(!part<QLabel>("graphProgress")->text().isEmpty(), patience);
        panel_.reset();
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        QVERIFY(bench_->workspace->embeddings()->empty());
    }

    void embeddings_are_deleted() {
        setEpochs(2);
        trainOne(1);
        trainOne(2);
        click(part<QPushButton>("graphDelete"));
        QTRY_COMPARE_WITH_TIMEOUT(rows("graphEmbeddings")->rowCount(), 1, patience);
        const auto left = *bench_->workspace->embeddings();
        QCOMPARE(left.size(), std::size_t{1});
        QCOMPARE(left.front().id, EmbeddingId{1});
    }

    void only_embeddings_of_this_data_are_listed() {
        setEpochs(2);
        trainOne(1);
        panel_->setDataset(testing::with_graph(testing::club_graph(3, 4)));
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        QCOMPARE(rows("graphEmbeddings")->rowCount(), 0);
        panel_->setDataset(data_);
        QTRY_COMPARE_WITH_TIMEOUT(rows("graphEmbeddings")->rowCount(), 1, patience);
    }

    void every_control_has_a_name_and_a_tip() {
        for (auto* widget : panel_->findChildren<QWidget*>()) {
            const bool field = qobject_cast<QLineEdit*>(widget) != nullptr ||
                               qobject_cast<QComboBox*>(widget) != nullptr ||
                               qobject_cast<QSpinBox*>(widget) != nullptr;
            const bool own =
                !widget->objectName().isEmpty() && widget->objectName().startsWith(QStringLiteral("graph"));
            if (field && own)
                QVERIFY2(!widget->accessibleName().isEmpty() && !widget->toolTip().isEmpty(),
                         qPrintable(widget->objectName()));
        }
    }
};

} // namespace tastebench::ui

QTEST_MAIN(tastebench::ui::TestGraph)
#include "tst_graph.moc"
