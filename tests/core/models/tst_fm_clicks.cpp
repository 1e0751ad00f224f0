// Clicks learned by least squares and sampling.
#include <QTest>

#include "core/models/fm/probit.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Parameters settings_of(const std::vector<std::pair<std::string, std::string>>& given) {
    return parameters_of("fm", given);
}

FittedModel fit(const Dataset& data, std::span<const RowIx> rows, const Parameters& settings, int threads = 2) {
    return fit_model("fm", data, rows, settings, threads);
}

} // namespace

class TestFmClicks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Against sums of the density in small steps.
    void numbers_cut_off_at_zero_have_their_mean() {
        for (const double mean : {-9.0, -4.0, -1.0, 0.0, 0.5, 3.0, 12.0})
            for (const bool positive : {true, false}) {
                double mass = 0;
                double moment = 0;
                constexpr double step = 1e-4;
                for (int i = 0; i < 200'000; ++i) {
                    const double z = (positive ? 1 : -1) * (i + 0.5) * step;
                    const double density =
                        std::exp(-(z - mean) * (z - mean) / 2 + (positive ? mean < 0 : mean > 0) * mean * mean / 2);
                    mass += density * step;
                    moment += density * z * step;
                }
                const double expected = moment / mass;
                QVERIFY(std::abs(probit::cut_mean(mean, positive) - expected) < 1e-5 * (1 + std::abs(expected)));
                Rng rng(7);
                double sum = 0;
                constexpr int n = 20'000;
                for (int i = 0; i < n; ++i) {
                    const double z = probit::draw_cut(rng, mean, positive);
                    QVERIFY(positive ? z > 0 : z < 0);
                    sum += z;
                }
                QVERIFY2(std::abs(sum / n - expected) < 0.04 * std::min(1.0, std::abs(expected)),
                         qPrintable(QString("%1: %2 for %3").arg(mean).arg(sum / n).arg(expected)));
            }
        QVERIFY(std::abs(probit::log_below(-5.999) - probit::log_below(-6.001) - 0.002 * 6.16) < 2e-4);
        QVERIFY(std::abs(probit::log_below(1) - std::log(probit::below(1))) < 1e-15);
        QVERIFY(std::isfinite(probit::log_below(-1e6)));
    }

    /// Sampling orders as well as gradient steps do and its probabilities hold better; least squares come near.
    void clicks_are_learned_by_threshold() {
        const auto data = featured(120, 60, 0.4, 5, true);
        const auto sgd = measured("fm", *data, "random:0.8", settings_of({{"task", "clicks"}, {"factors", "4"}}));
        for (const auto& [learner, auc, logloss] : {std::tuple("als", 0.03, 0.03), std::tuple("mcmc", 0.005, 0.0)}) {
            const auto ours = measured("fm", *data, "random:0.8",
                                       settings_of({{"task", "clicks"},
                                                    {"learner", learner},
                                                    {"factors", "4"},
                                                    {"linear_regularization", "0.3"},
                                                    {"factor_regularization", "0.2"},
                                                    {"epochs", "40"}}));
            qInfo("%s: AUC %.4f, log-loss %.4f; gradient steps %.4f, %.4f", learner, ours.at("auc"), ours.at("logloss"),
                  sgd.at("auc"), sgd.at("logloss"));
            QVERIFY(ours.at("auc") > sgd.at("auc") - auc);
            QVERIFY(ours.at("logloss") < sgd.at("logloss") + logloss);
        }
    }

    void clicks_that_can_be_told_apart_are() {
        std::vector<Row> rows;
        for (int user = 0; user < 30; ++user)
            for (int item = 0; item < 20; ++item)
                rows.push_back({std::to_string(user), std::to_string(item), user % 2 == item % 2 ? 1.0F : 0.0F});
        const auto data = *make_data(rows);
        const auto all = all_rows(*data);
        for (const char* learner : {"als", "mcmc"}) {
            const auto out = fit(*data, all,
                                 settings_of({{"task", "clicks"},
                                              {"learner", learner},
                                              {"fields", "ids"},
                                              {"factors", "4"},
                                              {"init_deviation", "0.3"},
                                              {"factor_regularization", "0.001"},
                                              {"epochs", "60"}}));
            QVERIFY(out.status.has_value());
            std::vector<double> chance(all.size());
            out.model->score_rows(*data, all, chance);
            for (const RowIx row : all)
                QVERIFY2(std::abs(chance[row] - static_cast<double>(data->interactions().value[row])) < 0.3,
                         qPrintable(QString("%1: %2").arg(learner).arg(chance[row])));
            const auto loss = out.curves;
            QVERIFY(loss.back().y < 0.2 && loss.back().series == "train_logloss");
        }
    }
};

QTEST_APPLESS_MAIN(TestFmClicks)
#include "tst_fm_clicks.moc"
