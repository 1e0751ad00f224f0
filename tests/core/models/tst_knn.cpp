#include <QTest>

#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/fitting.h"
#include "core/models/knn/nearest.h"

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

/// 25 rows of 30 columns, ratings 1 to 5 or ones; one row is empty and one is constant.
SparseRows some_rows(bool ones) {
    SparseRows out;
    out.n_columns = 30;
    Rng rng(5);
    for (std::uint32_t row = 0; row < 25; ++row) {
        for (std::uint32_t column = 0; column < 30 && row != 7; ++column)
            if (rng.uniform() < 0.1 + 0.02 * row) {
                out.columns.push_back(column);
                out.values.push_back(ones ? 1.0F : row == 9 ? 3.0F : 1.0F + static_cast<float>(rng.below(5)));
            }
        out.starts.push_back(out.columns.size());
    }
    return out;
}

using Dense = std::vector<std::vector<double>>; // NaN: nothing there

Dense dense(const SparseRows& rows) {
    Dense out(rows.n_rows(), std::vector<double>(rows.n_columns, std::nan("")));
    for (std::uint32_t row = 0; row < rows.n_rows(); ++row)
        for (std::size_t at = 0; at < rows.columns_of(row).size(); ++at)
            out[row][rows.columns_of(row)[at]] = static_cast<double>(rows.values_of(row)[at]);
    return out;
}

/// The definitions of nearest.h, written out.
double plain_similarity(const Dense& x, std::size_t i, std::size_t j, const NearestOptions& options) {
    const std::size_t columns = x[0].size();
    double filled = 0;
    double total = 0;
    std::vector<double> count(columns);
    std::vector<double> mean(columns);
    for (const auto& row : x) {
        bool any = false;
        for (std::size_t c = 0; c < columns; ++c)
            if (!std::isnan(row[c])) {
                any = true;
                ++count[c];
                mean[c] += row[c];
                total += row[c];
            }
        filled += any ? 1 : 0;
    }
    const auto sum_of = [&](std::size_t row) {
        double sum = 0;
        for (const double value : x[row])
            sum += std::isnan(value) ? 0 : value;
        return sum;
    };
    const auto weight = [&](std::size_t row, std::size_t c) {
        const double value = x[row][c];
        if (std::isnan(value))
            return 0.0;
        const double idf = std::log(filled / (1 + count[c]));
        if (options.alike == Alike::tfidf)
            return std::sqrt(value) * idf;
        if (options.alike == Alike::bm25)
            return value * (options.k1 + 1) /
                   (options.k1 * (1 - options.b + options.b * sum_of(row) / (total / filled)) + value) * idf;
        if (options.alike == Alike::adjusted_cosine)
            return value - mean[c] / count[c];
        return value;
    };
    double n = 0;
    double either = 0;
    double mx = 0;
    double my = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        const bool a = !std::isnan(x[i][c]);
        const bool b = !std::isnan(x[j][c]);
        either += a || b ? 1 : 0;
        if (a && b) {
            ++n;
            mx += x[i][c];
            my += x[j][c];
        }
    }
    if (n == 0)
        return 0;
    if (options.alike == Alike::jaccard)
        return n / either * n / (n + options.shrinkage);
    const bool common = options.alike == Alike::pearson || options.alike == Alike::adjusted_cosine;
    const bool centred = options.alike == Alike::pearson;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        const bool both = !std::isnan(x[i][c]) && !std::isnan(x[j][c]);
        if (common && !both)
            continue;
        const double a = weight(i, c) - (centred ? mx / n : 0);
        const double b = weight(j, c) - (centred ? my / n : 0);
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    const double norm = options.alike == Alike::bm25 ? 1 : std::sqrt(xx * yy);
    const double similar = norm > 1e-9 ? xy / norm : 0;
    return common && similar <= 1e-5 ? 0 : similar * n / (n + options.shrinkage);
}

double entry(const SparseRows& rows, std::uint32_t row, std::uint32_t column) {
    const auto columns = rows.columns_of(row);
    const auto at = std::lower_bound(columns.begin(), columns.end(), column);
    return at != columns.end() && *at == column
               ? static_cast<double>(rows.values_of(row)[static_cast<std::size_t>(at - columns.begin())])
               : 0;
}

constexpr std::array<const char*, 6> measures{"cosine", "adjusted-cosine", "pearson", "tfidf", "bm25", "jaccard"};

} // namespace

