#include <QTest>

#include "core/ml100k.h"
#include "core/models/fit_model.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

constexpr std::int64_t day = 86'400;

std::vector<double> item_scores(const Recommender& model, UserIx user = 0) {
    std::vector<double> scores(model.n_items());
    model.score(user, scores);
    return scores;
}

double rating(const Recommender& model, UserIx user, ItemIx item) {
    const Pair pair{user, item};
    double out = 0;
    model.score_pairs(std::span(&pair, 1), std::span(&out, 1));
    return out;
}

bool close(double a, double b, double by = 1e-9) {
    return std::abs(a - b) < by;
}

std::filesystem::path by_item_rows() {
    return reference_values_folder() / "ml100k_stratified75_by_item_seed42_test_rows.txt.gz";
}

Evaluation evaluate_on(const Dataset& data, const Split& split, const char* id,
                       const std::vector<std::pair<std::string, std::string>>& given = {}, std::uint64_t seed = 42) {
    const auto fitted = fit_model(id, data, given, split.train, 2, seed);
    const Parallel parallel(2);
    Progress progress;
    return *evaluate(*fitted.model, fitted.model->capabilities(fitted.parameters), data, split, {{10}, true}, parallel,
                     progress);
}

/// The mean over users of the nDCG@10 that lists drawn at random have: each place holds a relevant item with the same
/// chance.
double expected_of_random(const Dataset& data, const Split& split) {
    const auto& rows = data.interactions();
    std::set<ItemIx> candidates;
    std::vector<std::set<ItemIx>> had(data.users().size());
    std::vector<std::set<ItemIx>> relevant(data.users().size());
    for (const RowIx row : split.train) {
        candidates.insert(rows.item[row]);
        had[rows.user[row]].insert(rows.item[row]);
    }
    for (const RowIx row : split.test)
        relevant[rows.user[row]].insert(rows.item[row]);
    double sum = 0;
    double users = 0;
    for (std::size_t user = 0; user < had.size(); ++user) {
        if (relevant[user].empty())
            continue;
        const auto reachable = std::count_if(relevant[user].begin(), relevant[user].end(), [&](ItemIx item) {
            return candidates.contains(item) && !had[user].contains(item);
        });
        double gain = 0;
        double ideal = 0;
        for (std::size_t place = 0; place < 10; ++place) {
            gain += 1 / std::log2(static_cast<double>(place) + 2);
            if (place < relevant[user].size())
                ideal = gain;
        }
        sum +=
            gain / ideal * static_cast<double>(reachable) / static_cast<double>(candidates.size() - had[user].size());
        ++users;
    }
    return sum / users;
}

} // namespace

