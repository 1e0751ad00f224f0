#include <QTest>

#include <Eigen/Dense>

#include "core/ml100k.h"
#include "core/models/fm/fm_kernels.h"
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

/// One sample with these entries, and weights drawn by lot.
struct Machine {
    FmShape shape;
    std::vector<float, Eigen::aligned_allocator<float>> rows;
    SampleBlock block;
    std::vector<float, Eigen::aligned_allocator<float>> sums;

    explicit Machine(std::uint32_t factors) {
        shape.factors = factors;
        rows.assign(9 * std::size_t{shape.width()}, 0.0F);
        sums.assign(shape.width(), 0.0F);
        Rng rng(3);
        for (std::size_t i = 0; i < 9; ++i) {
            for (std::uint32_t f = 0; f <= factors; ++f)
                at(i, f) = static_cast<float>(rng.normal());
            at(i, shape.factor_squares()) = at(i, shape.linear_squares()) = 1;
        }
        block.n = 1;
        block.n_slots = 3;
        block.singles = {{0, 1.0F}, {3, 1.0F}, {4, -0.7F}};
        block.multi_starts = {0, 2};
        block.multi = {{6, 0.5F}, {8, 0.5F}};
        block.multi_field = {3, 3};
        block.target = block.output = block.error = {0.0F};
    }
    float& at(std::size_t index, std::uint32_t lane) { return rows[index * shape.width() + lane]; }
    std::vector<Entry> entries() const {
        auto all = block.singles;
        all.insert(all.end(), block.multi.begin(), block.multi.end());
        return all;
    }
    /// The definition: every pair of entries.
    double naive() {
        const auto x = entries();
        double y = 0.25;
        for (std::size_t a = 0; a < x.size(); ++a) {
            y += static_cast<double>(at(x[a].index, shape.linear()) * x[a].value);
            for (std::size_t b = a + 1; b < x.size(); ++b)
                for (std::uint32_t f = 0; f < shape.factors; ++f)
                    y += static_cast<double>(at(x[a].index, f)) * static_cast<double>(at(x[b].index, f)) *
                         static_cast<double>(x[a].value) * static_cast<double>(x[b].value);
        }
        return y;
    }
};

constexpr double target = 1.5;

} // namespace

