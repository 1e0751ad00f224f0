#include <QTest>

#include <cmath>
#include <numeric>

#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/models/fitting.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Fitted fit(const Dataset& data, const Settings& settings, int threads = 2, std::uint64_t seed = 42) {
    return fit_model("als", data, all_rows(data), parameters_of("als", settings), threads, seed);
}

/// What is minimised, from the stored factors and every rating, in double precision.
double objective(const Dataset& data, const StoredFactors& f, double regularization, bool weighted) {
    const auto& rows = data.interactions();
    std::vector<double> of_user(f.users.rows.size()), of_item(f.items.rows.size());
    double sum = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const double error = double{rows.value[r]} - f.score(rows.user[r], rows.item[r]);
        sum += error * error;
        ++of_user[rows.user[r]];
        ++of_item[rows.item[r]];
    }
    const auto penalty = [&](const StoredFactors::Side& side, const std::vector<double>& count) {
        for (std::size_t i = 0; i < count.size(); ++i)
            if (count[i] > 0)
                sum += regularization * (weighted ? count[i] : 1.0) *
                       std::inner_product(side.rows[i].begin(), side.rows[i].end(), side.rows[i].begin(), 0.0);
    };
    penalty(f.users, of_user);
    penalty(f.items, of_item);
    return sum;
}

/// The slope of half the objective along an item's factors.
std::vector<double> slope(const Dataset& data, const StoredFactors& f, ItemIx item, double regularization,
                          bool weighted) {
    const auto& rows = data.interactions();
    std::vector<double> out(f.items.factors);
    double count = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows.item[r] != item)
            continue;
        ++count;
        const double error = f.score(rows.user[r], item) - double{rows.value[r]};
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] += error * f.users.rows[rows.user[r]][k];
    }
    for (std::size_t k = 0; k < out.size(); ++k)
        out[k] += regularization * (weighted ? count : 1.0) * f.items.rows[item][k];
    return out;
}

} // namespace

