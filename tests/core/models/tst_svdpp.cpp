#include <QTest>

#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/models/fitting.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Parameters parameters(const Settings& given) {
    return parameters_of("svdpp", given);
}

Fitted fit(const Dataset& data, std::span<const RowIx> rows, const Parameters& settings, int threads = 2,
           std::uint64_t seed = 42, Checkpoints* checkpoints = nullptr) {
    return fit_model("svdpp", data, rows, settings, threads, seed, checkpoints);
}

/// The parameters as save_state() and save_training() write them; read here, so that a checkpoint can be compared with
/// a training written out in the simplest way.
struct State {
    double mean = 0;
    StoredTable joined, items, implicit, people;
};

State read_state(std::span<const std::byte> checkpoint) {
    Reader in(checkpoint);
    in.number<std::uint32_t>();
    in.number<std::uint32_t>();
    in.number<std::uint32_t>();
    in.number<std::uint8_t>();
    in.number<std::uint32_t>();
    in.number<std::uint32_t>();
    in.number<double>();
    in.part();
    for (auto left = in.varint(); left > 0; --left) {
        in.text();
        in.number<double>();
        in.number<double>();
    }
    Reader state(in.part());
    State out;
    out.mean = static_cast<double>(state.number<float>());
    state.number<float>();
    state.number<float>();
    out.joined = read_stored_table(state);
    out.items = read_stored_table(state);
    out.implicit = read_stored_table(state);
    Reader rest(in.part());
    out.people = read_stored_table(rest);
    return out;
}

/// The prediction as the paper writes it, from p and every y_j.
double predict(const State& s, UserIx user, ItemIx item, const std::vector<ItemIx>& had) {
    double sum = s.mean + s.joined.bias[user] + s.items.bias[item];
    for (std::size_t f = 0; f < s.items.rows[item].size(); ++f) {
        double v = s.people.rows[user][f];
        for (const ItemIx j : had)
            v += s.implicit.rows[j][f] / std::sqrt(static_cast<double>(had.size()));
        sum += v * s.items.rows[item][f];
    }
    return sum;
}

struct Steps {
    double rate = 0, lambda = 0;
};

/// One rating as the paper learns it: every y_j of the user is moved.
void learn(State& s, UserIx user, ItemIx item, double rating, const std::vector<ItemIx>& had, const Steps& by) {
    const double e = rating - predict(s, user, item, had);
    const double norm = std::sqrt(static_cast<double>(had.size()));
    s.joined.bias[user] += by.rate * (e - by.lambda * s.joined.bias[user]);
    s.items.bias[item] += by.rate * (e - by.lambda * s.items.bias[item]);
    for (std::size_t f = 0; f < s.items.rows[item].size(); ++f) {
        const double q = s.items.rows[item][f];
        const double p = s.people.rows[user][f];
        double z = 0;
        for (const ItemIx j : had)
            z += s.implicit.rows[j][f] / norm;
        s.people.rows[user][f] += by.rate * (e * q - by.lambda * p);
        s.items.rows[item][f] += by.rate * (e * (p + z) - by.lambda * q);
        for (const ItemIx j : had)
            s.implicit.rows[j][f] += by.rate * (e * q / norm - by.lambda * s.implicit.rows[j][f]);
    }
}

double furthest(const StoredTable& a, const StoredTable& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
        most = std::max(most, std::abs(a.bias[i] - b.bias[i]));
        for (std::size_t f = 0; f < a.rows[i].size(); ++f)
            most = std::max(most, std::abs(a.rows[i][f] - b.rows[i][f]));
    }
    return most;
}

} // namespace

