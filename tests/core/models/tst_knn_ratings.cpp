// Ratings predicted from neighbours.
#include <QTest>

#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/models/fitting.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

std::unique_ptr<Recommender> fitted(const char* id, const Dataset& data, std::span<const RowIx> rows,
                                    const Parameters& parameters) {
    auto model = (*find_model(id))->make();
    const Parallel parallel(2);
    Progress progress;
    FitContext context{progress, parallel, 42};
    return model->fit(TrainingData(data, rows), parameters, context) ? std::move(model) : nullptr;
}

} // namespace

class TestKnnRatings : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Everybody gives the good ones 5 and the bad ones 1, and b gives more: the sum of mean and biases is beyond 5.
    void predicted_ratings_stay_on_the_scale() {
        std::vector<Row> rows;
        for (int user = 0; user < 12; ++user)
            for (int item = 0; item < 40; ++item) {
                const bool generous = user < 4;
                if (user == 0 && item >= 38)
                    continue;
                const bool good = item % 20 >= 10;
                rows.push_back({std::to_string(user), std::to_string(item), generous ? 5.0F : good ? 5.0F : 1.0F});
            }
        const auto data = *make_data(rows);
        for (const char* id : {"itemknn", "userknn"}) {
            const auto model = fitted(id, *data, all_rows(*data), parameters_of(id, {{"predict", "ratings"}}));
            bool beyond = false;
            for (UserIx user = 0; user < model->n_users(); ++user) {
                std::vector<Pair> pairs;
                for (ItemIx item = 0; item < model->n_items(); ++item)
                    pairs.push_back({user, item});
                std::vector<double> ratings(pairs.size());
                std::vector<double> scores(pairs.size());
                model->score_pairs(pairs, ratings);
                model->score(user, scores);
                for (std::size_t i = 0; i < ratings.size(); ++i) {
                    beyond = beyond || scores[i] > 5.001 || scores[i] < 0.999;
                    QVERIFY(std::abs(ratings[i] - std::clamp(scores[i], 1.0, 5.0)) < 1e-5);
                }
            }
            QVERIFY(beyond);
            Writer out;
            model->save(out);
            const auto loaded = load_model(id, out.bytes());
            QVERIFY(loaded.has_value());
            std::vector<Pair> pairs{{0, 39}, {5, 39}};
            std::vector<double> before(2);
            std::vector<double> after(2);
            model->score_pairs(pairs, before);
            (*loaded)->score_pairs(pairs, after);
            QCOMPARE(after, before);
        }
    }

    /// Cosine of ratings, as Surprise and LensKit compare them, and not of who rated what.
    void where_ratings_are_predicted_they_are_compared() {
        // b rates as t does, a the other way round, and both have rated the same things.
        const auto data = *make_data({{"t", "w", 5},
                                      {"t", "x", 1},
                                      {"t", "y", 5},
                                      {"b", "w", 5},
                                      {"b", "x", 1},
                                      {"b", "y", 5},
                                      {"b", "z", 4},
                                      {"a", "w", 1},
                                      {"a", "x", 5},
                                      {"a", "y", 1},
                                      {"a", "z", 1},
                                      {"c", "z", 3}});
        const auto rows = all_rows(*data);
        const UserIx t = *data->users().find("t");
        const ItemIx z = *data->items().find("z");
        const Pair pair{t, z};
        for (const char* similarity : {"cosine", "tfidf", "bm25"}) {
            double with = 0;
            double without = 0;
            for (const char* use : {"false", "true"}) {
                const auto model = fitted("userknn", *data, rows,
                                          parameters_of("userknn", {{"similarity", similarity},
                                                                    {"neighbours", "1"},
                                                                    {"use_values", use},
                                                                    {"predict", "ratings"}}));
                model->score_pairs(std::span(&pair, 1), std::span(use[0] == 't' ? &with : &without, 1));
            }
            QCOMPARE(without, with);
        }
        const auto model =
            fitted("userknn", *data, rows, parameters_of("userknn", {{"neighbours", "1"}, {"predict", "ratings"}}));
        double rating = 0;
        model->score_pairs(std::span(&pair, 1), std::span(&rating, 1));
        QVERIFY2(rating > 3.2, qPrintable(QString::number(rating))); // b's taste, not a's
    }

    void items_that_nobody_had_in_training_count_for_nothing() {
        const auto data = tastes(40, 20);
        std::vector<RowIx> rows;
        for (const RowIx row : all_rows(*data))
            if (data->interactions().item[row] != 6)
                rows.push_back(row);
        const std::vector<ProfileItem> known{{2, 5}, {4, 1}};
        const std::vector<ProfileItem> more{{2, 5}, {4, 1}, {6, 1}};
        for (const char* id : {"itemknn", "userknn"})
            for (const char* predict : {"ratings", "ranking"})
                for (const char* similarity : {"cosine", "jaccard", "pearson"}) {
                    const auto model =
                        fitted(id, *data, rows, parameters_of(id, {{"predict", predict}, {"similarity", similarity}}));
                    std::vector<double> expected(model->n_items());
                    std::vector<double> scores(model->n_items());
                    model->score_profile(known, expected);
                    model->score_profile(more, scores);
                    QCOMPARE(scores, expected);
                }
    }

    void ratings_of_films_are_predicted_well() {
        REQUIRE_FILE(ml100k_file());
        const auto films = *load_ml100k();
        const auto split = *make_split(*films, *SplitRecipe::parse("random:0.8", 42));
        const auto settings = parameters_of(
            "itemknn", {{"similarity", "pearson"}, {"neighbours", "0"}, {"shrinkage", "100"}, {"predict", "ratings"}});
        const auto model = fitted("itemknn", *films, split.train, settings);
        const Parallel parallel(2);
        Progress progress;
        const auto ours =
            *evaluate(*model, model->capabilities(settings), *films, split, {{10}, true}, parallel, progress);
        // Surprise's KNNBaseline is at 0.931 over five folds (its documentation).
        QVERIFY2(ours.metrics.at("rmse") < 0.94, qPrintable(QString::number(ours.metrics.at("rmse"))));
    }
};

QTEST_APPLESS_MAIN(TestKnnRatings)
#include "tst_knn_ratings.moc"