class TestAls : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void items_solve_their_normal_equations() {
        const auto data = tastes(90, 40);
        for (const char* centre : {"none", "mean", "biases"})
            for (const bool weighted : {true, false})
                for (const char* factors : {"1", "10", "21"}) {
                    const auto out = fit(*data, {{"factors", factors},
                                                 {"centre", centre},
                                                 {"weighted", weighted ? "true" : "false"},
                                                 {"regularization", "0.3"},
                                                 {"epochs", "2"}});
                    const StoredFactors stored(out.bytes());
                    for (ItemIx item = 0; item < 40; ++item)
                        for (const double s : slope(*data, stored, item, 0.3, weighted))
                            QVERIFY2(std::abs(s) < 2e-3, qPrintable(QString::number(s)));
                }
    }

    void nonnegative_factors_meet_the_conditions_of_a_minimum() {
        const auto data = tastes(90, 40);
        const auto out = fit(*data, {{"centre", "none"}, {"nonnegative", "true"}, {"regularization", "0.1"}});
        const StoredFactors stored(out.bytes());
        std::size_t at_zero = 0;
        for (ItemIx item = 0; item < 40; ++item) {
            const auto slopes = slope(*data, stored, item, 0.1, true);
            for (std::size_t k = 0; k < slopes.size(); ++k) {
                const double x = stored.items.rows[item][k];
                QVERIFY(x >= 0);
                at_zero += x == 0 ? 1 : 0;
                QVERIFY2(x == 0 ? slopes[k] > -5e-3 : std::abs(slopes[k]) < 5e-3,
                         qPrintable(QString("%1 %2").arg(x).arg(slopes[k])));
            }
        }
        QVERIFY(at_zero > 0);
        for (const auto& row : stored.users.rows)
            QVERIFY(std::all_of(row.begin(), row.end(), [](double x) { return x >= 0; }));
    }

    /// Small blocks and few steps, so that both take many epochs to where Cholesky is at once.
    void all_solvers_reach_the_same_objective() {
        const auto data = tastes(120, 50);
        const auto reached = [&](const Settings& solver) {
            Settings settings{{"factors", "20"}, {"centre", "none"}, {"regularization", "0.1"}, {"epochs", "300"}};
            settings.insert(settings.end(), solver.begin(), solver.end());
            const auto out = fit(*data, settings);
            const double value = objective(*data, StoredFactors(out.bytes()), 0.1, true);
            const auto n = static_cast<double>(data->interactions().size());
            return std::abs(out.curve("loss").back() * n / value - 1) < 1e-4 ? value : -1.0;
        };
        const double exact = reached({});
        QVERIFY(exact > 0);
        QCOMPARE(reached({{"solver", "cholesky"}}), exact);
        for (const Settings& solver : {Settings{{"solver", "conjugate_gradient"}, {"cg_steps", "2"}},
                                       Settings{{"solver", "blocks"}, {"block_size", "16"}}}) {
            const double value = reached(solver);
            QVERIFY2(std::abs(value / exact - 1) < 2e-3, qPrintable(QString("%1 %2").arg(value).arg(exact)));
        }
    }

    void numbers_beyond_all_bounds_are_an_error() {
        const auto data = *make_data({{"a", "x", 1e30F}, {"a", "y", -1e30F}, {"b", "x", -1e30F}, {"b", "y", 1e30F}});
        const auto out = fit(*data, {{"centre", "none"}});
        QVERIFY(!out.status);
        QCOMPARE(out.status.error().kind, ErrorKind::failed);
        QVERIFY(!out.status.error().remedy.empty());
    }

    void the_curves_are_the_objective_and_the_error() {
        const auto data = tastes();
        for (const char* nonnegative : {"false", "true"}) {
            const auto out = fit(
                *data, {{"centre", "none"}, {"regularization", "0.05"}, {"nonnegative", nonnegative}, {"epochs", "6"}});
            const StoredFactors stored(out.bytes());
            const auto n = static_cast<double>(data->interactions().size());
            QVERIFY(std::abs(out.curve("loss").back() * n / objective(*data, stored, 0.05, true) - 1) < 1e-4);
            QVERIFY(std::abs(out.curve("train_rmse").back() / std::sqrt(objective(*data, stored, 0, true) / n) - 1) <
                    1e-3);
        }
    }

    void the_objective_never_rises() {
        const auto data = tastes();
        for (const char* nonnegative : {"false", "true"}) {
            const auto loss = fit(*data, {{"nonnegative", nonnegative}, {"epochs", "30"}}).curve("loss");
            QCOMPARE(loss.size(), std::size_t{30});
            for (std::size_t e = 1; e < loss.size(); ++e)
                QVERIFY(loss[e] <= loss[e - 1] * (1 + 1e-6));
            QVERIFY(loss.back() < loss.front());
        }
    }

    void a_training_user_folded_in_gets_the_same_scores() {
        const auto data = tastes();
        for (const char* centre : {"none", "biases"}) {
            const auto out = fit(*data, {{"centre", centre}, {"regularization", "0.2"}, {"epochs", "300"}});
            const auto& rows = data->interactions();
            for (UserIx user = 0; user < 10; ++user) {
                std::vector<ProfileItem> profile;
                for (std::size_t r = 0; r < rows.size(); ++r)
                    if (rows.user[r] == user)
                        profile.push_back({rows.item[r], double{rows.value[r]}});
                std::vector<double> folded(out.model->n_items());
                out.model->score_profile(profile, folded);
                const auto scores = out.scores(user);
                for (std::size_t i = 0; i < scores.size(); ++i)
                    QVERIFY2(std::abs(folded[i] - scores[i]) < 2e-3,
                             qPrintable(QString::number(folded[i] - scores[i])));
            }
        }
    }

    void digits_do_not_depend_on_threads() {
        const auto data = tastes(200, 90);
        for (const char* nonnegative : {"false", "true"}) {
            const Settings settings{{"factors", "20"}, {"epochs", "4"}, {"nonnegative", nonnegative}};
            const auto one = fit(*data, settings, 1);
            const auto three = fit(*data, settings, 3);
            QCOMPARE(three.bytes(), one.bytes());
            QCOMPARE(three.curves, one.curves);
            QVERIFY(fit(*data, settings, 1, 7).bytes() != one.bytes());
        }
    }

    void a_resumed_training_ends_with_the_same_bytes() {
        const auto data = tastes();
        const auto settings = parameters_of("als", {{"epochs", "6"}});
        Checkpoints all;
        const auto whole = fit_model("als", *data, all_rows(*data), settings, 2, 42, &all);
        QCOMPARE(all.states.size(), std::size_t{6});
        Checkpoints half;
        half.resume_from = all.states[2];
        const auto resumed = fit_model("als", *data, all_rows(*data), settings, 2, 42, &half);
        QCOMPARE(half.states.size(), std::size_t{3});
        QCOMPARE(resumed.bytes(), whole.bytes());
        QCOMPARE(resumed.curves, whole.curves);
    }

    void a_cancelled_training_says_so() {
        const auto data = tastes();
        Checkpoints checkpoints;
        checkpoints.cancel_after = 2;
        const auto out =
            fit_model("als", *data, all_rows(*data), parameters_of("als", {{"epochs", "500"}}), 2, 42, &checkpoints);
        QVERIFY(!out.status);
        QCOMPARE(out.status.error().kind, ErrorKind::cancelled);
        QCOMPARE(out.curve("loss").size(), std::size_t{2});
    }

    void a_saved_model_gives_the_same_digits() {
        const auto data = tastes();
        const auto out = fit(*data, {{"epochs", "3"}});
        const auto bytes = out.bytes();
        const auto loaded = load_model("als", bytes);
        QVERIFY(loaded.has_value());
        std::vector<double> a(out.model->n_items()), b(a);
        for (UserIx user = 0; user < out.model->n_users(); ++user) {
            out.model->score(user, a);
            (*loaded)->score(user, b);
            QCOMPARE(b, a);
        }
        const std::vector<ProfileItem> profile{{1, 5}, {2, 1}};
        out.model->score_profile(profile, a);
        (*loaded)->score_profile(profile, b);
        QCOMPARE(b, a);
        QVERIFY(!load_model("als", std::span(bytes).first(bytes.size() - 1)));
    }

    void who_is_unknown_is_taken_as_the_average() {
        const auto data = *make_data({{"a", "x", 5}, {"a", "y", 3}, {"b", "x", 4}, {"b", "y", 2}, {"c", "z", 1}});
        const std::vector<RowIx> rows{0, 1, 2, 3};
        const auto settings = parameters_of(
            "als", {{"centre", "none"}, {"factors", "2"}, {"regularization", "0.001"}, {"epochs", "200"}});
        const auto out = fit_model("als", *data, rows, settings);
        std::vector<double> ratings(4);
        out.model->score_pairs(std::vector<Pair>{{2, 0}, {2, 1}, {0, 2}, {2, 2}}, ratings);
        QVERIFY(std::abs(ratings[0] - 4.5) < 0.03); // the average of x
        QVERIFY(std::abs(ratings[1] - 2.5) < 0.03);
        QVERIFY(std::abs(ratings[2] - 4.0) < 0.03); // the average of a
        QVERIFY(std::abs(ratings[3] - 3.5) < 0.03);
        const auto similar = out.model->similar_items(0, 10);
        QCOMPARE(similar.size(), std::size_t{1});
        QCOMPARE(similar[0].item, ItemIx{1});
    }

    void poor_data_gives_numbers_on_the_scale() {
        const std::vector<std::vector<Row>> cases{{{"a", "x", 3}},
                                                  {{"a", "x", 3}, {"a", "y", 3}, {"b", "x", 3}},
                                                  {{"a", "x", 0}, {"b", "y", 0}},
                                                  {{"a", "x", 5}, {"a", "x", 1}, {"b", "y", 2}}};
        for (const auto& rows : cases)
            for (const char* regularization : {"0", "0.05"})
                for (const char* nonnegative : {"false", "true"}) {
                    const auto data = *make_data(rows);
                    const auto out = fit(*data, {{"regularization", regularization}, {"nonnegative", nonnegative}});
                    QVERIFY(out.status.has_value());
                    std::vector<double> rating(1);
                    out.model->score_pairs(std::vector<Pair>{{0, 0}}, rating);
                    QVERIFY(rating[0] >= 0 && rating[0] <= 5);
                }
    }

    void all_equal_ratings_are_predicted_exactly() {
        const auto data = *make_data({{"a", "x", 3}, {"a", "y", 3}, {"b", "x", 3}});
        const auto out = fit(*data, {});
        std::vector<double> rating(1);
        out.model->score_pairs(std::vector<Pair>{{1, 1}}, rating);
        QCOMPARE(rating[0], 3.0);
    }

    void data_without_ratings_is_refused() {
        const auto data = *make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}}, {false, true});
        RunSpec spec;
        spec.model = "als";
        const auto prepared = prepare_spec(*data, spec);
        QVERIFY(!prepared);
        QCOMPARE(prepared.error().kind, ErrorKind::bad_data);
        // A column of ratings without any in the training rows.
        const auto empty = *make_data({{"a", "x"}, {"b", "y"}});
        const auto out = fit(*empty, {});
        QVERIFY(!out.status);
        QCOMPARE(out.status.error().kind, ErrorKind::bad_data);
    }

    /// Spark's ALS with the same settings: mean over its seeds 0, 1, 2.
    void accuracy_on_films_equals_spark() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(reference_values_folder() / "als_ml100k_spark.json");
        double spark = 0;
        for (const auto& seed : read_values("als_ml100k_spark.json"))
            spark += seed.at("rmse").get<double>() / 3;
        const auto data = *load_ml100k();
        const auto split = *make_split(*data, *SplitRecipe::parse("chrono:0.75", 42));
        const auto settings = preset_of("als", "reference");
        double mean = 0;
        for (const std::uint64_t seed : {0, 1, 2}) {
            const auto out = fit_model("als", *data, split.train, settings, 2, seed);
            const Parallel parallel(2);
            Progress progress;
            const auto evaluation =
                evaluate(*out.model, out.model->capabilities(settings), *data, split, {{10}, true}, parallel, progress);
            mean += evaluation->metrics.at("rmse") / 3;
        }
        qInfo("mean RMSE %.4f, Spark %.4f", mean, spark);
        QVERIFY(mean <= spark);
    }
};

QTEST_APPLESS_MAIN(TestAls)
#include "tst_als.moc"
