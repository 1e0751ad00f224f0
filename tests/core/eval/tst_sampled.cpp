#include <set>

#include <QTest>

#include "core/eval/sampled.h"
#include "core/experiment/run.h"
#include "core/make_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Scores by (user * 31 + item * 17) modulo 23, so that there are many equal ones.
class Modulo final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override { return {}; }
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
            out[item] = (user * 31 + item * 17) % 23;
    }
    void score_pairs(std::span<const Pair>, std::span<double>) const override {}

  protected:
    void save_state(Writer&) const override {}
    Status load_state(Reader&) override { return {}; }

  private:
    std::uint32_t users_ = 0, items_ = 0;
};

struct Case {
    DatasetPtr data;
    Split split;
    Modulo model;
    Parallel parallel{2};
    Progress progress;

    Case(DatasetPtr given, const char* form) : data(std::move(given)) {
        split = *make_split(*data, *SplitRecipe::parse(form, 9), parallel);
        FitContext context{progress, parallel, 1};
        (void)model.fit(TrainingData(*data, split.train), {}, context);
    }
    Evaluation evaluate(bool sampled = true) {
        return *tastebench::evaluate(model, {}, *data, split, {{1, 3, 10}, true, sampled}, parallel, progress);
    }
};

} // namespace

class TestSampled : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// One person, 7 items in training of which 2 are theirs, so all 5 others are drawn. Scores of items 0 .. 7 for
    /// user 0 are 0 17 11 5 22 16 10 4.
    void a_small_case_is_as_by_hand() {
        std::vector<Row> rows;
        for (int i = 0; i < 8; ++i)
            rows.push_back({"b", "i" + std::to_string(i), 1, i});
        rows.push_back({"a", "i1", 1, 1});
        rows.push_back({"a", "i4", 1, 2});
        rows.push_back({"a", "i6", 1, 3}); // the last: it tests
        Case c(*make_data(rows), "loo:last");
        // The last of b, i7, tests too and is in no one's training: it cannot be recommended and ranks nowhere.
        const auto out = c.evaluate();
        QCOMPARE(out.users.size(), std::size_t{2});
        const UserIx a = *c.data->users().find("a");
        QCOMPARE(a, UserIx{0});
        // Others of a: i0 0, i2 11, i3 5, i5 16; i6 has 10, so rank 3.
        QCOMPARE(out.per_user.at("sampled_hr@3"), (std::vector<float>{1, 0}));
        QCOMPARE(out.per_user.at("sampled_hr@1"), (std::vector<float>{0, 0}));
        QCOMPARE(out.per_user.at("sampled_ndcg@3"), (std::vector<float>{0.5F, 0}));
        QCOMPARE(out.metrics.at("sampled_ndcg@10"), 0.25);
        QCOMPARE(out.metrics.at("sampled_hr@10"), 0.5);
    }

    void ranks_are_those_of_a_plain_sort() {
        Case c(tastes(40, 300), "loo:last,1");
        const auto out = c.evaluate();
        const auto& rows = c.data->interactions();
        std::vector<double> scores(c.model.n_items());
        for (std::size_t u = 0; u < out.users.size(); ++u) {
            const UserIx user = out.users[u];
            std::vector<ItemIx> held;
            ItemIx test = 0;
            for (const auto* side : {&c.split.validation, &c.split.test})
                for (const RowIx row : *side)
                    if (rows.user[row] == user) {
                        held.push_back(rows.item[row]);
                        test = rows.item[row];
                    }
            std::sort(held.begin(), held.end());
            auto list = draw_others(c.model, user, held, 9);
            list.push_back(test);
            c.model.score(user, scores);
            std::sort(list.begin(), list.end(),
                      [&](ItemIx a, ItemIx b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
            const auto rank = std::find(list.begin(), list.end(), test) - list.begin() + 1;
            QCOMPARE(out.per_user.at("sampled_hr@10")[u], rank <= 10 ? 1.0F : 0.0F);
            QCOMPARE(out.per_user.at("sampled_ndcg@10")[u],
                     rank <= 10 ? static_cast<float>(1 / std::log2(1.0 + static_cast<double>(rank))) : 0.0F);
        }
    }

    void others_are_distinct_and_nothing_of_the_user_s() {
        Case c(tastes(40, 300), "loo:last,1");
        const auto& rows = c.data->interactions();
        for (UserIx user = 0; user < 40; ++user) {
            std::set<ItemIx> taken;
            std::vector<ItemIx> held;
            for (RowIx row = 0; row < rows.size(); ++row)
                if (rows.user[row] == user)
                    taken.insert(rows.item[row]);
            for (const auto* side : {&c.split.validation, &c.split.test})
                for (const RowIx row : *side)
                    if (rows.user[row] == user)
                        held.push_back(rows.item[row]);
            std::sort(held.begin(), held.end());
            const auto others = draw_others(c.model, user, held, 9);
            QCOMPARE(others.size(), std::size_t{sampled_others});
            QCOMPARE(std::set<ItemIx>(others.begin(), others.end()).size(), others.size());
            for (const ItemIx item : others)
                QVERIFY(!taken.contains(item) && c.model.item_in_training(item));
            QVERIFY(others == draw_others(c.model, user, held, 9));
            QVERIFY(others != draw_others(c.model, user, held, 10));
        }
    }

    void they_are_measured_only_where_they_are_asked_for() {
        Case c(tastes(40, 30), "loo:last");
        QVERIFY(!c.evaluate(false).metrics.contains("sampled_hr@10"));
        QVERIFY(c.evaluate(true).metrics.contains("sampled_hr@10"));
        QVERIFY(find_metric("sampled_ndcg@10") != nullptr);
        const auto data = tastes(40, 30);
        RunSpec spec;
        spec.model = "popularity";
        spec.evaluation.sampled = true;
        spec.split = *SplitRecipe::parse("random:0.8", 1);
        const auto refused = prepare_spec(*data, spec);
        QVERIFY(!refused);
        QVERIFY(!refused.error().remedy.empty());
        spec.split = *SplitRecipe::parse("loo:random", 1);
        const auto ready = prepare_spec(*data, spec);
        QVERIFY(ready.has_value());
        QVERIFY(command_line(*ready).find("--sampled") != std::string::npos);
        QVERIFY(describe_protocol(ready->split, ready->evaluation).find("among 99 items") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestSampled)
#include "tst_sampled.moc"
