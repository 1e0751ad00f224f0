// Evaluations that end early: cancelled in the middle of the lists or of the predictions, or by scores that are no
// numbers.
#include <atomic>
#include <limits>
#include <thread>

#include <QTest>

#include "core/eval/evaluate.h"
#include "core/linalg/sparse_rows.h"
#include "core/make_data.h"
#include "core/models/common/score_sums.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Scores by a function; counts what it is asked for, and may cancel what asks.
class Asked final : public Recommender {
  public:
    std::function<double(UserIx, ItemIx)> says = [](UserIx user, ItemIx item) { return (user * 7 + item * 5) % 11; };
    Capabilities can;
    Progress* cancels = nullptr;
    int after = 0; ///< users or rows
    std::chrono::milliseconds slow{0};
    mutable std::atomic<int> users = 0, rows = 0;

    Capabilities capabilities(const Parameters&) const override { return can; }
    Cost cost(const DataShape&, const Parameters&) const override { return {}; }
    Status fit(const TrainingData& training, const Parameters&, FitContext&) override {
        remember_seen(training);
        users_ = training.data.users().size();
        items_ = training.data.items().size();
        return {};
    }
    std::uint32_t n_users() const override { return users_; }
    std::uint32_t n_items() const override { return items_; }
    void score(UserIx user, std::span<double> out) const override {
        for (ItemIx item = 0; item < items_; ++item)
            out[item] = says(user, item);
        if (++users == after && cancels != nullptr)
            cancels->cancel();
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = says(pairs[i].user, pairs[i].item);
        std::this_thread::sleep_for(slow);
        if ((rows += static_cast<int>(pairs.size())) >= after && cancels != nullptr)
            cancels->cancel();
    }

  protected:
    void save_state(Writer&) const override {}
    Status load_state(Reader&) override { return {}; }

  private:
    std::uint32_t users_ = 0, items_ = 0;
};

struct Case {
    DatasetPtr data = tastes(300, 40);
    Split split;
    Asked model;
    Parallel parallel{1};
    Progress progress;

    explicit Case(const char* form = "random:0.7") {
        split = *make_split(*data, *SplitRecipe::parse(form, 3), parallel);
        FitContext context{progress, parallel};
        (void)model.fit(TrainingData(*data, split.train), {}, context);
    }
    Result<Evaluation> evaluate(bool sampled = false) {
        return tastebench::evaluate(model, model.can, *data, split, {{10}, true, sampled}, parallel, progress);
    }
    void fails(bool sampled = false) {
        const auto out = evaluate(sampled);
        QVERIFY(!out);
        QVERIFY(out.error().kind == ErrorKind::failed);
        QVERIFY(out.error().what.find("not numbers") != std::string::npos);
        QVERIFY(!out.error().remedy.empty());
    }
};

} // namespace

class TestEvaluateEnds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void lists_stop_at_the_next_user() {
        Case c;
        c.model.cancels = &c.progress;
        c.model.after = 20;
        const auto out = c.evaluate();
        QVERIFY(!out);
        QVERIFY(out.error().kind == ErrorKind::cancelled);
        QCOMPARE(c.model.users.load(), 20);
    }

    void predictions_of_a_slow_model_stop_after_few_rows() {
        Case c;
        QVERIFY(c.split.test.size() > 1000);
        c.model.can.recommends = false;
        c.model.can.predicts_ratings = true;
        c.model.slow = std::chrono::milliseconds(20);
        c.model.cancels = &c.progress;
        c.model.after = 300;
        const auto out = c.evaluate();
        QVERIFY(!out);
        QVERIFY(out.error().kind == ErrorKind::cancelled);
        QVERIFY2(c.model.rows.load() <= 512, qPrintable(QString::number(c.model.rows.load())));
    }

    void a_candidate_whose_score_is_no_number_fails_data() {
        QTest::addColumn<double>("score");
        QTest::newRow("infinite") << infinite;
        QTest::newRow("minus infinite") << -infinite;
        QTest::newRow("not a number") << not_a_number;
    }
    void a_candidate_whose_score_is_no_number_fails() {
        QFETCH(double, score);
        Case c;
        c.model.says = [&](UserIx user, ItemIx item) { return user == 150 && item == 39 ? score : 1.0 / (1 + item); };
        // One that the user has is no candidate.
        const auto seen = c.model.seen(150);
        const bool candidate = !std::binary_search(seen.begin(), seen.end(), ItemIx{39});
        if (candidate)
            c.fails();
        else
            QVERIFY(c.evaluate().has_value());
        c.model.says = [&](UserIx, ItemIx item) { return item == 7 ? score : 1.0; };
        c.fails();
    }

    void a_rank_among_others_that_is_no_number_fails() {
        Case c("loo:last");
        c.model.can.recommends = true;
        QVERIFY(c.evaluate(true).has_value());
        c.model.says = [](UserIx, ItemIx) { return not_a_number; };
        c.fails(true);
    }

    void items_unseen_in_training_may_have_any_score() {
        auto rows = std::vector<Row>{{"a", "x", 1, 1}, {"a", "y", 1, 2}, {"b", "y", 1, 1},
                                     {"b", "x", 1, 2}, {"c", "x", 1, 1}, {"c", "new", 1, 2}};
        const auto data = *make_data(rows);
        Split split;
        split.train = {0, 2, 4};
        split.test = {1, 3, 5};
        Asked model;
        Progress progress;
        const Parallel parallel(1);
        FitContext context{progress, parallel};
        (void)model.fit(TrainingData(*data, split.train), {}, context);
        const auto unseen = *data->items().find("new");
        model.says = [=](UserIx, ItemIx item) { return item == unseen ? not_a_number : 1.0; };
        QVERIFY(evaluate(model, {}, *data, split, {{10}, true}, parallel, progress).has_value());
    }

    void sums_of_rows_tell_what_is_no_number() {
        Case c;
        for (const double bad : {not_a_number, infinite}) {
            ScoreSums sums(c.model.n_items());
            std::vector<ItemIx> items(c.model.n_items());
            std::iota(items.begin(), items.end(), ItemIx{0});
            std::vector<double> values(items.size(), 1.0);
            std::atomic<bool> told = false;
            const TopKOptions options{10, false, nullptr, &told};
            sums.add(items, values.data(), 2);
            QCOMPARE(sums.take_list(c.model, 0, options).size(), std::size_t{10});
            QVERIFY(!told);
            values[38] = bad;
            sums.add(items, values.data(), 2);
            for (const auto& one : sums.take_list(c.model, 0, options))
                QVERIFY(one.item != 38);
            QVERIFY(told);
        }
    }
};

QTEST_APPLESS_MAIN(TestEvaluateEnds)
#include "tst_evaluate_ends.moc"
