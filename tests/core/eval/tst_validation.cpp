// Validation rows neither train nor test: their items leave a user's candidates together with the seen ones.
#include <QTest>

#include <set>

#include "core/eval/evaluate.h"
#include "core/experiment/run.h"
#include "core/split/random_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Scores that depend on user and item alone, so that the lists can be made by hand.
class Hashed final : public Recommender {
  public:
    Cost cost(const DataShape&, const Parameters&) const override { return {}; }
    Capabilities capabilities(const Parameters&) const override { return {}; }
    Status fit(const TrainingData& training, const Parameters&, FitContext&) override {
        remember_seen(training);
        users_ = training.data.users().size();
        items_ = training.data.items().size();
        return {};
    }
    std::uint32_t n_users() const override { return users_; }
    std::uint32_t n_items() const override { return items_; }
    static double score_of(UserIx user, ItemIx item) { return Rng(3, user, item).uniform(); }
    void score(UserIx user, std::span<double> out) const override {
        for (ItemIx item = 0; item < out.size(); ++item)
            out[item] = score_of(user, item);
    }
    void score_pairs(std::span<const Pair>, std::span<double>) const override {}

  protected:
    void save_state(Writer&) const override {}
    Status load_state(Reader&) override { return {}; }

  private:
    std::uint32_t users_ = 0, items_ = 0;
};

/// recall@k of each user that counts, from every candidate sorted.
std::map<UserIx, double> recall_by_hand(const Dataset& data, const Split& split, std::uint32_t k, bool remove) {
    const auto& rows = data.interactions();
    std::set<ItemIx> known;
    std::map<UserIx, std::set<ItemIx>> taken, relevant;
    for (const RowIx row : split.train) {
        known.insert(rows.item[row]);
        taken[rows.user[row]].insert(rows.item[row]);
    }
    for (const RowIx row : split.validation)
        taken[rows.user[row]].insert(rows.item[row]);
    for (const RowIx row : split.test)
        if (!remove || !taken[rows.user[row]].contains(rows.item[row]))
            relevant[rows.user[row]].insert(rows.item[row]);
    std::map<UserIx, double> out;
    for (const auto& [user, wanted] : relevant) {
        std::vector<ItemIx> list;
        for (const ItemIx item : known)
            if (!remove || !taken[user].contains(item))
                list.push_back(item);
        std::sort(list.begin(), list.end(),
                  [&](ItemIx a, ItemIx b) { return Hashed::score_of(user, a) > Hashed::score_of(user, b); });
        list.resize(std::min<std::size_t>(list.size(), k));
        const auto hits = std::count_if(list.begin(), list.end(), [&](ItemIx item) { return wanted.contains(item); });
        out[user] = static_cast<double>(hits) / static_cast<double>(wanted.size());
    }
    return out;
}

} // namespace

