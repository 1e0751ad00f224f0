#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "core/experiment/update.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Hands everything on to the workspace.
class Through : public RunKeeper {
  public:
    explicit Through(std::shared_ptr<Workspace> inner) : inner_(std::move(inner)) {}
    Result<DatasetPtr> dataset(const std::string& name) override { return inner_->dataset(name); }
    Result<Run> run(RunId id) const override { return inner_->run(id); }
    Result<std::unique_ptr<Recommender>> model(RunId id) const override { return inner_->model(id); }
    Result<RunId> add_run(const Run& run) override { return inner_->add_run(run); }
    Status mark_started(RunId id, std::int64_t time) override { return inner_->mark_started(id, time); }
    Status finish_run(const RunOutcome& outcome) override { return inner_->finish_run(outcome); }
    Status mark_ended(RunId id, RunState state, const std::string& error, std::int64_t time) override {
        return inner_->mark_ended(id, state, error, time);
    }
    Result<Run> resume_run(RunId id) override { return inner_->resume_run(id); }
    Status keep_checkpoint(RunId id, std::span<const std::byte> state) override {
        return inner_->keep_checkpoint(id, state);
    }
    Result<std::optional<std::vector<std::byte>>> take_checkpoint(RunId id) override {
        return inner_->take_checkpoint(id);
    }