class TestFm : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_output_is_the_sum_over_all_pairs() {
        for (const std::uint32_t factors : {0U, 1U, 8U, 10U, 13U, 14U, 29U, 40U}) {
            Machine machine(factors);
            fm_forward(machine.rows.data(), machine.shape, 0.25F, machine.block, machine.sums.data());
            QVERIFY(std::abs(static_cast<double>(machine.block.output[0]) - machine.naive()) < 2e-5 * (1 + factors));
        }
    }

    /// From the size of a step of Adagrad back to the gradient, and that against central differences.
    void gradients_are_finite_differences() {
        for (const std::uint32_t factors : {1U, 10U, 20U, 40U}) {
            Machine machine(factors);
            fm_forward(machine.rows.data(), machine.shape, 0.25F, machine.block, machine.sums.data());
            const double error = 0.1 * (static_cast<double>(machine.block.output[0]) - target);
            machine.block.error[0] = static_cast<float>(error);
            Machine moved = machine;
            fm_update(moved.rows.data(), moved.shape, {1.0F, 0, 0}, moved.block, moved.sums.data(), {0, 3, 0, 1, 0, 1});
            for (const auto& entry : machine.entries()) {
                double length = 0;
                for (std::uint32_t f = 0; f < factors; ++f)
                    length += std::pow(static_cast<double>(moved.at(entry.index, f) - machine.at(entry.index, f)), 2);
                const double stretch = 1 / std::sqrt(1 - length / factors);
                for (std::uint32_t f = 0; f <= factors; ++f) {
                    const double step =
                        static_cast<double>(machine.at(entry.index, f)) - static_cast<double>(moved.at(entry.index, f));
                    const double gradient = f < factors ? step * stretch : step / std::sqrt(1 - step * step);
                    Machine up = machine;
                    Machine down = machine;
                    up.at(entry.index, f) += 0.01F;
                    down.at(entry.index, f) -= 0.01F;
                    const double slope = (up.naive() - down.naive()) / 0.02;
                    QVERIFY2(std::abs(gradient - error * slope) < 1e-3 * (1 + std::abs(error * slope)),
                             qPrintable(QString("%1 %2").arg(gradient).arg(error * slope)));
                }
            }
        }
    }

    void pairs_are_scored_as_rows_are_without_their_own_part() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& [task, learner] :
             {std::pair("ratings", "sgd"), std::pair("ratings", "als"), std::pair("ratings", "mcmc"),
              std::pair("clicks", "sgd"), std::pair("clicks", "als"), std::pair("clicks", "mcmc")}) {
            const auto out = fit(*data, rows,
                                 settings_of({{"task", task},
                                              {"positive_from", "3"},
                                              {"learner", learner},
                                              {"fields", "-hour"},
                                              {"epochs", "8"},
                                              {"burn_in", "4"}}));
            QVERIFY(out.status.has_value());
            std::vector<Pair> pairs;
            for (const RowIx row : rows)
                pairs.push_back({data->interactions().user[row], data->interactions().item[row]});
            std::vector<double> by_row(rows.size());
            std::vector<double> by_pair(rows.size());
            out.model->score_rows(*data, rows, by_row);
            out.model->score_pairs(pairs, by_pair);
            for (std::size_t i = 0; i < rows.size(); ++i)
                QVERIFY(std::abs(by_row[i] - by_pair[i]) < 1e-4);
        }
    }

    void what_a_row_tells_is_used() {
        const auto data = featured();
        const auto with = measured("fm", *data, "random:0.8", settings_of({{"factors", "4"}}));
        const auto without = measured("fm", *data, "random:0.8", settings_of({{"factors", "4"}, {"fields", "-hour"}}));
        QVERIFY2(with.at("rmse") < 0.42 && without.at("rmse") > 0.52,
                 qPrintable(QString("%1 %2").arg(with.at("rmse")).arg(without.at("rmse"))));
    }

    void least_squares_never_get_worse() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto out = fit(*data, rows,
                             settings_of({{"learner", "als"},
                                          {"linear_regularization", "0"},
                                          {"factor_regularization", "0"},
                                          {"epochs", "25"}}));
        QCOMPARE(out.curves.size(), std::size_t{25});
        for (std::size_t e = 1; e < out.curves.size(); ++e)
            QVERIFY(out.curves[e].y <= out.curves[e - 1].y + 1e-7);
        QVERIFY(out.curves.back().y < 0.3);
    }

    /// Without factors the optimum is that of a ridge regression, and both learners find it.
    void without_factors_it_is_ridge_regression() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto users = static_cast<Eigen::Index>(data->users().size());
        const auto width = 1 + users + static_cast<Eigen::Index>(data->items().size());
        Eigen::MatrixXd x = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows.size()), width);
        Eigen::VectorXd y(static_cast<Eigen::Index>(rows.size()));
        for (Eigen::Index r = 0; r < y.size(); ++r) {
            const auto row = static_cast<std::size_t>(r);
            x(r, 0) = x(r, 1 + data->interactions().user[row]) = x(r, 1 + users + data->interactions().item[row]) = 1;
            y(r) = static_cast<double>(data->interactions().value[row]);
        }
        Eigen::MatrixXd normal = x.transpose() * x;
        for (Eigen::Index c = 1; c < width; ++c)
            normal(c, c) *= 1.1;
        const Eigen::VectorXd best = x * normal.ldlt().solve(x.transpose() * y);
        for (const auto& [learner, epochs, rate, tolerance] :
             {std::tuple("als", "40", "0.05", 1e-3), std::tuple("sgd", "300", "0.05", 0.02)}) {
            const auto out = fit(*data, rows,
                                 settings_of({{"learner", learner},
                                              {"factors", "0"},
                                              {"fields", "ids"},
                                              {"linear_regularization", "0.1"},
                                              {"learning_rate", rate},
                                              {"epochs", epochs}}));
            std::vector<double> scores(rows.size());
            out.model->score_rows(*data, rows, scores);
            const double furthest =
                (Eigen::Map<const Eigen::VectorXd>(scores.data(), y.size()) - best).cwiseAbs().maxCoeff();
            QVERIFY2(furthest < tolerance, qPrintable(QString("%1: %2").arg(learner).arg(furthest)));
        }
    }

    void digits_do_not_depend_on_threads() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& [task, learner] :
             {std::pair("ratings", "sgd"), std::pair("ratings", "als"), std::pair("ratings", "mcmc"),
              std::pair("clicks", "sgd"), std::pair("clicks", "als"), std::pair("clicks", "mcmc"),
              std::pair("ranking", "sgd")}) {
            const auto settings = settings_of({{"task", task},
                                               {"learner", learner},
                                               {"positive_from", "3"},
                                               {"epochs", "4"},
                                               {"burn_in", "1"},
                                               {"batch", "200"}});
            const auto one = fit(*data, rows, settings, 1);
            QVERIFY(one.status.has_value());
            QCOMPARE(fit(*data, rows, settings, 3).bytes(), one.bytes());
        }
    }

    void a_resumed_training_ends_with_the_same_bytes() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& [task, learner] :
             {std::pair("ratings", "sgd"), std::pair("ratings", "als"), std::pair("ratings", "mcmc"),
              std::pair("clicks", "als"), std::pair("clicks", "mcmc")}) {
            const auto settings = settings_of(
                {{"task", task}, {"positive_from", "3"}, {"learner", learner}, {"epochs", "6"}, {"burn_in", "2"}});
            KeptStates kept;
            const auto whole = fit_model("fm", *data, rows, settings, 2, &kept);
            QCOMPARE(kept.states.size(), std::size_t{6});
            kept.resume = 3;
            const auto resumed = fit_model("fm", *data, rows, settings, 2, &kept);
            QVERIFY(resumed.status.has_value());
            QCOMPARE(resumed.bytes(), whole.bytes());
            QCOMPARE(resumed.curves, whole.curves);
        }
    }

    void a_saved_model_gives_the_same_digits() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& [task, learner] :
             {std::pair("ratings", "sgd"), std::pair("ratings", "mcmc"), std::pair("clicks", "mcmc")}) {
            const auto out = fit(
                *data, rows,
                settings_of(
                    {{"task", task}, {"positive_from", "3"}, {"learner", learner}, {"epochs", "3"}, {"burn_in", "1"}}));
            const auto bytes = out.bytes();
            const auto loaded = load_model("fm", bytes);
            QVERIFY(loaded.has_value());
            std::vector<double> before(rows.size());
            std::vector<double> after(rows.size());
            out.model->score_rows(*data, rows, before);
            (*loaded)->score_rows(*data, rows, after);
            QCOMPARE(after, before);
            const auto pairs = all_pairs(*data);
            before.resize(pairs.size());
            after.resize(pairs.size());
            out.model->score_pairs(pairs, before);
            (*loaded)->score_pairs(pairs, after);
            QCOMPARE(after, before);
            for (const std::size_t cut : {std::size_t{1}, bytes.size() / 2, bytes.size() - 10})
                QVERIFY(!load_model("fm", std::span(bytes).first(bytes.size() - cut)));
        }
    }

    /// People never seen: only their features can tell what they like.
    void features_serve_unknown_users() {
        const auto data = featured(240, 60, 0.3);
        const auto with = measured("fm", *data, "users:0.7", settings_of({{"factors", "4"}}));
        const auto ids = measured("fm", *data, "users:0.7", settings_of({{"factors", "4"}, {"fields", "ids"}}));
        QVERIFY2(with.at("rmse") < 0.75 * ids.at("rmse"),
                 qPrintable(QString("%1 %2").arg(with.at("rmse")).arg(ids.at("rmse"))));
        const auto likes = featured(240, 60, 0.3, 5, true);
        const auto ranked =
            measured("fm", *likes, "users:0.7", settings_of({{"task", "clicks"}, {"epochs", "10"}, {"factors", "4"}}));
        const auto blind =
            measured("fm", *likes, "users:0.7", settings_of({{"task", "clicks"}, {"fields", "ids"}, {"factors", "4"}}));
        QVERIFY2(ranked.at("auc") > blind.at("auc") + 0.2,
                 qPrintable(QString("%1 %2").arg(ranked.at("auc")).arg(blind.at("auc"))));
    }

    /// Items never seen: the same from the other side.
    void features_serve_unknown_items() {
        const auto data = featured(120, 100, 0.3);
        std::vector<RowIx> known;
        std::vector<RowIx> unknown;
        for (const RowIx row : all_rows(*data))
            (data->interactions().item[row] % 5 == 0 ? unknown : known).push_back(row);
        const auto error = [&](const char* fields) {
            const auto out = fit(*data, known, settings_of({{"factors", "4"}, {"fields", fields}}));
            std::vector<double> scores(unknown.size());
            out.model->score_rows(*data, unknown, scores);
            double squares = 0;
            for (std::size_t i = 0; i < unknown.size(); ++i)
                squares += std::pow(scores[i] - static_cast<double>(data->interactions().value[unknown[i]]), 2);
            return std::sqrt(squares / static_cast<double>(unknown.size()));
        };
        QVERIFY(error("all") < 0.6 * error("ids"));
    }

    void rankings_put_first_what_people_like() {
        const auto data = tastes(100, 60);
        const auto fm = measured("fm", *data, "random:0.8", settings_of({{"task", "ranking"}, {"fields", "ids"}}));
        const auto popular = measured("popularity", *data, "random:0.8", parameters_of("popularity", {}));
        QVERIFY(fm.at("ndcg@10") > 1.3 * popular.at("ndcg@10"));
    }

    void data_it_cannot_use_is_refused() {
        const auto plain = tastes();
        RunSpec spec;
        spec.model = "fm";
        const auto refused = prepare_spec(*plain, spec);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::bad_data);
        spec.parameters["fields"] = std::string("ids");
        QVERIFY(prepare_spec(*plain, spec).has_value());
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto ranking = fit(*data, rows, settings_of({{"task", "ranking"}, {"learner", "als"}}));
        QVERIFY(!ranking.status);
        QCOMPARE(ranking.status.error().where, std::string("learner"));
        const auto one_class = fit(*data, rows, settings_of({{"task", "clicks"}, {"positive_from", "-5"}}));
        QVERIFY(!one_class.status);
        QCOMPARE(one_class.status.error().where, std::string("positive_from"));
    }

    void the_smallest_data_is_defined() {
        const auto data = *make_data({{"a", "x", 3}});
        const auto equal = *make_data({{"a", "x", 3}, {"a", "y", 3}, {"b", "x", 3}});
        for (const char* learner : {"sgd", "als"})
            for (const auto& some : {data, equal}) {
                const auto out = fit(*some, all_rows(*some), settings_of({{"learner", learner}, {"fields", "ids"}}));
                QVERIFY(out.status.has_value());
                std::vector<double> score(1);
                out.model->score_pairs(std::vector<Pair>{{0, 0}}, score);
                QCOMPARE(score[0], 3.0);
            }
        const auto alone = fit(*data, all_rows(*data), settings_of({{"task", "ranking"}, {"fields", "ids"}}));
        QVERIFY(!alone.status);
        const auto draws = fit(*data, all_rows(*data), settings_of({{"learner", "mcmc"}, {"fields", "ids"}}));
        QVERIFY(draws.status.has_value());
    }

    void divergence_stops_with_epoch_and_remedy() {
        const auto data = *make_data({{"a", "x", 1e30F}, {"a", "y", -1e30F}, {"b", "x", 3e30F}});
        const auto out = fit(*data, all_rows(*data), settings_of({{"fields", "ids"}}));
        QVERIFY(!out.status);
        QVERIFY(out.status.error().text().find("diverged in epoch") != std::string::npos);
    }

    void a_cancelled_training_says_so() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const char* learner : {"sgd", "als", "mcmc"}) {
            auto model = (*find_model("fm"))->make();
            const Parallel parallel(2);
            Progress progress;
            progress.cancel();
            FitContext context{progress, parallel, 1};
            const auto status = model->fit(TrainingData(*data, rows), settings_of({{"learner", learner}}), context);
            QVERIFY(!status);
            QCOMPARE(status.error().kind, ErrorKind::cancelled);
        }
    }

    /// libFM's paper reports about 0.90 to 0.91 for sampling on these ratings.
    void sampling_on_films_is_at_least_as_good_as_published() {
        REQUIRE_FILE(ml100k_file());
        const auto data = *load_ml100k();
        const auto mcmc =
            measured("fm", *data, "random:0.8", settings_of({{"learner", "mcmc"}, {"factors", "8"}, {"epochs", "30"}}));
        const auto als =
            measured("fm", *data, "random:0.8", settings_of({{"learner", "als"}, {"factors", "8"}, {"epochs", "20"}}));
        qInfo("RMSE: sampling %.4f, least squares %.4f", mcmc.at("rmse"), als.at("rmse"));
        QVERIFY(mcmc.at("rmse") <= 0.91);
        QVERIFY(mcmc.at("rmse") <= als.at("rmse"));
    }
};

QTEST_APPLESS_MAIN(TestFm)
#include "tst_fm.moc"
