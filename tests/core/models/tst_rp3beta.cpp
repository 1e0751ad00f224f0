#include <QTest>

#include "core/models/fit_model.h"

using namespace tastebench;
using namespace tastebench::testing;

using Matrix = Eigen::MatrixXd;

namespace {

/// Rows divided by their sums, entries to the power of alpha; rows of nothing stay so.
Matrix transitions(const Matrix& edges, double alpha) {
    Matrix out = edges;
    for (Eigen::Index row = 0; row < out.rows(); ++row)
        for (Eigen::Index column = 0; column < out.cols(); ++column)
            out(row, column) =
                edges(row, column) > 0 ? std::pow(edges(row, column) / edges.row(row).sum(), alpha) : 0.0;
    return out;
}

/// True where the user has the item.
bool seen(const Matrix& x, Eigen::Index user, Eigen::Index item) {
    return x(user, item) > 0;
}

} // namespace

class TestRp3Beta : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Every path user -> item -> user -> item walked one by one: the chances of where it ends.
    void scores_are_the_chances_of_the_walk() {
        const auto data = tastes(25, 18);
        for (const bool values : {false, true}) {
            const auto fitted = fit_model(
                "rp3beta", *data, {{"beta", "0"}, {"neighbours", "1000"}, {"use_values", values ? "true" : "false"}});
            const Matrix x = dense_matrix(*data, values);
            const Matrix scores = all_scores(*fitted.model);
            for (Eigen::Index u = 0; u < x.rows(); ++u) {
                std::vector<double> ends(static_cast<std::size_t>(x.cols()), 0.0);
                for (Eigen::Index j = 0; j < x.cols(); ++j)
                    for (Eigen::Index v = 0; v < x.rows(); ++v)
                        for (Eigen::Index i = 0; i < x.cols(); ++i)
                            if (x(u, j) > 0 && x(v, j) > 0 && x(v, i) > 0)
                                ends[static_cast<std::size_t>(i)] +=
                                    x(u, j) / x.row(u).sum() * x(v, j) / x.col(j).sum() * x(v, i) / x.row(v).sum();
                // The walk ends somewhere.
                QVERIFY(std::abs(std::accumulate(ends.begin(), ends.end(), 0.0) - 1) < 1e-12);
                for (Eigen::Index i = 0; i < x.cols(); ++i)
                    if (!seen(x, u, i))
                        QVERIFY(std::abs(scores(u, i) - ends[static_cast<std::size_t>(i)]) < 1e-7);
            }
        }
    }

    void alpha_and_beta_are_powers() {
        const auto data = tastes(60, 40);
        const Matrix x = dense_matrix(*data, true);
        for (const double alpha : {0.5, 1.7})
            for (const double beta : {0.3, 1.0}) {
                const auto fitted = fit_model("rp3beta", *data,
                                              {{"alpha", std::to_string(alpha)},
                                               {"beta", std::to_string(beta)},
                                               {"neighbours", "1000"},
                                               {"use_values", "true"}});
                const Matrix onwards = transitions(x, alpha);
                Matrix expected = onwards * transitions(x.transpose(), alpha) * onwards;
                for (Eigen::Index i = 0; i < x.cols(); ++i)
                    expected.col(i) /= std::pow(static_cast<double>((x.col(i).array() > 0).count()), beta);
                const Matrix scores = all_scores(*fitted.model);
                for (Eigen::Index u = 0; u < x.rows(); ++u)
                    for (Eigen::Index i = 0; i < x.cols(); ++i)
                        if (!seen(x, u, i))
                            QVERIFY(std::abs(scores(u, i) - expected(u, i)) < 1e-5 * expected.maxCoeff());
            }
    }

    void the_greatest_neighbours_are_kept() {
        const auto data = tastes(60, 40);
        const Matrix whole = item_weights(*fit_model("rp3beta", *data, {{"neighbours", "1000"}}).model);
        const Matrix cut = item_weights(*fit_model("rp3beta", *data, {{"neighbours", "5"}}).model);
        for (Eigen::Index j = 0; j < cut.rows(); ++j) {
            QCOMPARE((cut.row(j).array() > 0).count(), Eigen::Index{5});
            double least = std::numeric_limits<double>::infinity();
            double left_out = 0;
            for (Eigen::Index i = 0; i < cut.cols(); ++i) {
                if (cut(j, i) > 0) {
                    QCOMPARE(cut(j, i), whole(j, i));
                    least = std::min(least, cut(j, i));
                } else {
                    left_out = std::max(left_out, whole(j, i));
                }
            }
            QVERIFY(left_out <= least);
        }
    }

    void a_known_history_folds_in_to_the_same_scores() {
        const auto data = tastes(60, 30);
        const auto fitted = fit_model("rp3beta", *data, {{"use_values", "true"}, {"alpha", "1.4"}});
        const auto& rows = data->interactions();
        std::vector<ProfileItem> profile;
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (rows.user[row] == 4)
                profile.push_back({rows.item[row], static_cast<double>(rows.value[row])});
        std::vector<double> folded(fitted.model->n_items());
        std::vector<double> known(fitted.model->n_items());
        fitted.model->score_profile(profile, folded);
        fitted.model->score(4, known);
        for (std::size_t item = 0; item < folded.size(); ++item)
            QVERIFY(std::abs(folded[item] - known[item]) < 1e-6 * std::max(1e-3, known[item]));
    }

    void negative_ratings_are_refused_where_they_would_weigh() {
        const auto data = *make_data({{"a", "x", -2}, {"a", "y", 3}, {"b", "x", 4}});
        const auto refused = fit_model("rp3beta", *data, {{"use_values", "true"}});
        QVERIFY(!refused.status);
        QCOMPARE(refused.status.error().kind, ErrorKind::bad_data);
        QVERIFY(fit_model("rp3beta", *data).status);
    }

    void ratings_of_nothing_lead_nowhere() {
        const auto data = *make_data({{"a", "x", 0}, {"a", "y", 0}, {"b", "x", 4}, {"b", "z", 2}});
        const auto fitted = fit_model("rp3beta", *data, {{"use_values", "true"}, {"alpha", "0"}});
        QVERIFY(fitted.status);
        QVERIFY(all_scores(*fitted.model).allFinite());
        QVERIFY(all_scores(*fitted.model).row(0).isZero());
    }

    void p3alpha_is_a_preset() {
        const auto& schema = (*find_model("rp3beta"))->schema;
        const auto preset = std::find_if(schema.presets().begin(), schema.presets().end(),
                                         [](const auto& one) { return one.name == "p3alpha"; });
        QVERIFY(preset != schema.presets().end());
        QCOMPARE(get_real(*schema.complete(preset->values), "beta"), 0.0);
        const auto paper = std::find_if(schema.presets().begin(), schema.presets().end(),
                                        [](const auto& one) { return one.name == "paper"; });
        QVERIFY(paper != schema.presets().end());
        QCOMPARE(get_real(*schema.complete(paper->values), "alpha"), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestRp3Beta)
#include "tst_rp3beta.moc"
