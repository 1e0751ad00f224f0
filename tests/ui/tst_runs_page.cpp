// The Runs page: going on with what was stopped, and learning curves with their scales.
#include <QTableView>
#include <QtCharts/QChart>

#include "support.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/curves_view.h"
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

    void curves_of_one_scale_share_a_chart_and_empty_ones_say_why() {
        CurvesView view;
        view.showCurves({{"train_rmse", 1, 1.0}, {"validation_rmse", 1, 1.1}, {"validation_ndcg@10", 1, 0.2}});
        QCOMPARE(view.findChildren<ChartPanel*>().size(), qsizetype{2});
        view.showCurves({{"train_rmse", 1, 1.0}, {"validation_rmse", 1, 1.1}});
        const auto panels = view.findChildren<ChartPanel*>();
        QVERIFY(!panels[0]->isHidden() && panels[1]->isHidden());
        view.showNothing(QStringLiteral("nothing yet"));
        QCOMPARE(panels[0]->textTwin(), QStringLiteral("nothing yet"));
    }
};

QTEST_MAIN(TestRunsPage)
#include "tst_runs_page.moc"
