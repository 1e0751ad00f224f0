#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestQueue : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::shared_ptr<Workspace> workspace_;
    DatasetPtr data_;

    RunSpec endless() {
        return make_spec(*data_, "svd", {{"epochs", std::int64_t{10'000}}, {"factors", std::int64_t{512}}});
    }
    static void wait_for_start(const ExperimentQueue& queue) {
        while (queue.snapshot().front().progress.stage != "Training")
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

  private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        workspace_ = *Workspace::open(folder_->filePath(QStringLiteral("w.tastebench")).toStdString());
        data_ = tastes(150, 70);
        QVERIFY(workspace_->add_dataset(*data_).has_value());
    }
    void cleanup() {
        workspace_.reset();
        folder_.reset();
    }

    void runs_are_trained_and_kept() {
        ExperimentQueue queue(workspace_, 2);
        std::vector<RunId> ids;
        for (const char* model : {"popularity", "sar", "svd"})
            ids.push_back(*queue.submit(make_spec(*data_, model)));
        queue.wait_until_idle();
        QVERIFY(queue.idle());
        for (const auto id : ids) {
            const auto run = *workspace_->run(id);
            QCOMPARE(run.state, RunState::done);
            QVERIFY(run.metrics.contains("ndcg@10"));
            QVERIFY(run.started > 0 && run.finished >= run.started);
            QVERIFY(workspace_->model(id).has_value());
        }
        QCOMPARE(queue.snapshot().size(), std::size_t{3});
    }

    void cancelled_runs_stop_and_say_so() {
        ExperimentQueue queue(workspace_, 2);
        const auto first = *queue.submit(endless());
        const auto second = *queue.submit(endless());
        wait_for_start(queue);
        queue.cancel(second);
        QCOMPARE(workspace_->run(second)->state, RunState::cancelled);
        QElapsedTimer timer;
        timer.start();
        queue.cancel(first);
        queue.wait_until_idle();
        qInfo("cancelled in %lld ms", static_cast<long long>(timer.elapsed()));
        QCOMPARE(workspace_->run(first)->state, RunState::cancelled);
    }

    void all_can_be_cancelled_at_once() {
        ExperimentQueue queue(workspace_, 1);
        for (int i = 0; i < 3; ++i)
            (void)queue.submit(endless());
        queue.cancel_all();
        queue.wait_until_idle();
        const auto runs = workspace_->runs();
        for (const auto& run : *runs)
            QCOMPARE(run.state, RunState::cancelled);
    }

    void failures_are_recorded_with_their_remedy() {
        ExperimentQueue queue(workspace_, 1);
        const auto wild =
            *queue.submit(make_spec(*data_, "svd", {{"learning_rate", 1.0}, {"epochs", std::int64_t{500}}}));
        auto lost = make_spec(*data_, "sar");
        lost.data_name = "gone";
        const auto orphan = *queue.submit(lost);
        queue.wait_until_idle();
        QCOMPARE(workspace_->run(wild)->state, RunState::failed);
        QVERIFY(workspace_->run(wild)->error.find("lower the learning rate") != std::string::npos);
        QVERIFY(workspace_->run(orphan)->error.find("no data set 'gone'") != std::string::npos);
    }

    void closing_marks_what_was_under_way_as_interrupted() {
        RunId first = 0;
        RunId second = 0;
        {
            ExperimentQueue queue(workspace_, 2);
            first = *queue.submit(endless());
            second = *queue.submit(endless());
            wait_for_start(queue);
        }
        QCOMPARE(workspace_->run(first)->state, RunState::interrupted);
        QCOMPARE(workspace_->run(second)->state, RunState::interrupted);
    }
};

QTEST_APPLESS_MAIN(TestQueue)
#include "tst_queue.moc"