class TestSvdpp : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Three users without an item in common, so each one's steps are those of plain SGD, whatever the order of users.
    void an_epoch_equals_moving_every_implicit_row_after_every_rating() {
        const auto data = *make_data({{"a", "1", 5, 10},
                                      {"a", "2", 3, 20},
                                      {"a", "3", 4, 15},
                                      {"b", "4", 1, 1},
                                      {"b", "5", 2, 2},
                                      {"c", "6", 4, 1},
                                      {"c", "7"},
                                      {"c", "8", 5, 3}});
        const auto rows = all_rows(*data);
        Checkpoints keeper;
        const auto out = fit(*data, rows,
                             parameters({{"factors", "3"},
                                         {"epochs", "5"},
                                         {"learning_rate", "0.05"},
                                         {"regularization", "0.1"},
                                         {"init_deviation", "0.5"}}),
                             2, 42, &keeper);
        QVERIFY(out.status);
        QCOMPARE(keeper.states.size(), std::size_t{5});
        // By time within each user; the item that c only has counts in N(c).
        const std::vector<std::vector<ItemIx>> had{{0, 1, 2}, {3, 4}, {5, 6, 7}};
        const std::vector<std::vector<std::pair<ItemIx, double>>> rated{
            {{0, 5}, {2, 4}, {1, 3}}, {{3, 1}, {4, 2}}, {{5, 4}, {7, 5}}};
        for (std::size_t at = 0; at + 1 < keeper.states.size(); ++at) {
            auto expected = read_state(keeper.states[at]);
            const auto before = expected;
            for (UserIx user = 0; user < rated.size(); ++user)
                for (const auto& [item, value] : rated[user])
                    learn(expected, user, item, value, had[user], {0.05, 0.1});
            const auto got = read_state(keeper.states[at + 1]);
            QVERIFY(furthest(got.people, expected.people) < 1e-6);
            QVERIFY(furthest(got.items, expected.items) < 1e-6);
            QVERIFY(furthest(got.implicit, expected.implicit) < 1e-6);
            for (UserIx user = 0; user < rated.size(); ++user)
                QVERIFY(std::abs(got.joined.bias[user] - expected.joined.bias[user]) < 1e-6);
            QVERIFY(furthest(got.implicit, before.implicit) > 1e-4); // there is something to compare
        }
    }

    /// One rating, a small rate: the step is minus the gradient of the loss in svdpp.h, by finite differences.
    void a_step_follows_the_gradient_of_the_loss() {
        const auto data = *make_data({{"a", "1", 5}, {"a", "2"}, {"a", "3"}, {"b", "4", 2}});
        const auto rows = all_rows(*data);
        constexpr double rate = 0.01;
        constexpr double lambda = 0.3;
        Checkpoints keeper;
        const auto out = fit(*data, rows,
                             parameters({{"factors", "4"},
                                         {"epochs", "2"},
                                         {"learning_rate", "0.01"},
                                         {"regularization", "0.3"},
                                         {"init_deviation", "0.8"}}),
                             1, 3, &keeper);
        QVERIFY(out.status);
        const auto before = read_state(keeper.states[0]);
        const auto after = read_state(keeper.states[1]);
        const std::vector<ItemIx> had{0, 1, 2};
        const auto loss = [&](const State& s) {
            const double e = 5 - predict(s, 0, 0, had);
            double squares = s.joined.bias[0] * s.joined.bias[0] + s.items.bias[0] * s.items.bias[0];
            for (std::size_t f = 0; f < 4; ++f) {
                squares += s.people.rows[0][f] * s.people.rows[0][f] + s.items.rows[0][f] * s.items.rows[0][f];
                for (const ItemIx j : had)
                    squares += s.implicit.rows[j][f] * s.implicit.rows[j][f];
            }
            return 0.5 * e * e + 0.5 * lambda * squares;
        };
        const auto follows = [&](auto pick) {
            constexpr double h = 1e-4;
            auto up = before;
            auto down = before;
            pick(up) += h;
            pick(down) -= h;
            const double slope = (loss(up) - loss(down)) / (2 * h);
            auto first = before;
            auto second = after;
            return std::abs(pick(second) - pick(first) + rate * slope) < 2e-6 && std::abs(slope) > 1e-3;
        };
        QVERIFY(follows([](State& s) -> double& { return s.joined.bias[0]; }));
        QVERIFY(follows([](State& s) -> double& { return s.items.bias[0]; }));
        for (std::size_t f = 0; f < 4; ++f) {
            QVERIFY(follows([f](State& s) -> double& { return s.people.rows[0][f]; }));
            QVERIFY(follows([f](State& s) -> double& { return s.items.rows[0][f]; }));
            for (const ItemIx j : had)
                QVERIFY(follows([f, j](State& s) -> double& { return s.implicit.rows[j][f]; }));
        }
    }

    void scores_are_the_papers_formula() {
        const auto data = tastes(30, 20);
        const auto rows = all_rows(*data);
        Checkpoints keeper;
        const auto out = fit(*data, rows, parameters({{"factors", "5"}, {"epochs", "3"}}), 2, 42, &keeper);
        const auto state = read_state(keeper.states.back());
        std::vector<double> scores(out.model->n_items());
        for (UserIx user = 0; user < out.model->n_users(); ++user) {
            out.model->score(user, scores);
            const auto seen = out.model->seen(user);
            for (ItemIx item = 0; item < scores.size(); ++item)
                QVERIFY(std::abs(scores[item] - predict(state, user, item, {seen.begin(), seen.end()})) < 1e-5);
        }
    }

    /// More ratings than a batch holds, so that a user is cut into parts.
    void digits_do_not_depend_on_threads() {
        std::vector<Row> many;
        for (int i = 0; i < 5000; ++i)
            many.push_back({"busy", std::to_string(i % 1000), static_cast<float>(1 + i % 5), i});
        for (int u = 0; u < 60; ++u)
            for (int i = 0; i < 20; ++i)
                many.push_back({"u" + std::to_string(u), std::to_string((u * 7 + i * 13) % 1000),
                                static_cast<float>(1 + (u + i) % 5), i});
        const auto data = *make_data(many);
        const auto rows = all_rows(*data);
        const auto settings = parameters({{"factors", "20"}, {"epochs", "4"}});
        const auto one = fit(*data, rows, settings, 1);
        QVERIFY(one.status);
        QVERIFY(one.curves.back().y < one.curves.front().y);
        for (const int threads : {2, 3, 8}) {
            const auto other = fit(*data, rows, settings, threads);
            QCOMPARE(all_scores(*other.model), all_scores(*one.model));
            QCOMPARE(other.curves, one.curves);
        }
        QVERIFY(all_scores(*fit(*data, rows, settings, 2, 7).model) != all_scores(*one.model));
    }

    void what_was_chosen_without_a_rating_counts() {
        std::vector<Row> with{{"a", "1", 5}, {"b", "1", 1}, {"b", "2", 2}, {"a", "3"}};
        const auto data = *make_data(with);
        const std::vector<RowIx> all{0, 1, 2, 3};
        const std::vector<RowIx> rated{0, 1, 2};
        const auto settings = parameters({{"epochs", "3"}});
        QVERIFY(all_scores(*fit(*data, all, settings).model) != all_scores(*fit(*data, rated, settings).model));
    }

    void someone_with_the_ratings_of_a_user_is_predicted_alike() {
        const auto data = tastes(80, 40);
        const auto rows = all_rows(*data);
        const auto out = fit(*data, rows, parameters({{"factors", "4"}, {"epochs", "150"}, {"learning_rate", "0.02"}}));
        const auto& d = data->interactions();
        double apart = 0;
        double spread = 0;
        std::vector<double> known(out.model->n_items());
        std::vector<double> folded(out.model->n_items());
        for (UserIx user = 0; user < 20; ++user) {
            std::vector<ProfileItem> profile;
            for (const RowIx row : rows)
                if (d.user[row] == user)
                    profile.push_back({d.item[row], static_cast<double>(d.value[row])});
            out.model->score(user, known);
            out.model->score_profile(profile, folded);
            const double mean = std::accumulate(known.begin(), known.end(), 0.0) / static_cast<double>(known.size());
            for (std::size_t i = 0; i < known.size(); ++i) {
                apart += (known[i] - folded[i]) * (known[i] - folded[i]);
                spread += (known[i] - mean) * (known[i] - mean);
            }
        }
        QVERIFY2(apart < 0.05 * spread, qPrintable(QString::number(apart / spread)));
    }

    void divergence_stops_with_epoch_and_remedy() {
        const auto data = tastes();
        const auto rows = all_rows(*data);
        const auto out = fit(*data, rows, parameters({{"learning_rate", "1"}, {"epochs", "500"}}));
        QVERIFY(!out.status);
        QVERIFY(out.status.error().text().find("diverged in epoch") != std::string::npos);
        QVERIFY(out.status.error().text().find("lower the learning rate") != std::string::npos);
    }

    void data_without_ratings_is_refused() {
        const auto bare = *make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}}, {false, true});
        const auto empty = *make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}});
        for (const auto& data : {bare, empty}) {
            const auto out = fit(*data, all_rows(*data), parameters({}));
            QVERIFY(!out.status);
            QCOMPARE(out.status.error().kind, ErrorKind::bad_data);
            QVERIFY(!out.status.error().remedy.empty());
        }
    }

    void all_equal_ratings_are_predicted_as_they_are() {
        const auto data = *make_data({{"a", "x", 3}, {"a", "y", 3}, {"b", "x", 3}});
        const auto out = fit(*data, all_rows(*data), parameters({}));
        const std::vector<Pair> pairs{{1, 1}};
        std::vector<double> rating(1);
        out.model->score_pairs(pairs, rating);
        QCOMPARE(rating[0], 3.0);
    }

    /// Surprise publishes 0.92 for five random folds with these settings; the folds are other ones.
    void accuracy_on_films_equals_surprise() {
        REQUIRE_FILE(ml100k_file());
        const auto data = *load_ml100k();
        const auto settings = parameters({});
        double sum = 0;
        for (int fold = 1; fold <= 5; ++fold) {
            const auto split = *make_split(*data, *SplitRecipe::parse("kfold:5:" + std::to_string(fold), 42));
            const auto out = fit(*data, split.train, settings, 2, 0);
            const Parallel parallel(2);
            Progress progress;
            const auto evaluation =
                evaluate(*out.model, out.model->capabilities(settings), *data, split, {{10}, true}, parallel, progress);
            sum += evaluation->metrics.at("rmse");
        }
        qInfo("mean RMSE of five folds: %.6f", sum / 5);
        QVERIFY2(sum / 5 <= 0.92, qPrintable(QString::number(sum / 5, 'f', 6)));
    }
};

QTEST_APPLESS_MAIN(TestSvdpp)
#include "tst_svdpp.moc"