class TestValidation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void validation_items_are_neither_candidates_nor_relevant_data() {
        QTest::addColumn<QString>("form");
        QTest::addColumn<bool>("remove");
        for (const char* form : {"random:0.6,0.2", "chrono:0.4,0.4", "loo:last,1", "stratified:0.5,0.3", "random:0.7"})
            for (const bool remove : {true, false})
                QTest::addRow("%s %s", form, remove ? "without seen" : "with seen")
                    << QString::fromUtf8(form) << remove;
    }
    void validation_items_are_neither_candidates_nor_relevant() {
        QFETCH(QString, form);
        QFETCH(bool, remove);
        const auto data = random_rows(21, 600, 30, 60);
        const auto split = *make_split(*data, recipe(form.toStdString()));
        const Parallel parallel(2);
        Progress progress;
        FitContext context{progress, parallel, 1};
        Hashed model;
        QVERIFY(model.fit(TrainingData(*data, split.train), {}, context).has_value());
        const auto evaluation = *evaluate(model, {}, *data, split, {{3, 5}, remove}, parallel, progress);
        const auto expected = recall_by_hand(*data, split, 5, remove);
        QCOMPARE(evaluation.users.size(), expected.size());
        const auto& recall = evaluation.per_user.at("recall@5");
        for (std::size_t u = 0; u < evaluation.users.size(); ++u)
            QCOMPARE(recall[u], static_cast<float>(expected.at(evaluation.users[u])));
    }

    void every_model_trains_and_is_measured_on_the_new_kinds() {
        const auto data = random_rows(22, 800, 40, 30);
        for (const auto& model : all_models())
            for (const char* form : {"users:0.7,0.1", "loo:last,1", "global:0.7,0.1", "kfold:4:2:user",
                                     "random:0.7,0.1;min_user=4;min_item=4;core"}) {
                RunSpec spec;
                spec.model = model.id;
                spec.split = recipe(form);
                const auto ready = prepare_spec(*data, spec);
                if (!ready)
                    continue; // a model that needs what random data has not
                Progress progress;
                const auto done = execute(*data, *ready, Parallel(2), progress);
                const auto label = model.id + " " + form;
                QVERIFY2(done.has_value(), done ? "" : (label + ": " + done.error().text()).c_str());
                QCOMPARE(done->run.split_fingerprint, make_split(*data, spec.split)->fingerprint);
                QCOMPARE(done->run.validation_rows > 0, spec.split.validates());
                for (const auto& [name, value] : done->run.metrics)
                    QVERIFY2(std::isfinite(value), (label + " " + name).c_str());
            }
    }

    void what_a_model_cannot_have_is_not_watched_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("metric");
        QTest::addColumn<bool>("possible");
        const auto row = [](const char* model, const char* metric, bool possible) {
            QTest::addRow("%s %s", model, metric) << QString(model) << QString(metric) << possible;
        };
        row("bpr", "rmse", false);
        row("ncf", "logloss", false);
        row("svd", "auc", false);
        row("svd", "ndcg@10", true);
        row("svd", "mae", true);
        row("bpr", "map@10", true);
        row("bpr", "auto", true);
    }
    void what_a_model_cannot_have_is_not_watched() {
        QFETCH(QString, model);
        QFETCH(QString, metric);
        QFETCH(bool, possible);
        const auto data = random_rows(23, 300, 20, 20);
        RunSpec spec;
        spec.model = model.toStdString();
        spec.parameters = {{"watch", metric.toStdString()}};
        spec.split = recipe("random:0.7,0.1");
        const auto ready = prepare_spec(*data, spec);
        QCOMPARE(ready.has_value(), possible);
        if (!possible) {
            QVERIFY(ready.error().kind == ErrorKind::usage);
            QCOMPARE(ready.error().where, std::string("watch"));
            QVERIFY(ready.error().remedy.find("ndcg@10") != std::string::npos);
            QVERIFY(ready.error().remedy.find(metric.toStdString()) == std::string::npos);
        }
        spec.split = recipe("random:0.7");
        QVERIFY(prepare_spec(*data, spec).has_value()); // nothing is watched
    }

    /// Clicks of one kind in the validation rows have no AUC; the run goes on and says so.
    void validation_rows_without_a_metric_leave_a_note() {
        std::vector<Row> rows;
        Rng rng(6);
        for (int i = 0; i < 200; ++i)
            rows.push_back({std::to_string(rng.below(20)), std::to_string(rng.below(15)),
                            i >= 120 && i < 160 ? 1.0F : static_cast<float>(rng.below(2)), i});
        auto parts = (*make_data(rows))->parts();
        FeatureColumn genre;
        genre.name = "genre";
        for (std::uint32_t item = 0; item < parts.items.size(); ++item)
            genre.texts.push_back(item % 2 == 0 ? "drama" : "comedy");
        parts.item_features.push_back(std::move(genre));
        const auto data = *Dataset::make(std::move(parts));
        RunSpec spec;
        spec.model = "fm";
        spec.parameters = {
            {"task", std::string("clicks")}, {"learner", std::string("sgd")}, {"watch", std::string("auc")}};
        spec.split = recipe("global:0.6,0.2");
        Progress progress;
        const auto ready = prepare_spec(*data, spec);
        QVERIFY2(ready, ready ? "" : ready.error().text().c_str());
        const auto done = execute(*data, *ready, Parallel(2), progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        for (const auto& point : done->run.curves)
            QVERIFY(point.series != "validation_auc");
        spec.parameters["patience"] = std::int64_t{2};
        Progress another;
        const auto stopped = execute(*data, *prepare_spec(*data, spec), Parallel(2), another);
        QVERIFY(!stopped);
        QVERIFY(stopped.error().kind == ErrorKind::bad_data);
        QVERIFY(stopped.error().what.find("auc") != std::string::npos);
        QVERIFY(!stopped.error().remedy.empty());
    }

    void the_protocol_says_what_was_done() {
        const auto protocol = [](const char* form) { return describe_protocol(recipe(form), {}); };
        // As it has always read.
        QVERIFY(protocol("chrono:0.75")
                    .starts_with("The earliest 75 % of each user's rows train, the latest test. "
                                 "Every item seen in training is a candidate, except those the user "
                                 "already has; a user"));
        QVERIFY(protocol("random:0.8").starts_with("A random 80 % of all rows train (seed 42), the rest test. "));
        QVERIFY(protocol("stratified:0.8,0.1:item")
                    .starts_with("A random 80 % of each item's rows train (seed 42), 10 % validate, the rest test. "));
        QVERIFY(protocol("stratified:0.8,0.1:item").find("already has in training or validation") != std::string::npos);
        QVERIFY(protocol("global:2015-01-31,2015-02-28")
                    .starts_with("Rows before 2015-01-31 train, those before 2015-02-28 validate, later ones test. "));
        QVERIFY(protocol("loo:last;min_value=4;min_user=5;core")
                    .find("Left out before: rows with a value below 4 or none, users with fewer than 5 rows, again and "
                          "again until nothing changes.") != std::string::npos);
        for (const auto& form : all_forms())
            QVERIFY(protocol(form.c_str()).size() > 100);
    }
};

QTEST_APPLESS_MAIN(TestValidation)
#include "tst_validation.moc"
