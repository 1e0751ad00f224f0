// The model of Boltzmann machines: levels, epochs, lists; the machines themselves are in tst_rbm_machines.cpp.
#include <QTest>

#include "core/data/generator.h"
#include "core/make_data.h"
#include "core/models/fitting.h"
#include "core/models/rbm/rbm_schema.h"

using namespace tastebench;
using namespace tastebench::testing;
using namespace tastebench::rbm;

class TestRbm : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rounds_grow_over_the_epochs() {
        auto p = parameters_of("rbm", {{"epochs", "10"}, {"first_rounds", "1"}, {"last_rounds", "5"}});
        std::vector<std::uint32_t> rounds;
        for (std::uint32_t epoch = 1; epoch <= 10; ++epoch)
            rounds.push_back(rounds_at(p, epoch));
        QCOMPARE(rounds, (std::vector<std::uint32_t>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
        p = parameters_of("rbm", {{"epochs", "2"}, {"first_rounds", "4"}, {"last_rounds", "1"}});
        QCOMPARE(rounds_at(p, 2), 4U);
    }
    void levels_are_the_different_ratings() {
        const auto refused = [](const std::vector<Row>& rows, std::string_view what) {
            const auto data = *make_data(rows);
            const auto fitted = fit_model("rbm", *data, all_rows(*data), parameters_of("rbm", {{"task", "ratings"}}));
            QVERIFY(!fitted.status);
            QVERIFY2(fitted.status.error().what.find(what) != std::string::npos, fitted.status.error().text().c_str());
            QCOMPARE(fitted.status.error().where, std::string("task"));
            QVERIFY(fitted.status.error().remedy.find("ranking") != std::string::npos);
        };
        refused({{"u", "i", 3}, {"u", "j", 3}, {"v", "i", 3}}, "nothing to tell apart");
        refused({{"u", "i"}, {"u", "j"}}, "no ratings");
        std::vector<Row> many;
        for (int i = 0; i < 21; ++i)
            many.push_back({"u", std::to_string(i), static_cast<float>(i) / 2});
        refused(many, "21 different values");
        many.pop_back();
        const auto data = *make_data(many);
        const auto fitted = fit_model("rbm", *data, all_rows(*data), parameters_of("rbm", {{"task", "ratings"}}));
        QVERIFY2(fitted.status, fitted.status ? "" : fitted.status.error().text().c_str());
        for (const double score : fitted.scores(0))
            QVERIFY(score >= 0 && score <= 9.5);
    }
    void learns_with_the_same_bytes_on_any_threads_data() {
        QTest::addColumn<QString>("task");
        QTest::newRow("ranking") << "ranking";
        QTest::newRow("ratings") << "ratings";
    }
    void learns_with_the_same_bytes_on_any_threads() {
        QFETCH(QString, task);
        const auto data = tastes(90, 70);
        const auto settings = parameters_of("rbm", {{"task", task.toStdString()},
                                                    {"hidden", "19"},
                                                    {"batch", "40"},
                                                    {"epochs", "25"},
                                                    {"learning_rate", "0.1"}});
        const auto one = fit_model("rbm", *data, all_rows(*data), settings, 1);
        QVERIFY2(one.status, one.status ? "" : one.status.error().text().c_str());
        QVERIFY(one.bytes() == fit_model("rbm", *data, all_rows(*data), settings, 3).bytes());
        QVERIFY(one.bytes() != fit_model("rbm", *data, all_rows(*data), settings, 3, 43).bytes());
        const auto errors = one.curve(task == "ratings" ? "reconstruction_rmse" : "reconstruction_error");
        QCOMPARE(errors.size(), std::size_t{25});
        QVERIFY2(errors.back() < 0.9 * errors.front(),
                 qPrintable(QString("%1 after %2").arg(errors.back()).arg(errors.front())));
    }
    void resumed_it_ends_with_the_same_bytes_data() { learns_with_the_same_bytes_on_any_threads_data(); }
    void resumed_it_ends_with_the_same_bytes() {
        QFETCH(QString, task);
        const auto data = tastes(60, 40);
        const auto settings =
            parameters_of("rbm", {{"task", task.toStdString()}, {"hidden", "8"}, {"epochs", "6"}, {"batch", "25"}});
        const auto whole = fit_model("rbm", *data, all_rows(*data), settings);
        Checkpoints checkpoints;
        checkpoints.cancel_after = 3;
        const auto part = fit_model("rbm", *data, all_rows(*data), settings, 2, 42, &checkpoints);
        QVERIFY(!part.status);
        Checkpoints rest;
        rest.resume_from = checkpoints.states.back();
        const auto resumed = fit_model("rbm", *data, all_rows(*data), settings, 1, 42, &rest);
        QVERIFY2(resumed.status, resumed.status ? "" : resumed.status.error().text().c_str());
        QVERIFY(resumed.bytes() == whole.bytes());
        QCOMPARE(rest.states.size(), std::size_t{3});
        const auto loaded = load_model("rbm", whole.bytes());
        QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
        QCOMPARE(all_scores(**loaded), all_scores(*whole.model));
    }
    void someone_unknown_with_the_same_items_gets_the_same_scores_data() {
        learns_with_the_same_bytes_on_any_threads_data();
    }
    void someone_unknown_with_the_same_items_gets_the_same_scores() {
        QFETCH(QString, task);
        const auto data = tastes(60, 40);
        const auto settings = parameters_of("rbm", {{"task", task.toStdString()}, {"hidden", "8"}, {"epochs", "5"}});
        const auto fitted = fit_model("rbm", *data, all_rows(*data), settings);
        const auto& rows = data->interactions();
        for (const UserIx user : {0U, 7U, 59U}) {
            std::vector<ProfileItem> profile;
            for (RowIx row = 0; row < rows.user.size(); ++row)
                if (rows.user[row] == user)
                    profile.push_back({rows.item[row], static_cast<double>(rows.value[row])});
            std::reverse(profile.begin(), profile.end());
            std::vector<double> scores(fitted.model->n_items());
            fitted.model->score_profile(profile, scores);
            QCOMPARE(scores, fitted.scores(user));
            // Pairs and lists have the same digits too.
            std::vector<Pair> pairs;
            for (ItemIx item = 0; item < fitted.model->n_items(); ++item)
                pairs.push_back({user, item});
            std::vector<double> paired(pairs.size());
            fitted.model->score_pairs(pairs, paired);
            QCOMPARE(paired, scores);
            Progress progress;
            const auto lists = fitted.model->top_k(std::span(&user, 1), {10, true}, Parallel(1), progress);
            for (const auto& one : lists.front())
                QCOMPARE(one.score, scores[one.item]);
        }
    }
    void tastes_are_told_apart() {
        const auto data = tastes(80, 40);
        const Parallel parallel(2);
        Progress progress;
        const auto measure = [&](const char* model, const char* task, const char* metric) {
            RunSpec spec;
            spec.model = model;
            if (*task != 0)
                spec.parameters = {{"task", std::string(task)},
                                   {"hidden", std::int64_t{10}},
                                   {"batch", std::int64_t{10}},
                                   {"learning_rate", 0.05}};
            spec.split = *SplitRecipe::parse("random:0.7", 5);
            const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
            return done ? done->run.metrics.at(metric) : -1.0;
        };
        const double popular = measure("popularity", "", "ndcg@10");
        const double ranked = measure("rbm", "ranking", "ndcg@10");
        QVERIFY2(ranked > popular + 0.1, qPrintable(QString("%1, popularity %2").arg(ranked).arg(popular)));
        const double rated = measure("rbm", "ratings", "rmse");
        const double means = measure("means", "", "rmse");
        QVERIFY2(rated > 0 && rated < means - 0.1, qPrintable(QString("%1, means %2").arg(rated).arg(means)));
    }
    void ranks_above_popularity_on_the_sample() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        const Parallel parallel(2);
        const auto measure = [&](const std::string& model) {
            RunSpec spec;
            spec.model = model;
            if (model == "rbm")
                spec.parameters = preset_of("rbm", "fast");
            spec.split = *SplitRecipe::parse("chrono:0.75", 42);
            const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
            return done ? done->run.metrics.at("ndcg@10") : -1.0;
        };
        const double popular = measure("popularity");
        const double ranked = measure("rbm");
        QVERIFY2(popular > 0 && ranked > 1.5 * popular,
                 qPrintable(QString("%1, popularity %2").arg(ranked).arg(popular)));
    }
    void a_rate_too_high_is_told() {
        const auto data = tastes(60, 40);
        const auto settings = parameters_of(
            "rbm", {{"learning_rate", "100"}, {"momentum", "0.999"}, {"regularization", "10"}, {"epochs", "60"}});
        const auto fitted = fit_model("rbm", *data, all_rows(*data), settings);
        QVERIFY(!fitted.status);
        QVERIFY(fitted.status.error().kind == ErrorKind::failed);
        QCOMPARE(fitted.status.error().where, std::string("learning_rate"));
    }
};

QTEST_GUILESS_MAIN(TestRbm)
#include "tst_rbm.moc"
