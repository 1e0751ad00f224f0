#include <QTest>

#include "core/linalg/gram.h"
#include "core/models/common/user_item_matrix.h"
#include "core/models/fit_model.h"
#include "core/models/slim/descent.h"

using namespace tastebench;
using namespace tastebench::testing;

using Matrix = Eigen::MatrixXd;

namespace {

struct Optimum {
    double stationary = 0; ///< greatest |gradient| where w > 0
    double inward = 0;     ///< most by which the objective would fall along a weight that is 0
    std::size_t positive = 0, zero = 0;
};

/// How far w is from the conditions of Karush, Kuhn and Tucker for 1/2 |x_i - X w|^2 + l2/2 |w|^2 + l1 |w|, w >= 0,
/// w_i = 0. Where allowed(j, i) is false, w_j must be 0 and may not move.
template <typename Allowed>
Optimum check(const Matrix& x, const Matrix& w, double l1, double l2, const Allowed& allowed) {
    const Matrix gradient = x.transpose() * (x * w - x) + l2 * w;
    Optimum out;
    for (Eigen::Index j = 0; j < w.rows(); ++j)
        for (Eigen::Index i = 0; i < w.cols(); ++i) {
            if (i == j || !allowed(j, i))
                continue;
            const double slope = gradient(j, i) + l1;
            if (w(j, i) > 0) {
                out.stationary = std::max(out.stationary, std::abs(slope));
                ++out.positive;
            } else {
                out.inward = std::max(out.inward, -slope);
                ++out.zero;
            }
        }
    return out;
}

} // namespace