  private:
    std::shared_ptr<Workspace> inner_;
};

} // namespace

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

    void a_cancelled_run_can_be_resumed() {
        const auto spec = make_spec(*data_, "svd", {{"epochs", std::int64_t{60}}});
        RunId id = 0;
        {
            ExperimentQueue queue(workspace_, 2, 0);
            id = *queue.submit(spec);
            while (queue.snapshot().front().curves.size() < 5)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            queue.cancel(id);
            queue.wait_until_idle();
            QCOMPARE(workspace_->run(id)->state, RunState::cancelled);
            QVERIFY(workspace_->take_checkpoint(id)->has_value());
            QVERIFY(queue.resume(id).has_value());
            QCOMPARE(queue.snapshot().size(), std::size_t{1});
            queue.wait_until_idle();
            QCOMPARE(queue.snapshot().size(), std::size_t{1});
        }
        const auto run = *workspace_->run(id);
        const auto whole = train(*data_, spec);
        QCOMPARE(run.state, RunState::done);
        QCOMPARE(run.metrics, whole.run.metrics);
        QCOMPARE(run.curves, whole.run.curves);
        QVERIFY(!workspace_->take_checkpoint(id)->has_value());
        QVERIFY(run.created > 0 && run.started >= run.created && run.finished >= run.started);
    }

    void a_run_that_never_began_is_resumed_from_the_start() {
        RunId id = 0;
        {
            ExperimentQueue queue(workspace_, 1);
            (void)queue.submit(endless());
            id = *queue.submit(make_spec(*data_, "sar"));
        }
        QCOMPARE(workspace_->run(id)->state, RunState::interrupted);
        ExperimentQueue queue(workspace_, 1);
        QVERIFY(queue.resume(id).has_value());
        queue.wait_until_idle();
        QCOMPARE(workspace_->run(id)->state, RunState::done);
    }

    void only_stopped_runs_are_resumed() {
        ExperimentQueue queue(workspace_, 1);
        const auto done = *queue.submit(make_spec(*data_, "sar"));
        queue.wait_until_idle();
        const auto refused = queue.resume(done);
        QVERIFY(!refused);
        QVERIFY(refused.error().text().find("is done") != std::string::npos);
        QVERIFY(queue.resume(done + 100).error().text().find("no run") != std::string::npos);
        const auto running = *queue.submit(endless());
        wait_for_start(queue);
        QVERIFY(queue.resume(running).error().text().find("is running") != std::string::npos);
    }

    void a_checkpoint_that_cannot_be_kept_is_told_and_training_goes_on() {
        class Full final : public Through {
          public:
            using Through::Through;
            Status keep_checkpoint(RunId, std::span<const std::byte>) override {
                return run_failed("the disk is full", {}, "free some space");
            }
        };
        ExperimentQueue queue(std::make_shared<Full>(workspace_), 1, 0);
        const auto id = *queue.submit(make_spec(*data_, "svd", {{"epochs", std::int64_t{200}}}));
        std::string warning;
        while (!queue.idle()) {
            if (const auto jobs = queue.snapshot(); !jobs.front().warning.empty())
                warning = jobs.front().warning;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        QVERIFY2(warning.find("could not be resumed: the disk is full") != std::string::npos, warning.c_str());
        QCOMPARE(workspace_->run(id)->state, RunState::done);
    }

    void a_result_too_large_to_keep_fails_the_run_and_the_next_is_trained() {
        class Small final : public Through {
          public:
            using Through::Through;
            Status finish_run(const RunOutcome& outcome) override {
                if (outcome.run.spec.model == "svd")
                    throw std::bad_alloc();
                return Through::finish_run(outcome);
            }
        };
        ExperimentQueue queue(std::make_shared<Small>(workspace_), 1);
        const auto large = *queue.submit(make_spec(*data_, "svd", {{"epochs", std::int64_t{2}}}));
        const auto small = *queue.submit(make_spec(*data_, "popularity"));
        queue.wait_until_idle();
        const auto failed = *workspace_->run(large);
        QCOMPARE(failed.state, RunState::failed);
        QVERIFY2(failed.error.find("not enough memory") != std::string::npos, failed.error.c_str());
        QCOMPARE(workspace_->run(small)->state, RunState::done);
    }

    void an_update_takes_its_turn_and_says_how_it_was_done_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("how");
        QTest::newRow("in place") << "sar"
                                  << "took in ";
        QTest::newRow("anew") << "popularity"
                              << "trained anew: ";
    }
    void an_update_takes_its_turn_and_says_how_it_was_done() {
        QFETCH(QString, model);
        QFETCH(QString, how);
        auto parts = data_->parts();
        parts.name = "newer";
        const auto last = *data_->summary().last_time;
        for (const UserIx user : {UserIx{0}, UserIx{1}}) {
            parts.interactions.user.push_back(user);
            parts.interactions.item.push_back(3);
            parts.interactions.value.push_back(5);
            parts.interactions.time.push_back(last + 10 + user);
        }
        // Rows are all there before and after, so that training events are kept: nothing tests but what is newest.
        const auto newer = *Dataset::make(std::move(parts));
        QVERIFY(workspace_->add_dataset(*newer).has_value());
        RunSpec wanted;
        wanted.model = model.toStdString();
        wanted.split = *SplitRecipe::parse("global:0.9", 42);
        ExperimentQueue queue(workspace_, 1);
        const auto earlier = *queue.submit(*prepare_spec(*data_, wanted));
        queue.wait_until_idle();
        const auto spec = prepare_update(*newer, *workspace_->run(earlier));
        const auto id = *queue.submit_update(*spec, earlier);
        queue.wait_until_idle();
        const auto run = *workspace_->run(id);
        QCOMPARE(run.state, RunState::done);
        const auto start = "update of run " + std::to_string(earlier) + ": " + how.toStdString();
        QVERIFY2(run.spec.note.starts_with(start), run.spec.note.c_str());
        QCOMPARE(run.metrics, train(*newer, *spec).run.metrics);
        // What it would go on from must be the run's own data.
        QVERIFY(!prepare_update(*data_, *workspace_->run(earlier)));
    }

    void a_checkpoint_of_another_version_is_passed_over() {
        const auto spec = make_spec(*data_, "svd");
        Run run;
        run.spec = spec;
        const auto id = *workspace_->add_run(run);
        Writer old;
        old.text("0.0.1");
        old.text(current_environment(1).variant);
        old.number(1.0);
        old.text("the state of another time");
        QVERIFY(workspace_->keep_checkpoint(id, old.bytes()).has_value());
        QVERIFY(workspace_->mark_ended(id, RunState::interrupted, {}, 1).has_value());
        ExperimentQueue queue(workspace_, 1);
        QVERIFY(queue.resume(id).has_value());
        queue.wait_until_idle();
        QCOMPARE(workspace_->run(id)->metrics, train(*data_, spec).run.metrics);
    }

    void a_new_checkpoint_replaces_the_old_one() {
        Run run;
        run.spec = make_spec(*data_, "svd");
        const auto id = *workspace_->add_run(run);
        QVERIFY(!workspace_->take_checkpoint(id)->has_value());
        const std::vector<std::byte> first(100, std::byte{1});
        const std::vector<std::byte> second(50, std::byte{2});
        QVERIFY(workspace_->keep_checkpoint(id, first).has_value());
        QVERIFY(**workspace_->take_checkpoint(id) == first);
        QVERIFY(workspace_->keep_checkpoint(id, second).has_value());
        QVERIFY(**workspace_->take_checkpoint(id) == second);
        QVERIFY(**workspace_->take_checkpoint(id) == second);
        QVERIFY(workspace_->delete_run(id).has_value());
        QVERIFY(!workspace_->take_checkpoint(id)->has_value());
        QVERIFY(!workspace_->keep_checkpoint(id, first));
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
