// The frame of training by epochs, around a model that is nothing but numbers.
#include <QTest>

#include "core/make_data.h"
#include "core/models/epoch_loop.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

class Numbers final : public Recommender {
  public:
    std::vector<double> learned = std::vector<double>(1000, 1.0);
    bool in_training = true;

    Capabilities capabilities(const Parameters&) const override { return {}; }
    Cost cost(const DataShape&, const Parameters&) const override { return {}; }
    Status fit(const TrainingData&, const Parameters&, FitContext&) override { return {}; }
    std::uint32_t n_users() const override { return 1; }
    std::uint32_t n_items() const override { return 1; }
    void score(UserIx, std::span<double> out) const override { out[0] = learned[0]; }
    void score_pairs(std::span<const Pair>, std::span<double>) const override {}
    bool finite() const override { return std::isfinite(learned[0]); }

  protected:
    void save_state(Writer& out) const override { out.array(learned); }
    Status load_state(Reader& in) override {
        learned = in.array<double>();
        return {};
    }
    void end_training() override { in_training = false; }
};

/// Measures what a function says.
class Said final : public Validator {
  public:
    std::function<Result<double>(const Recommender&)> says;
    mutable int asked = 0;
    Result<double> measure(const Recommender& model, std::string_view) const override {
        ++asked;
        return says(model);
    }
    bool higher_is_better(std::string_view) const override { return true; }
};

struct Training {
    Numbers model;
    EpochPlan plan;
    Parallel parallel{1};
    Progress progress;
    FitContext context{progress, parallel};

    Training() {
        plan.epochs = 5;
        plan.metric = "auc";
        plan.remedy_parameter = "learning_rate";
        plan.remedy = "lower the learning rate";
    }
    Status run(const std::function<void(std::uint32_t)>& epoch) {
        return EpochLoop::run(model, plan, context, [&](std::uint32_t number) {
            epoch(number);
            return 1.0 / number;
        });
    }
    std::size_t points(std::string_view series) const {
        const auto curves = progress.curves();
        return static_cast<std::size_t>(
            std::count_if(curves.begin(), curves.end(), [&](const auto& point) { return point.series == series; }));
    }
};

} // namespace

class TestEpochLoop : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// The loss of an epoch is taken before its last step, which may be the one that overflows.
    void a_model_that_overflowed_fails_with_a_good_loss() {
        Training t;
        const auto status = t.run([&](std::uint32_t epoch) {
            if (epoch == 3)
                t.model.learned[0] = std::numeric_limits<double>::infinity();
        });
        QVERIFY(!status);
        QVERIFY(status.error().kind == ErrorKind::failed);
        QVERIFY(status.error().what.find("epoch 3") != std::string::npos);
        QCOMPARE(status.error().where, std::string("learning_rate"));
        QVERIFY(!status.error().remedy.empty());
        QCOMPARE(t.points("loss"), std::size_t{2});
    }

    void what_only_training_needs_is_given_back_at_the_end() {
        Training t;
        QVERIFY(t.run([&](std::uint32_t) { QVERIFY(t.model.in_training); }).has_value());
        QVERIFY(!t.model.in_training);
    }

    void a_metric_that_does_not_apply_is_a_note_where_nothing_depends_on_it() {
        Training t;
        Said said;
        said.says = [](const Recommender&) -> Result<double> {
            return bad_data("auc does not apply to the validation rows", "watch", "choose another metric");
        };
        t.context.validator = &said;
        const auto status = t.run([](std::uint32_t) {});
        QVERIFY2(status, status ? "" : status.error().text().c_str());
        QCOMPARE(t.points("loss"), std::size_t{5});
        QCOMPARE(t.points("validation_auc"), std::size_t{0});
        QVERIFY(t.progress.snapshot().note.find("auc is not measured") != std::string::npos);
        QCOMPARE(said.asked, 1);
    }

    void a_metric_that_does_not_apply_fails_where_patience_needs_it() {
        Training t;
        Said said;
        said.says = [](const Recommender&) -> Result<double> { return bad_data("auc does not apply", {}, "another"); };
        t.context.validator = &said;
        t.plan.patience = 2;
        const auto status = t.run([](std::uint32_t) {});
        QVERIFY(!status);
        QVERIFY(status.error().kind == ErrorKind::bad_data);
    }

    void other_errors_of_validation_end_the_training() {
        for (const auto& error : {run_failed("the scores are no numbers", {}, "lower the rate"), cancelled_error()}) {
            Training t;
            Said said;
            said.says = [&](const Recommender&) -> Result<double> { return error; };
            t.context.validator = &said;
            const auto status = t.run([](std::uint32_t) {});
            QVERIFY(!status);
            QVERIFY(status.error().kind == error.value().kind);
        }
    }

    /// The best state goes through a checkpoint too.
    void a_resumed_training_keeps_the_best_state() {
        struct Kept final : CheckpointKeeper {
            std::vector<std::vector<std::byte>> states;
            std::optional<std::vector<std::byte>> from;
            Status keep(std::span<const std::byte> state) override {
                states.emplace_back(state.begin(), state.end());
                return {};
            }
            std::optional<std::vector<std::byte>> take() override { return std::exchange(from, std::nullopt); }
        } kept;
        Said said;
        said.says = [](const Recommender& model) -> Result<double> {
            double score = 0;
            model.score(0, std::span(&score, 1));
            return score;
        };
        const auto train = [&](Training& t) {
            t.context.validator = &said;
            t.context.checkpoints = &kept;
            t.context.checkpoint_seconds = 0;
            t.plan.patience = 2;
            t.plan.epochs = 9;
            // 1, 2, 1.5, 1, 0.5: the best is that of epoch 2.
            return t.run([&](std::uint32_t epoch) { t.model.learned[0] = epoch < 3 ? epoch : 3 - 0.5 * epoch; });
        };
        Training whole;
        QVERIFY(train(whole).has_value());
        QCOMPARE(whole.model.learned[0], 2.0);
        QCOMPARE(kept.states.size(), std::size_t{4});
        for (std::size_t state = 0; state < 4; ++state) {
            Training rest;
            kept.from = kept.states[state];
            QVERIFY(train(rest).has_value());
            QCOMPARE(rest.model.learned[0], 2.0);
            QVERIFY(rest.progress.curves() == whole.progress.curves());
        }
        for (std::size_t length = 0; length < kept.states[3].size(); length += 997) {
            Training damaged;
            kept.from =
                std::vector(kept.states[3].begin(), kept.states[3].begin() + static_cast<std::ptrdiff_t>(length));
            QVERIFY(!train(damaged));
        }
    }
};

QTEST_APPLESS_MAIN(TestEpochLoop)
#include "tst_epoch_loop.moc"