class TestSlim : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void weights_meet_the_conditions_of_the_optimum() {
        const auto data = tastes(120, 70);
        for (const bool values : {false, true})
            for (const double l1 : {0.0, 2.0, 15.0})
                for (const double l2 : {5.0, 60.0}) {
                    const auto fitted = fit_model("slim", *data,
                                                  {{"l1", std::to_string(l1)},
                                                   {"l2", std::to_string(l2)},
                                                   {"use_values", values ? "true" : "false"},
                                                   {"tolerance", "1e-6"},
                                                   {"passes", "500"}});
                    QVERIFY(fitted.status);
                    const Matrix x = dense_matrix(*data, values);
                    const Matrix w = item_weights(*fitted.model);
                    QVERIFY(w.minCoeff() >= 0);
                    QVERIFY(w.diagonal().maxCoeff() == 0);
                    const auto found = check(x, w, l1, l2, [](auto, auto) { return true; });
                    const double close = 2e-5 * (x.transpose() * x).maxCoeff();
                    QVERIFY2(found.stationary < close, qPrintable(QString::number(found.stationary)));
                    QVERIFY2(found.inward < close, qPrintable(QString::number(found.inward)));
                    QVERIFY(found.positive > 100 && found.zero > 100);
                    QVERIFY((all_scores(*fitted.model) - x * w).cwiseAbs().maxCoeff() < 1e-4);
                }
    }

    /// 300 items and 30 neighbours: weights are kept by place among the candidates instead of by item.
    void only_the_most_similar_items_speak() {
        const auto data = tastes(100, 300);
        const auto fitted = fit_model(
            "slim", *data, {{"l1", "1"}, {"l2", "20"}, {"neighbours", "30"}, {"tolerance", "1e-6"}, {"passes", "500"}});
        const Matrix x = dense_matrix(*data, false);
        const Matrix w = item_weights(*fitted.model);
        Matrix cosine = x.transpose() * x;
        const Eigen::VectorXd counts = cosine.diagonal();
        for (Eigen::Index j = 0; j < cosine.rows(); ++j)
            for (Eigen::Index i = 0; i < cosine.cols(); ++i)
                cosine(j, i) = i == j ? -1 : cosine(j, i) / std::sqrt(counts(i) * counts(j));
        // The cosine of the 30th; equal ones may fall on either side of it.
        Eigen::VectorXd cut(cosine.cols());
        for (Eigen::Index i = 0; i < cosine.cols(); ++i) {
            std::vector<double> column(cosine.col(i).begin(), cosine.col(i).end());
            std::nth_element(column.begin(), column.begin() + 29, column.end(), std::greater<>());
            cut(i) = column[29];
            QVERIFY((w.col(i).array() > 0).count() <= 30);
        }
        for (Eigen::Index j = 0; j < w.rows(); ++j)
            for (Eigen::Index i = 0; i < w.cols(); ++i)
                if (w(j, i) > 0)
                    QVERIFY(cosine(j, i) > cut(i) - 1e-6);
        const auto found =
            check(x, w, 1, 20, [&](Eigen::Index j, Eigen::Index i) { return cosine(j, i) > cut(i) + 1e-6; });
        QVERIFY(found.stationary < 1e-3);
        QVERIFY(found.inward < 1e-3);
        QVERIFY(found.positive > 1000);
    }

    /// Ratings of both signs: an item that starts without promise may gain it when another has its weight.
    void negative_ratings_are_not_screened_away() {
        std::vector<Row> rows;
        Rng rng(5);
        for (int u = 0; u < 40; ++u)
            for (int i = 0; i < 12; ++i)
                if (rng.uniform() < 0.6)
                    rows.push_back({std::to_string(u), std::to_string(i), static_cast<float>(rng.below(7)) - 3.5F});
        const auto data = *make_data(rows);
        const auto fitted =
            fit_model("slim", *data,
                      {{"l1", "0.5"}, {"l2", "1"}, {"use_values", "true"}, {"tolerance", "1e-6"}, {"passes", "500"}});
        const auto found =
            check(dense_matrix(*data, true), item_weights(*fitted.model), 0.5, 1, [](auto, auto) { return true; });
        QVERIFY(found.stationary < 1e-3);
        QVERIFY(found.inward < 1e-3);
        QVERIFY(found.positive > 10);
    }

    void more_l1_means_fewer_weights() {
        const auto data = tastes(100, 60);
        std::vector<Eigen::Index> counts;
        for (const char* l1 : {"0", "5", "20", "1000"}) {
            const auto fitted = fit_model("slim", *data, {{"l1", l1}});
            counts.push_back((item_weights(*fitted.model).array() > 0).count());
        }
        QVERIFY(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > counts[3]);
        QCOMPARE(counts[3], Eigen::Index{0});
    }

    /// Beyond the greatest corner the weights settle in the whole matrix.
    void many_weights_settle_without_a_corner() {
        const auto data = tastes(120, 70);
        const auto all = all_rows(*data);
        const Parallel parallel(2);
        Progress progress;
        const auto rows = user_item_matrix(TrainingData(*data, all), Entry::one, parallel);
        const auto gram = gram_matrix(rows, Triangle::both, parallel, progress);
        for (const std::uint32_t neighbours : {0U, 8U}) { // the whole row, and candidates alone
            slim::Settings settings{0, 5, 1e-6, 500, neighbours, true};
            slim::Descent in_corner(gram, settings);
            settings.corner = 3;
            slim::Descent in_place(gram, settings);
            std::size_t most = 0;
            for (ItemIx item = 0; item < 70; ++item) {
                const auto one = in_corner.solve(item, progress);
                const auto other = in_place.solve(item, progress);
                QCOMPARE(other.size(), one.size());
                for (std::size_t at = 0; at < one.size(); ++at) {
                    QCOMPARE(other[at].item, one[at].item);
                    QVERIFY(std::abs(other[at].weight - one[at].weight) < 1e-4F);
                }
                most = std::max(most, one.size());
            }
            QVERIFY(most > 3);
        }
    }

    void memory_counts_the_weights_that_are_not_pushed_to_zero() {
        const auto& entry = **find_model("slim");
        const DataShape shape{100'000, 10'000, 2'000'000, 2'000'000, 0, 0};
        const auto told = [&](const char* l1, const char* neighbours) {
            Parameters given;
            given["l1"] = *entry.schema.parse("l1", l1);
            given["neighbours"] = *entry.schema.parse("neighbours", neighbours);
            return entry.make()->cost(shape, *entry.schema.complete(given)).memory_bytes;
        };
        QVERIFY(told("0", "0") > told("1", "0") + 1e9);
        QVERIFY(told("0", "100") < told("0", "0") - 1e9);
    }

    void digits_do_not_depend_on_threads() {
        const auto data = tastes(80, 120);
        std::vector<std::vector<std::byte>> bytes;
        for (const int threads : {1, 3}) {
            const auto fitted = fit_model("slim", *data, {{"l1", "1"}, {"l2", "10"}}, {}, threads);
            Writer writer;
            fitted.model->save(writer);
            bytes.push_back(writer.take());
        }
        QVERIFY(bytes[0] == bytes[1]);
    }

    /// Without l2 two items that the same people have are as good as each other; some answer must come.
    void twin_items_without_l2_are_defined() {
        std::vector<Row> rows;
        for (const char* user : {"a", "b", "c"})
            for (const char* item : {"x", "y", "z"})
                rows.push_back({user, item, 3});
        const auto fitted = fit_model("slim", **make_data(rows), {{"l1", "0"}, {"l2", "0"}});
        QVERIFY(fitted.status);
        const Matrix w = item_weights(*fitted.model);
        for (Eigen::Index i = 0; i < 3; ++i)
            QVERIFY(std::abs(w.col(i).sum() - 1) < 1e-3);
    }
};

QTEST_GUILESS_MAIN(TestSlim)
#include "tst_slim.moc"