class TestKnn : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void similarities_follow_their_definitions_data() {
        QTest::addColumn<int>("alike");
        QTest::addColumn<bool>("ones");
        QTest::addColumn<double>("shrinkage");
        for (int alike = 0; alike < 6; ++alike)
            for (const bool ones : {true, false})
                for (const double shrinkage : {0.0, 7.5})
                    QTest::addRow("%s, %s, shrinkage %g", measures[static_cast<std::size_t>(alike)],
                                  ones ? "ones" : "ratings", shrinkage)
                        << alike << ones << shrinkage;
    }
    void similarities_follow_their_definitions() {
        QFETCH(int, alike);
        QFETCH(bool, ones);
        QFETCH(double, shrinkage);
        const NearestOptions options{static_cast<Alike>(alike), 0, shrinkage, 1.2, 0.75};
        const auto rows = some_rows(ones);
        const auto x = dense(rows);
        const Parallel parallel(2);
        Progress progress;
        const auto near = nearest_rows(rows, options, parallel, progress);
        std::vector<double> folded(rows.n_rows());
        int positive = 0;
        for (std::uint32_t i = 0; i < rows.n_rows(); ++i) {
            similar_to(rows.columns_of(i), rows.values_of(i), rows, options, folded);
            for (std::uint32_t j = 0; j < rows.n_rows(); ++j) {
                if (i == j)
                    continue;
                const double expected = plain_similarity(x, i, j, options);
                const double ours = entry(near, i, j);
                if (expected > 1e-5) {
                    ++positive;
                    QVERIFY2(std::abs(ours - expected) < 2e-5 * std::max(1.0, expected),
                             qPrintable(QStringLiteral("%1 %2: %3 for %4").arg(i).arg(j).arg(ours).arg(expected)));
                    QVERIFY(std::abs(folded[j] - expected) < 2e-5 * std::max(1.0, expected));
                } else {
                    QVERIFY(ours < 2e-5);
                }
            }
        }
        const bool none = ones && (options.alike == Alike::pearson || options.alike == Alike::adjusted_cosine);
        QVERIFY(none ? positive == 0 : positive > 20);
    }

    void a_matrix_that_is_cancelled_has_empty_rows() {
        const auto data = tastes(30, 20);
        const auto rows = all_rows(*data);
        const Parallel parallel(2);
        Progress progress;
        progress.cancel();
        const auto matrix = user_item_matrix(TrainingData(*data, rows), Entry::one, parallel, &progress);
        QCOMPARE(matrix.n_rows(), 30U);
        QCOMPARE(matrix.n_columns, 20U);
        QCOMPARE(matrix.size(), std::size_t{0});
    }

    void only_the_nearest_are_kept() {
        const Parallel parallel(2);
        Progress progress;
        for (const bool ones : {true, false})
            for (const auto alike : {Alike::cosine, Alike::jaccard, Alike::bm25}) {
                const auto rows = some_rows(ones);
                const auto all = nearest_rows(rows, {alike, 0}, parallel, progress);
                const auto few = nearest_rows(rows, {alike, 4}, parallel, progress);
                for (std::uint32_t row = 0; row < rows.n_rows(); ++row) {
                    std::vector<Scored> expected;
                    for (std::size_t at = 0; at < all.columns_of(row).size(); ++at)
                        expected.push_back({all.columns_of(row)[at], static_cast<double>(all.values_of(row)[at])});
                    std::stable_sort(expected.begin(), expected.end(),
                                     [](const auto& a, const auto& b) { return a.score > b.score; });
                    expected.resize(std::min<std::size_t>(4, expected.size()));
                    QCOMPARE(few.columns_of(row).size(), expected.size());
                    for (const auto& one : expected)
                        QCOMPARE(entry(few, row, one.item), one.score);
                }
            }
    }

    /// Lists as implicit 0.7.3 makes them with K = 100, which counts the item itself among its neighbours.
    void lists_are_as_good_as_implicits_data() {
        QTest::addColumn<QString>("similarity");
        QTest::addColumn<QString>("peer");
        QTest::newRow("cosine") << "cosine"
                                << "implicit.CosineRecommender";
        QTest::newRow("tfidf") << "tfidf"
                               << "implicit.TFIDFRecommender";
        QTest::newRow("bm25") << "bm25"
                              << "implicit.BM25Recommender";
    }
    void lists_are_as_good_as_implicits() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(reference_values_folder() / "implicit_ml100k.json");
        QFETCH(QString, similarity);
        QFETCH(QString, peer);
        static const auto films = *load_ml100k();
        static const auto split = *make_split(*films, *SplitRecipe::parse("chrono:0.75", 42));
        const auto settings =
            parameters_of("itemknn", {{"similarity", similarity.toStdString()}, {"neighbours", "99"}});
        const auto model = fitted("itemknn", *films, split.train, settings);
        const Parallel parallel(2);
        Progress progress;
        const auto ours =
            *evaluate(*model, model->capabilities(settings), *films, split, {{10}, true}, parallel, progress);
        for (const auto& theirs : read_values("implicit_ml100k.json"))
            if (theirs.at("model") == peer.toStdString()) {
                const double difference = ours.metrics.at("ndcg@10") - theirs.at("ndcg").get<double>();
                QVERIFY2(std::abs(difference) < 5e-4, qPrintable(QString::number(difference)));
                return;
            }
        QFAIL("no such peer");
    }

    /// Koren's equation with all neighbours, written out on dense matrices.
    void ratings_are_the_baseline_and_the_neighbours_deviations() {
        const auto data = tastes(30, 20);
        const auto rows = all_rows(*data);
        const Parallel parallel(2);
        const auto ratings = user_item_matrix(TrainingData(*data, rows), Entry::last_rating, parallel);
        const auto r = dense(ratings);
        double mean = 0;
        for (const float value : ratings.values)
            mean += static_cast<double>(value) / static_cast<double>(ratings.size());
        std::vector<double> bu(30);
        std::vector<double> bi(20);
        for (int round = 0; round < 10; ++round) {
            for (std::size_t i = 0; i < 20; ++i) {
                double sum = 0;
                double n = 10;
                for (std::size_t u = 0; u < 30; ++u)
                    if (!std::isnan(r[u][i])) {
                        sum += r[u][i] - mean - bu[u];
                        ++n;
                    }
                bi[i] = sum / n;
            }
            for (std::size_t u = 0; u < 30; ++u) {
                double sum = 0;
                double n = 15;
                for (std::size_t i = 0; i < 20; ++i)
                    if (!std::isnan(r[u][i])) {
                        sum += r[u][i] - mean - bi[i];
                        ++n;
                    }
                bu[u] = sum / n;
            }
        }
        const auto b = [&](std::size_t u, std::size_t i) { return mean + bu[u] + bi[i]; };
        const NearestOptions options{Alike::pearson, 0, 10};
        Dense turned(20, std::vector<double>(30));
        for (std::size_t u = 0; u < 30; ++u)
            for (std::size_t i = 0; i < 20; ++i)
                turned[i][u] = r[u][i];
        for (const bool items : {true, false}) {
            const char* id = items ? "itemknn" : "userknn";
            const auto model = fitted(
                id, *data, rows,
                parameters_of(
                    id, {{"similarity", "pearson"}, {"neighbours", "0"}, {"shrinkage", "10"}, {"predict", "ratings"}}));
            std::vector<double> scores(20);
            for (std::uint32_t u = 0; u < 30; ++u) {
                model->score(u, scores);
                for (std::uint32_t i = 0; i < 20; ++i) {
                    double sum = 0;
                    double weights = 0;
                    for (std::size_t other = 0; other < (items ? 20U : 30U); ++other) {
                        const double rating = items ? r[u][other] : r[other][i];
                        if (std::isnan(rating) || other == (items ? i : u))
                            continue;
                        const double s = plain_similarity(items ? turned : r, items ? i : u, other, options);
                        if (s > 0) {
                            sum += s * (rating - (items ? b(u, other) : b(other, i)));
                            weights += s;
                        }
                    }
                    const double expected = b(u, i) + (weights > 0 ? sum / weights : 0);
                    QVERIFY2(std::abs(scores[i] - expected) < 1e-4,
                             qPrintable(QStringLiteral("%1: %2 for %3").arg(id).arg(scores[i]).arg(expected)));
                    const Pair pair{u, i};
                    double alone = 0;
                    model->score_pairs(std::span(&pair, 1), std::span(&alone, 1));
                    QVERIFY(std::abs(alone - std::clamp(scores[i], 1.0, 5.0)) < 1e-6);
                }
            }
        }
    }

    void someone_with_the_same_history_gets_the_same_scores() {
        const auto data = tastes();
        const auto rows = all_rows(*data);
        const auto items = fitted("itemknn", *data, rows, parameters_of("itemknn", {}));
        const auto people = fitted("userknn", *data, rows, parameters_of("userknn", {{"neighbours", "0"}}));
        std::vector<double> known(items->n_items());
        std::vector<double> folded(known);
        for (const UserIx user : {0U, 5U, 33U}) {
            std::vector<ProfileItem> profile;
            for (const auto item : items->seen(user))
                profile.push_back({item, 4});
            items->score(user, known);
            items->score_profile(profile, folded);
            QCOMPARE(folded, known);
            // Among people the twin counts as one more neighbour, of similarity 1.
            people->score(user, known);
            people->score_profile(profile, folded);
            for (const auto& had : profile)
                known[had.item] += 1;
            for (std::size_t item = 0; item < known.size(); ++item)
                QVERIFY(std::abs(folded[item] - known[item]) < 1e-5);
        }
    }

    void reasons_count_the_people_who_have_both() {
        const auto data = tastes();
        const auto rows = all_rows(*data);
        const auto model = fitted("itemknn", *data, rows, parameters_of("itemknn", {}));
        const auto why = model->explain(3, 2);
        QVERIFY(!why->contributions.empty());
        for (const auto& reason : why->contributions) {
            std::uint32_t both = 0;
            for (UserIx user = 0; user < model->n_users(); ++user) {
                const auto seen = model->seen(user);
                both += std::binary_search(seen.begin(), seen.end(), reason.item) &&
                                std::binary_search(seen.begin(), seen.end(), 2U)
                            ? 1
                            : 0;
            }
            QCOMPARE(reason.common_users, both);
        }
    }
};

QTEST_APPLESS_MAIN(TestKnn)
#include "tst_knn.moc"
