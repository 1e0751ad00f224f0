#include <QTest>

#include <set>

#include "core/eval/evaluate.h"
#include "core/make_data.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Recommends given lists, so that metrics can be checked by hand and against peers.
class Fixed final : public Recommender {
  public:
    std::map<UserIx, std::vector<ItemIx>> lists;
    std::map<std::pair<UserIx, ItemIx>, double> ratings;

    Cost cost(const DataShape&, const Parameters&) const override { return {}; }
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = !ratings.empty();
        return can;
    }
    Status fit(const TrainingData& training, const Parameters&, FitContext&) override {
        remember_seen(training);
        users_ = training.data.users().size();
        items_ = training.data.items().size();
        return {};
    }
    std::uint32_t n_users() const override { return users_; }
    std::uint32_t n_items() const override { return items_; }
    void score(UserIx, std::span<double>) const override {}
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = ratings.at({pairs[i].user, pairs[i].item});
    }

  protected:
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override {
        for (std::size_t u = 0; u < users.size(); ++u)
            if (const auto at = lists.find(users[u]); at != lists.end())
                for (const ItemIx item : at->second)
                    if (out[u].size() < options.k)
                        out[u].push_back({item, -static_cast<double>(out[u].size())});
    }
    void save_state(Writer&) const override {}
    Status load_state(Reader&) override { return {}; }

  private:
    std::uint32_t users_ = 0, items_ = 0;
};

struct Case {
    DatasetPtr data;
    Split split;
    Fixed model;
};

std::string id(const nlohmann::json& number) {
    return std::to_string(number.get<int>());
}

/// Truth rows test; train rows (by default one of a user of their own for every item) train.
std::unique_ptr<Case> make_case(const nlohmann::json& truth, const nlohmann::json& ranked,
                                const nlohmann::json& train) {
    auto out = std::make_unique<Case>();
    std::vector<Row> rows;
    for (const auto& row : truth)
        rows.push_back({id(row[0]), id(row[1]), row.size() > 2 ? row[2].get<float>() : 1.0F});
    const auto n_test = rows.size();
    std::set<std::string> items;
    for (const auto& row : ranked)
        items.insert(id(row[1]));
    for (const auto& row : truth)
        items.insert(id(row[1]));
    if (train.empty())
        for (const auto& item : items)
            rows.push_back({"999", item, 1});
    for (const auto& row : train)
        rows.push_back({id(row[0]), id(row[1]), 1});
    for (const auto& row : ranked)
        rows.push_back({"998", id(row[1]), 1}); // only so that every listed item has an index
    out->data = *make_data(rows);
    for (RowIx row = 0; row < rows.size(); ++row) {
        if (row < n_test)
            out->split.test.push_back(row);
        else if (rows[row].user != "998")
            out->split.train.push_back(row);
    }
    for (const auto& row : ranked)
        if (const auto user = out->data->users().find(id(row[0])))
            out->model.lists[*user].push_back(*out->data->items().find(id(row[1])));
    const Parallel parallel(1);
    Progress progress;
    FitContext context{progress, parallel, 1};
    (void)out->model.fit(TrainingData(*out->data, out->split.train), {}, context);
    return out;
}

Evaluation run(const Case& c, std::vector<std::uint32_t> ks, bool remove_seen = false) {
    const Parallel parallel(2);
    Progress progress;
    return *evaluate(c.model, c.model.capabilities({}), *c.data, c.split, {std::move(ks), remove_seen}, parallel,
                     progress);
}

} // namespace