class TestBaselines : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void popularity_counts_people_or_events() {
        const auto data = *make_data({{"a", "x", 1}, {"a", "x", 1}, {"a", "x", 1}, {"b", "x", 1}, {"b", "y", 1}});
        QCOMPARE(item_scores(*fit_model("popularity", *data).model), (std::vector<double>{2, 1}));
        QCOMPARE(item_scores(*fit_model("popularity", *data, {{"count", "events"}}).model),
                 (std::vector<double>{4, 1}));
    }

    void popularity_fades_with_age() {
        // The latest event is on day 20; with a half-life of 10 days ages of 0, 10 and 20 count 1, 1/2 and 1/4.
        const auto data = *make_data(
            {{"a", "x", 1, 20 * day}, {"a", "x", 1, 0}, {"b", "x", 1, 10 * day}, {"b", "y", 1, 0}, {"c", "y", 1, 0}});
        const auto people = item_scores(*fit_model("popularity", *data, {{"half_life_days", "10"}}).model);
        QVERIFY(close(people[0], 1.5) && close(people[1], 0.5));
        const auto events =
            item_scores(*fit_model("popularity", *data, {{"half_life_days", "10"}, {"count", "events"}}).model);
        QVERIFY(close(events[0], 1.75) && close(events[1], 0.5));
    }

    void popularity_with_age_needs_times() {
        const auto data = *make_data({{"a", "x", 1}}, {true, false});
        const auto refused = fit_model("popularity", *data, {{"half_life_days", "10"}});
        QVERIFY(!refused.status);
        QCOMPARE(refused.status.error().where, std::string("half_life_days"));
        QVERIFY(refused.model->capabilities(refused.parameters).needs_times);
        QVERIFY(fit_model("popularity", *data).status);
    }

    void random_scores_depend_on_seed_user_and_item_alone() {
        const auto data = tastes(30, 50);
        const auto fitted = fit_model("random", *data);
        const auto scores = all_scores(*fitted.model);
        QVERIFY(scores.minCoeff() >= 0 && scores.maxCoeff() < 1);
        QVERIFY(std::abs(scores.mean() - 0.5) < 5 * 0.2887 / std::sqrt(1500.0));
        std::set<double> distinct(scores.data(), scores.data() + scores.size());
        QCOMPARE(distinct.size(), std::size_t{1500});
        QCOMPARE(rating(*fitted.model, 7, 9), scores(7, 9));
        const std::vector<RowIx> few{0, 1, 2};
        QVERIFY(all_scores(*fit_model("random", *data, {}, few, 1).model) == scores);
        QVERIFY(all_scores(*fit_model("random", *data, {}, {}, 2, 43).model) != scores);
    }

    void random_and_popularity_on_films_are_as_published() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(by_item_rows());
        const auto data = *load_ml100k();
        const auto split = *make_split(*data, *SplitRecipe::parse("rows:" + by_item_rows().string(), 42));
        const auto expected = read_values("baselines.json").at("stratified75_by_item_seed42");
        const double popular = evaluate_on(*data, split, "popularity").metrics.at("ndcg@10");
        QVERIFY(close(popular, expected.at("popularity, ties by item id").at("ndcg").get<double>()));

        constexpr int seeds = 10;
        double sum = 0;
        double squares = 0;
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            const double one = evaluate_on(*data, split, "random", {}, seed).metrics.at("ndcg@10");
            sum += one;
            squares += one * one;
        }
        const double mean = sum / seeds;
        const double error = std::sqrt((squares / seeds - mean * mean) / (seeds - 1));
        const double chance = expected_of_random(*data, split);
        qInfo("random: %.5f +- %.5f over %d seeds, by chance %.5f", mean, error, seeds, chance);
        QVERIFY(std::abs(mean - chance) < 4 * error);
        QVERIFY(error < 0.001);
    }

    /// Ratings of x: 5, 3; of y: 1; by a: 5, 1; by b: 3. Mean 3.
    void means_are_damped() {
        const auto data = *make_data({{"a", "x", 5}, {"a", "y", 1}, {"b", "x", 3}});
        const auto fitted =
            fit_model("means", *data, {{"passes", "1"}, {"damping_items", "2"}, {"damping_users", "1"}});
        // b_x = (2 + 0) / (2 + 2) = 0.5, b_y = -2 / (2 + 1); then b_a = (1.5 - 4/3) / (1 + 2), b_b = -0.5 / (1 + 1).
        const double x = 0.5;
        const double y = -2.0 / 3;
        const double a = (1.5 - 4.0 / 3) / 3;
        const double b = -0.25;
        QVERIFY(close(rating(*fitted.model, 0, 0), 3 + x + a));
        QVERIFY(close(rating(*fitted.model, 0, 1), 3 + y + a));
        QVERIFY(close(rating(*fitted.model, 1, 0), 3 + x + b));
        QVERIFY(close(rating(*fitted.model, 1, 1), 3 + y + b));
    }

    void means_have_parts() {
        const auto data = *make_data({{"a", "x", 5}, {"a", "y", 1}, {"b", "x", 3}, {"c", "y", 3}});
        const auto with = [&](const char* parts) {
            return fit_model("means", *data, {{"parts", parts}, {"damping_items", "0"}, {"damping_users", "0"}});
        };
        QVERIFY(close(rating(*with("none").model, 1, 1), 3));
        QVERIFY(close(rating(*with("items").model, 1, 1), 2));
        QVERIFY(close(rating(*with("items").model, 1, 0), 4));
        QVERIFY(close(rating(*with("users").model, 0, 1), 3));
        const auto passes = fit_model("means", *data, {{"parts", "both"}, {"passes", "500"}, {"damping_items", "0.5"}});
        // Settled: neither side's equation moves any more.
        const auto more = fit_model("means", *data, {{"parts", "both"}, {"passes", "501"}, {"damping_items", "0.5"}});
        QVERIFY(close(rating(*passes.model, 0, 0), rating(*more.model, 0, 0), 1e-12));
    }

    void predictions_stay_on_the_rating_scale() {
        const auto data = *make_data({{"a", "x", 5}, {"a", "y", 5}, {"b", "x", 5}, {"b", "z", 1}, {"c", "z", 1}});
        const auto fitted = fit_model("means", *data, {{"damping_items", "0"}, {"damping_users", "0"}});
        for (UserIx user = 0; user < 3; ++user)
            for (ItemIx item = 0; item < 3; ++item) {
                const double predicted = rating(*fitted.model, user, item);
                QVERIFY(predicted >= 1 && predicted <= 5);
            }
    }

    void data_without_ratings_are_refused() {
        const auto data = *make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}}, {false, true});
        for (const char* id : {"means", "slopeone"}) {
            const auto fitted = fit_model(id, *data);
            QVERIFY(!fitted.status);
            QCOMPARE(fitted.status.error().kind, ErrorKind::bad_data);
            QVERIFY(fitted.model->capabilities(fitted.parameters).needs_values);
        }
    }

    /// The introduction of the paper: A rates I 1 and J 1.5, B rates I 2, so J is 2 + 0.5.
    void slope_one_is_the_example_of_the_paper() {
        const auto data = *make_data({{"A", "I", 1}, {"A", "J", 1.5}, {"B", "I", 2}, {"C", "K", 5}});
        for (const char* weighted : {"false", "true"}) {
            const auto fitted = fit_model("slopeone", *data, {{"weighted", weighted}});
            QVERIFY(close(rating(*fitted.model, 1, 1), 2.5));
            // Nobody rated K with anything of B's: B's mean. Known and unknown ratings alike.
            QVERIFY(close(rating(*fitted.model, 1, 2), 2));
        }
    }

    /// A: x 5, y 3, z 2; B: x 3, y 4; C: y 2, z 5. dev(x, y) = 0.5 by two people, dev(x, z) = 3 by one.
    void slope_one_weighs_by_people() {
        const auto data = *make_data(
            {{"A", "x", 5}, {"A", "y", 3}, {"A", "z", 2}, {"B", "x", 3}, {"B", "y", 4}, {"C", "y", 2}, {"C", "z", 5}});
        const auto weighted = fit_model("slopeone", *data, {{"weighted", "true"}});
        QVERIFY(close(rating(*weighted.model, 2, 0), (2 * 2.5 + 1 * 8.0) / 3));
        QVERIFY(close(item_scores(*weighted.model, 2)[0], (2 * 2.5 + 1 * 8.0) / 3));
        const auto plain = fit_model("slopeone", *data, {{"weighted", "false"}});
        QVERIFY(close(item_scores(*plain.model, 2)[0], 3.5 + (0.5 + 3) / 2));
        QVERIFY(close(rating(*plain.model, 2, 0), 5)); // 5.25, kept on the scale
    }

    void slope_one_equals_its_definition() {
        const auto data = tastes(40, 30);
        const auto& rows = data->interactions();
        const auto x = dense_matrix(*data, true);
        for (const bool weighted : {false, true}) {
            const auto fitted = fit_model("slopeone", *data, {{"weighted", weighted ? "true" : "false"}});
            const auto scores = all_scores(*fitted.model);
            for (Eigen::Index u = 0; u < x.rows(); ++u)
                for (Eigen::Index i = 0; i < x.cols(); ++i) {
                    double sum = 0;
                    double total = 0;
                    const double mean = x.row(u).sum() / static_cast<double>((x.row(u).array() > 0).count());
                    for (Eigen::Index j = 0; j < x.cols(); ++j) {
                        if (j == i || x(u, j) == 0)
                            continue;
                        double difference = 0;
                        double both = 0;
                        for (Eigen::Index v = 0; v < x.rows(); ++v)
                            if (x(v, i) > 0 && x(v, j) > 0) {
                                difference += x(v, i) - x(v, j);
                                ++both;
                            }
                        if (both == 0)
                            continue;
                        const double weight = weighted ? both : 1;
                        sum += weight * (difference / both + (weighted ? x(u, j) : mean));
                        total += weight;
                    }
                    QVERIFY(close(scores(u, i), total > 0 ? sum / total : mean, 1e-5));
                }
        }
        QVERIFY(rows.size() > 300);
    }

    void slope_one_folds_in() {
        const auto data = tastes(40, 30);
        const auto& rows = data->interactions();
        const auto fitted = fit_model("slopeone", *data, {{"weighted", "true"}});
        std::vector<ProfileItem> profile;
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (rows.user[row] == 3)
                profile.push_back({rows.item[row], static_cast<double>(rows.value[row])});
        std::vector<double> folded(fitted.model->n_items());
        fitted.model->score_profile(profile, folded);
        const auto known = item_scores(*fitted.model, 3);
        for (std::size_t item = 0; item < folded.size(); ++item)
            QVERIFY(close(folded[item], known[item]));
    }

    /// Surprise's BaselineOnly on the same rows (values/svd_seeds.json).
    void means_equal_surprise_on_films() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(reference_values_folder() / "svd_seeds.json");
        const auto data = *load_ml100k();
        const auto split = *make_split(*data, *SplitRecipe::parse("chrono:0.75", 42));
        const auto measured = evaluate_on(*data, split, "means").metrics;
        const auto expected = read_values("svd_seeds.json").at("BaselineOnly (ALS biases, Surprise defaults)");
        QVERIFY(close(measured.at("rmse"), expected.at("rmse").get<double>(), 1e-8));
        QVERIFY(close(measured.at("mae"), expected.at("mae").get<double>(), 1e-8));
    }

    /// SlopeOne of Surprise 1.1.5 on the same rows, run for this test: RMSE 0.9415925139, MAE 0.7392415452.
    void slope_one_equals_surprise_on_films() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(by_item_rows());
        const auto data = *load_ml100k();
        const auto split = *make_split(*data, *SplitRecipe::parse("rows:" + by_item_rows().string(), 42));
        const auto measured = evaluate_on(*data, split, "slopeone").metrics;
        QVERIFY(close(measured.at("rmse"), 0.9415925139, 1e-6));
        QVERIFY(close(measured.at("mae"), 0.7392415452, 1e-6));
    }
};

QTEST_GUILESS_MAIN(TestBaselines)
#include "tst_baselines.moc"
