// The Runs page: going on with what was stopped, and learning curves with their scales.
#include <QComboBox>
#include <QLabel>
#include <QTableView>
#include <QtCharts/QChart>
#include <QtCharts/QValueAxis>

#include "support.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/curves_view.h"
#include "ui/models/facts_model.h"
#include "ui/pages/runs/runs_page.h"

using namespace tastebench;
using namespace tastebench::ui;

class TestRunsPage : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    DatasetPtr data_;

    RunSpec spec(std::int64_t epochs) const {
        RunSpec out;
        out.model = "svd";
        out.parameters = {{"epochs", epochs}, {"factors", std::int64_t{8}}, {"watch", std::string("ndcg@10")}};
        out.split = *SplitRecipe::parse("random:0.7,0.1", 42);
        return *prepare_spec(*data_, out);
    }
    /// A run whose program ended while it waited.
    RunId interrupted() {
        Run run;
        run.spec = spec(5);
        const auto id = *bench_->workspace->add_run(run);
        return bench_->workspace->mark_ended(id, RunState::interrupted, {}, 1) ? id : 0;
    }
    RunState state(RunId id) const { return bench_->workspace->run(id)->state; }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        data_ = smallDataset();
        QVERIFY(bench_->workspace->add_dataset(*data_));
    }
    void cleanup() { bench_.reset(); }

    void a_stopped_run_goes_on_by_button() {
        const auto id = interrupted();
        RunsPage page(*bench_->workbench);
        page.resize(1000, 700);
        page.show();
        auto* resume = child<QPushButton>(&page, "resumeRuns");
        QVERIFY(!resume->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        bench_->workbench->setSelectedRuns({id});
        QTRY_VERIFY_WITH_TIMEOUT(resume->isEnabled(), patience);
        click(resume);
        QTRY_COMPARE_WITH_TIMEOUT(state(id), RunState::done, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!resume->isEnabled(), patience);
        QCOMPARE(bench_->workspace->runs()->size(), std::size_t{1});
    }

    void all_interrupted_runs_go_on_by_one_command() {
        const auto first = interrupted();
        const auto second = interrupted();
        bench_->workbench->resumeInterrupted();
        QTRY_VERIFY_WITH_TIMEOUT(state(first) == RunState::done && state(second) == RunState::done, patience);
    }

    void loss_and_validation_metric_have_charts_of_their_own() {
        const auto id = *bench_->workbench->queue().submit(spec(8));
        bench_->workbench->queue().wait_until_idle();
        RunsPage page(*bench_->workbench);
        page.resize(1000, 700);
        page.show();
        bench_->workbench->setSelectedRuns({id});
        const auto* curves = page.findChild<CurvesView*>();
        QVERIFY(curves);
        QTRY_COMPARE_WITH_TIMEOUT(curves->findChildren<ChartPanel*>().size(), qsizetype{2}, patience);
        const auto panels = curves->findChildren<ChartPanel*>();
        QVERIFY2(panels[0]->textTwin().startsWith(QStringLiteral("RMSE on the training rows")),
                 qPrintable(panels[0]->textTwin()));
        QVERIFY2(panels[1]->textTwin().startsWith(QStringLiteral("nDCG@10 on the validation rows")),
                 qPrintable(panels[1]->textTwin()));
        QCOMPARE(panels[0]->textTwin().count(u'\n'), qsizetype{9}); // the name and a line for each epoch
    }

    void run_again_says_whether_the_digits_are_the_same() {
        const auto id = *bench_->workbench->queue().submit(spec(3));
        bench_->workbench->queue().wait_until_idle();
        QStringList messages;
        connect(bench_->workbench.get(), &Workbench::messageRaised, this,
                [&](const QString& text) { messages.append(text); });
        RunsPage page(*bench_->workbench);
        page.resize(1000, 700);
        page.show();
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        bench_->workbench->setSelectedRuns({id});
        click(child<QPushButton>(&page, "runAgain"));
        QTRY_VERIFY_WITH_TIMEOUT(!messages.isEmpty(), patience);
        const auto told = QStringLiteral("Run 2 repeats run 1: all");
        QVERIFY2(messages.front().startsWith(told) && messages.front().contains(QStringLiteral("identical")),
                 qPrintable(messages.front()));
        auto* verdict = child<QLabel>(&page, "repeatVerdict");
        QVERIFY(!verdict->isVisible()); // the first run repeats none
        bench_->workbench->setSelectedRuns({2});
        QTRY_VERIFY_WITH_TIMEOUT(verdict->isVisible(), patience);
        QVERIFY2(verdict->text().startsWith(told), qPrintable(verdict->text()));
    }

    void run_again_trains_on_no_other_data_of_the_name() {
        auto other = spec(3);
        other.data_fingerprint = std::string(32, '0');
        Run run;
        run.spec = other;
        const auto id = *bench_->workspace->add_run(run);
        QVERIFY(bench_->workspace->mark_ended(id, RunState::interrupted, {}, 1));
        QString error;
        connect(bench_->workbench.get(), &Workbench::errorRaised, this,
                [&](const Error& raised) { error = toQt(raised.text()); });
        RunsPage page(*bench_->workbench);
        page.show();
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        bench_->workbench->setSelectedRuns({id});
        click(child<QPushButton>(&page, "runAgain"));
        QTRY_VERIFY_WITH_TIMEOUT(!error.isEmpty(), patience);
        QVERIFY2(error.contains(QStringLiteral("made on other data")), qPrintable(error));
        QVERIFY(error.contains(toQt(other.data_fingerprint)));
        QCOMPARE(bench_->workspace->runs()->size(), std::size_t{1});
    }

    void a_model_takes_in_newer_data_by_button() {
        auto sar = spec(1);
        sar.model = "sar";
        sar.parameters.clear();
        sar = *prepare_spec(*data_, sar);
        const auto id = *bench_->workbench->queue().submit(sar);
        bench_->workbench->queue().wait_until_idle();
        RunsPage page(*bench_->workbench);
        page.resize(1000, 700);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* update = child<QPushButton>(&page, "updateRun");
        auto* panel = child<QWidget>(&page, "updatePanel");
        QVERIFY(!update->isEnabled());
        bench_->workbench->setSelectedRuns({id});
        QTRY_VERIFY_WITH_TIMEOUT(update->isEnabled(), patience);
        click(update);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        QVERIFY(!panel->isVisible()); // there is no other data
        auto parts = data_->parts();
        parts.name = "newer";
        parts.interactions.user.push_back(0);
        parts.interactions.item.push_back(1);
        if (!parts.interactions.value.empty())
            parts.interactions.value.push_back(5);
        if (!parts.interactions.time.empty())
            parts.interactions.time.push_back(*data_->summary().last_time + 5);
        if (!parts.interactions.event.empty())
            parts.interactions.event.push_back(0);
        QVERIFY(bench_->workspace->add_dataset(**Dataset::make(std::move(parts))));
        page.activateWindow();
        QTest::keyClick(&page, Qt::Key_U, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), patience);
        QCOMPARE(child<QComboBox>(&page, "updateData")->currentText(), QStringLiteral("newer"));
        click(child<QPushButton>(&page, "updateStart"));
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workspace->runs()->size(), std::size_t{2}, patience);
        bench_->workbench->queue().wait_until_idle();
        const auto made = *bench_->workspace->run(id + 1);
        QCOMPARE(made.state, RunState::done);
        QCOMPARE(made.spec.data_name, std::string("newer"));
        const auto start = "update of run " + std::to_string(id) + ": ";
        QVERIFY2(made.spec.note.starts_with(start), made.spec.note.c_str());
        QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), patience);
        QCOMPARE(bench_->workbench->selectedRuns(), QList<RunId>{id + 1});
    }

    void the_detail_tells_the_rows_and_the_fingerprint_of_the_split() {
        const auto id = *bench_->workbench->queue().submit(spec(2));
        bench_->workbench->queue().wait_until_idle();
        const auto run = *bench_->workspace->run(id);
        RunsPage page(*bench_->workbench);
        page.show();
        bench_->workbench->setSelectedRuns({id});
        const auto fact = [&](const QString& name) {
            for (const auto* facts : page.findChildren<FactsModel*>())
                for (int row = 0; row < facts->rowCount(); ++row)
                    if (facts->index(row, 0).data().toString() == name)
                        return facts->index(row, 1).data().toString();
            return QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(fact(QStringLiteral("Split fingerprint")), toQt(run.split_fingerprint), patience);
        QVERIFY(run.validation_rows > 0);
        QCOMPARE(fact(QStringLiteral("Validation rows")), countText(run.validation_rows));
    }

    void curves_of_one_scale_share_a_chart_and_empty_ones_say_why() {
        CurvesView view;
        view.showCurves({{"train_rmse", 1, 1.0}, {"validation_rmse", 1, 1.1}, {"validation_ndcg@10", 1, 0.2}});
        QCOMPARE(view.findChildren<ChartPanel*>().size(), qsizetype{2});
        view.showCurves({{"train_rmse", 1, 1.0}, {"validation_rmse", 1, 1.1}, {"train_rmse", 2, 0.9}});
        const auto* shared = view.findChildren<ChartPanel*>().front()->chart();
        QCOMPARE(shared->series().front()->name(), QStringLiteral("training rows")); // the title says RMSE
        const auto* epochs = qobject_cast<const QValueAxis*>(shared->axes(Qt::Horizontal).front());
        QVERIFY(epochs != nullptr && epochs->tickInterval() == 1 && epochs->labelFormat() == QStringLiteral("%.0f"));
        const auto panels = view.findChildren<ChartPanel*>();
        QVERIFY(!panels[0]->isHidden() && panels[1]->isHidden());
        view.showNothing(QStringLiteral("nothing yet"));
        QCOMPARE(panels[0]->textTwin(), QStringLiteral("nothing yet"));
    }
};

QTEST_MAIN(TestRunsPage)
#include "tst_runs_page.moc"