class TestEvaluate : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Hand-made lists, against what the functions of Microsoft Recommenders return. Theirs averages over the users
    /// it names in "denominators"; ours over all users of the truth, with 0 for one without a list.
    void ranking_metrics_match_the_reference() {
        REQUIRE_FILE(reference_values_folder() / "metrics.json");
        const auto values = read_values("metrics.json");
        const auto c = make_case(values.at("truth"), values.at("ranked"), nlohmann::json::array());
        const auto evaluation = run(*c, {1, 2, 3, 5, 10});
        const auto& denominators = values.at("denominators");
        const double common = static_cast<double>(denominators.at("common users (precision, recall, map)").size());
        const double all = static_cast<double>(denominators.at("ndcg users (all of truth)").size());
        QCOMPARE(static_cast<double>(evaluation.users.size()), all);
        for (const int k : {1, 2, 3, 5, 10}) {
            const auto theirs = [&](const std::string& name) {
                return values.at("ranking").at(name + "|k=" + std::to_string(k)).get<double>();
            };
            const auto ours = [&](const std::string& name) {
                return evaluation.metrics.at(name + "@" + std::to_string(k));
            };
            QVERIFY(std::abs(ours("precision") * all / common - theirs("precision_at_k")) < 1e-12);
            QVERIFY(std::abs(ours("recall") * all / common - theirs("recall_at_k")) < 1e-12);
            QVERIFY(std::abs(ours("map") * all / common - theirs("map_at_k")) < 1e-12);
            QVERIFY(std::abs(ours("map_full") * all / common - theirs("map")) < 1e-12);
            const auto ndcg = "ndcg_at_k|k=" + std::to_string(k) + "|score=binary|disc=log2";
            QVERIFY(std::abs(ours("ndcg") - values.at("ranking").at(ndcg).get<double>()) < 1e-12);
        }
    }

    void hit_rate_and_mrr_follow_their_definition() {
        // User 1 hits at rank 2, user 2 at rank 3, user 3 not at all.
        const auto c = make_case(nlohmann::json::parse("[[1,10],[2,11],[3,12]]"),
                                 nlohmann::json::parse("[[1,20],[1,10],[2,20],[2,21],[2,11],[3,20]]"), {});
        const auto evaluation = run(*c, {1, 2, 3});
        QCOMPARE(evaluation.metrics.at("hit_rate@1"), 0.0);
        QCOMPARE(evaluation.metrics.at("hit_rate@2"), 1.0 / 3);
        QCOMPARE(evaluation.metrics.at("mrr@2"), 0.5 / 3);
        QCOMPARE(evaluation.metrics.at("mrr@3"), (0.5 + 1.0 / 3) / 3);
        QCOMPARE(evaluation.per_user.at("mrr@3"), (std::vector<float>{0.5F, 1.0F / 3, 0.0F}));
    }

    void beyond_accuracy_matches_the_reference() {
        REQUIRE_FILE(reference_values_folder() / "metrics.json");
        const auto values = read_values("metrics.json").at("beyond_accuracy");
        auto train = values.at("train");
        auto reco = values.at("reco (user,item,relevance)");
        // Their list also holds an item never trained on, which no list of ours can; it is left out on both sides.
        nlohmann::json kept = nlohmann::json::array();
        for (const auto& row : reco)
            if (row[1] != 6.0)
                kept.push_back(row);
        nlohmann::json truth = nlohmann::json::array();
        for (const int user : {1, 2, 3, 5})
            truth.push_back({user, 1, 1});
        const auto c = make_case(truth, kept, train);
        const auto evaluation = run(*c, {10});
        const double expected = values.at("novelty").get<double>() * 9.0 / 8.0;
        QVERIFY(std::abs(evaluation.metrics.at("novelty@10") - expected) < 1e-12);
        QCOMPARE(evaluation.metrics.at("coverage@10"), 4.0 / 5.0);
    }

    void rating_metrics_match_the_reference() {
        REQUIRE_FILE(reference_values_folder() / "metrics.json");
        const auto values = read_values("metrics.json").at("rating_case");
        auto c = make_case(values.at("truth"), nlohmann::json::array(), nlohmann::json::array());
        for (const auto& row : values.at("pred"))
            if (const auto user = c->data->users().find(id(row[0])))
                c->model.ratings[{*user, *c->data->items().find(id(row[1]))}] = row[2].get<double>();
        // Their inner join drops the truth row without a prediction; so does this test.
        std::erase_if(c->split.test, [&](RowIx row) {
            const auto& rows = c->data->interactions();
            return !c->model.ratings.contains({rows.user[row], rows.item[row]});
        });
        const auto evaluation = run(*c, {1});
        QVERIFY(std::abs(evaluation.metrics.at("rmse") - values.at("values").at("rmse").get<double>()) < 1e-12);
        QVERIFY(std::abs(evaluation.metrics.at("mae") - values.at("values").at("mae").get<double>()) < 1e-12);
        QCOMPARE(evaluation.rated_test_rows, std::uint64_t{7});
    }

    void repeated_test_rows_count_once() {
        const auto c =
            make_case(nlohmann::json::parse("[[1,10],[1,10],[1,11]]"), nlohmann::json::parse("[[1,10],[1,11]]"), {});
        const auto evaluation = run(*c, {2});
        QCOMPARE(evaluation.metrics.at("recall@2"), 1.0);
        QCOMPARE(evaluation.metrics.at("ndcg@2"), 1.0);
    }

    void test_items_already_seen_are_not_relevant() {
        const auto c = make_case(nlohmann::json::parse("[[1,10],[1,11],[2,10]]"), nlohmann::json::parse("[[1,11]]"),
                                 nlohmann::json::parse("[[1,10],[2,10],[3,11]]"));
        const auto evaluation = run(*c, {1}, true);
        QCOMPARE(evaluation.users, (std::vector<UserIx>{*c->data->users().find("1")}));
        QCOMPARE(evaluation.metrics.at("recall@1"), 1.0);
        QCOMPARE(run(*c, {1}, false).users.size(), std::size_t{2});
    }

    void every_metric_is_described() {
        const auto c = make_case(nlohmann::json::parse("[[1,10]]"), nlohmann::json::parse("[[1,10]]"), {});
        for (const auto& [name, value] : run(*c, {1}).metrics) {
            QVERIFY2(find_metric(name) != nullptr, name.c_str());
            QVERIFY(std::isfinite(value));
        }
        QVERIFY(find_metric("ndcg") == nullptr);
        QVERIFY(find_metric("rmse@10") == nullptr);
        QVERIFY(find_metric("magic@10") == nullptr);
    }

    void calibration_compares_predictions_with_what_happened() {
        // Two rows at 0.15 of which one is positive, four at 0.75 of which three are, one at exactly 1.
        const auto data = *make_data({{"a", "r", 1},
                                      {"a", "s", 0},
                                      {"b", "r", 1},
                                      {"b", "s", 1},
                                      {"b", "t", 1},
                                      {"b", "u", 0},
                                      {"c", "r", 1},
                                      {"c", "s", 0}});
        Split split;
        split.train = {7};
        split.test = {0, 1, 2, 3, 4, 5, 6};
        Fixed model;
        const double said[] = {0.15, 0.15, 0.75, 0.75, 0.75, 0.75, 1.0};
        for (RowIx row = 0; row < 7; ++row)
            model.ratings[{data->interactions().user[row], data->interactions().item[row]}] = said[row];
        Capabilities can;
        can.recommends = false;
        can.predicts_clicks = true;
        const Parallel parallel(1);
        Progress progress;
        const auto out = *evaluate(model, can, *data, split, {}, parallel, progress);
        QCOMPARE(out.calibration.size(), std::size_t{3});
        const double predicted[] = {0.15, 0.75, 1.0};
        const double positive[] = {0.5, 0.75, 1.0};
        const std::uint64_t rows[] = {2, 4, 1};
        for (std::size_t bin = 0; bin < 3; ++bin) {
            QCOMPARE(out.calibration[bin].predicted, predicted[bin]);
            QCOMPARE(out.calibration[bin].positive, positive[bin]);
            QCOMPARE(out.calibration[bin].rows, rows[bin]);
        }
        QCOMPARE(out.metrics.at("ece"), 0.35 * 2 / 7);
    }
};

QTEST_APPLESS_MAIN(TestEvaluate)
#include "tst_evaluate.moc"
