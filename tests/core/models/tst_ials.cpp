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
    return fit_model("ials", data, all_rows(data), parameters_of("ials", settings), threads, seed);
}

/// The problem as a dense matrix of cells: target 1 or 0 with a weight, built from the definitions of the papers.
struct Cells {
    std::size_t n_users, n_items;
    std::vector<double> value; ///< of an observed pair; NaN: none
    std::vector<double> of_user, of_item;
    double alpha, unobserved, regularization, exponent;
    std::string confidence;

    Cells(const Dataset& data, const Parameters& p)
        : n_users(data.users().size()), n_items(data.items().size()),
          value(n_users * n_items, std::numeric_limits<double>::quiet_NaN()), of_user(n_users), of_item(n_items),
          alpha(get_real(p, "alpha")), unobserved(get_real(p, "unobserved_weight")),
          regularization(get_real(p, "regularization")), exponent(get_real(p, "regularization_exponent")),
          confidence(get_text(p, "confidence")) {
        const auto& rows = data.interactions();
        for (std::size_t r = 0; r < rows.size(); ++r) {
            auto& cell = value[rows.user[r] * n_items + rows.item[r]];
            if (std::isnan(cell)) {
                ++of_user[rows.user[r]];
                ++of_item[rows.item[r]];
                cell = 0;
            }
            cell = get_bool(p, "use_values") ? cell + double{rows.value[r]} : 1;
        }
    }
    /// Weight of (target - y)^2 for target 1 and for target 0; "added" has both in one cell.
    std::pair<double, double> weights(std::size_t u, std::size_t i) const {
        const double v = value[u * n_items + i];
        if (std::isnan(v))
            return {0, unobserved};
        if (confidence == "added")
            return {alpha * v, unobserved};
        return {confidence == "scaled" ? alpha * v : unobserved + alpha * v, 0};
    }
    double lambda(double entries, double others) const {
        return regularization * std::pow(entries + unobserved * others, exponent);
    }
    double user_lambda(std::size_t u) const { return lambda(of_user[u], static_cast<double>(n_items)); }
    double item_lambda(std::size_t i) const { return lambda(of_item[i], static_cast<double>(n_users)); }

    double objective(const StoredFactors& f) const {
        double sum = 0;
        const auto square = [](const std::vector<double>& x) {
            return std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
        };
        for (std::size_t u = 0; u < n_users; ++u) {
            sum += user_lambda(u) * square(f.users.rows[u]);
            for (std::size_t i = 0; i < n_items; ++i) {
                const double y = f.score(static_cast<UserIx>(u), static_cast<ItemIx>(i));
                const auto [liked, not_liked] = weights(u, i);
                sum += liked * (1 - y) * (1 - y) + not_liked * y * y;
            }
        }
        for (std::size_t i = 0; i < n_items; ++i)
            sum += item_lambda(i) * square(f.items.rows[i]);
        return sum;
    }
    /// The item's normal equations over all users.
    std::pair<std::vector<double>, std::vector<double>> equations(const StoredFactors& f, std::size_t i) const {
        const std::size_t n = f.items.factors;
        std::vector<double> a(n * n), b(n);
        for (std::size_t u = 0; u < n_users; ++u) {
            const auto& p = f.users.rows[u];
            const auto [liked, not_liked] = weights(u, i);
            for (std::size_t r = 0; r < n; ++r) {
                b[r] += liked * p[r];
                for (std::size_t c = 0; c < n; ++c)
                    a[r * n + c] += (liked + not_liked) * p[r] * p[c];
            }
        }
        for (std::size_t r = 0; r < n; ++r)
            a[r * n + r] += item_lambda(i);
        return {a, b};
    }
};

const std::vector<Settings> forms{
    {{"confidence", "plus"}, {"alpha", "2"}, {"regularization", "0.5"}, {"regularization_exponent", "0"}},
    {{"confidence", "scaled"}, {"alpha", "3"}, {"regularization", "0.5"}, {"regularization_exponent", "0"}},
    {{"confidence", "scaled"}, {"alpha", "0.1"}, {"regularization", "0.5"}},
    {{"confidence", "added"},
     {"alpha", "1"},
     {"use_values", "false"},
     {"unobserved_weight", "0.2"},
     {"regularization", "0.02"},
     {"regularization_exponent", "0.8"}},
    {{"confidence", "plus"}, {"unobserved_weight", "0"}, {"regularization", "0.5"}},
};

Settings with(Settings base, const Settings& more) {
    base.insert(base.end(), more.begin(), more.end());
    return base;
}

/// Every way to solve a row; the exact ones reach the minimum in one go.
const std::vector<std::pair<bool, Settings>> solvers{
    {true, {{"solver", "cholesky"}, {"factors", "10"}}},
    {true, {{"solver", "cholesky"}, {"factors", "37"}}},
    {true, {{"solver", "conjugate_gradient"}, {"factors", "10"}, {"cg_steps", "60"}}},
    {true, {{"solver", "blocks"}, {"factors", "13"}, {"block_size", "16"}}},
    {false, {{"solver", "blocks"}, {"factors", "37"}, {"block_size", "16"}}},
    {false, {{"solver", "conjugate_gradient"}, {"factors", "37"}}},
};

} // namespace

class TestIals : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void items_solve_their_normal_equations() {
        const auto data = tastes(80, 50);
        for (const auto& form : forms)
            for (const auto& [exact, solver] : solvers) {
                if (!exact)
                    continue;
                const auto settings = with(form, with(solver, {{"epochs", "2"}}));
                const auto out = fit(*data, settings);
                QVERIFY(out.status.has_value());
                const Cells cells(*data, parameters_of("ials", settings));
                const StoredFactors stored(out.bytes());
                for (ItemIx item = 0; item < 50; ++item) {
                    const auto [a, b] = cells.equations(stored, item);
                    const auto x = solve_dense(a, b);
                    double size = 0;
                    for (const double one : x)
                        size = std::max(size, std::abs(one));
                    for (std::size_t k = 0; k < x.size(); ++k)
                        QVERIFY2(std::abs(stored.items.rows[item][k] - x[k]) < 1e-3 * size,
                                 qPrintable(QString("%1 %2").arg(stored.items.rows[item][k]).arg(x[k])));
                }
            }
    }

    void approximate_solvers_converge_to_the_same_equations() {
        const auto data = tastes(80, 50);
        for (const auto& [exact, solver] : solvers) {
            if (exact)
                continue;
            const auto settings = with(forms[3], with(solver, {{"epochs", "400"}}));
            const auto out = fit(*data, settings);
            const Cells cells(*data, parameters_of("ials", settings));
            const StoredFactors stored(out.bytes());
            for (ItemIx item = 0; item < 50; ++item) {
                const auto [a, b] = cells.equations(stored, item);
                for (std::size_t r = 0; r < b.size(); ++r) {
                    double left = -b[r];
                    for (std::size_t c = 0; c < b.size(); ++c)
                        left += a[r * b.size() + c] * stored.items.rows[item][c];
                    QVERIFY2(std::abs(left) < 1e-3, qPrintable(QString::number(left)));
                }
            }
        }
    }

    void nonnegative_factors_meet_the_conditions_of_a_minimum() {
        const auto data = tastes(80, 50);
        for (const auto& form : forms) {
            const auto settings = with(form, {{"nonnegative", "true"}, {"factors", "12"}, {"epochs", "60"}});
            const auto out = fit(*data, settings);
            const Cells cells(*data, parameters_of("ials", settings));
            const StoredFactors stored(out.bytes());
            for (ItemIx item = 0; item < 50; ++item) {
                const auto [a, b] = cells.equations(stored, item);
                for (std::size_t r = 0; r < b.size(); ++r) {
                    double slope = -b[r];
                    for (std::size_t c = 0; c < b.size(); ++c)
                        slope += a[r * b.size() + c] * stored.items.rows[item][c];
                    const double x = stored.items.rows[item][r];
                    QVERIFY(x >= 0);
                    const double tolerance = 1e-4 * (a[r * b.size() + r] + std::abs(b[r]));
                    QVERIFY2(x == 0 ? slope > -tolerance : std::abs(slope) < tolerance,
                             qPrintable(QString("%1 %2").arg(slope).arg(tolerance)));
                }
            }
        }
    }

    void the_loss_is_the_objective_over_all_cells_and_never_rises() {
        const auto data = tastes(80, 50);
        auto all = solvers;
        all.push_back({false, {{"nonnegative", "true"}}});
        for (const auto& form : forms)
            for (const auto& [exact, solver] : all) {
                const auto settings = with(form, with(solver, {{"epochs", "8"}}));
                const auto out = fit(*data, settings);
                const Cells cells(*data, parameters_of("ials", settings));
                const auto pairs = static_cast<double>(
                    std::count_if(cells.value.begin(), cells.value.end(), [](double v) { return !std::isnan(v); }));
                const auto loss = out.curve("loss");
                const double expected = cells.objective(StoredFactors(out.bytes())) / pairs;
                QVERIFY2(std::abs(loss.back() - expected) < 1e-4 * expected,
                         qPrintable(QString("%1 %2").arg(loss.back()).arg(expected)));
                for (std::size_t e = 1; e < loss.size(); ++e)
                    QVERIFY(loss[e] <= loss[e - 1] * (1 + 1e-5));
                QVERIFY(loss.back() < loss.front());
            }
    }

    /// A row with more entries than are gathered at once takes the other road to the same steps.
    void long_rows_are_solved_as_short_ones() {
        std::vector<Row> rows;
        Rng rng(3);
        for (std::uint32_t u = 0; u < 9000; ++u)
            for (std::uint32_t i = 0; i < 6; ++i)
                if (i == 0 || rng.below(4) == 0)
                    rows.push_back({std::to_string(u), std::to_string(i), 1});
        const auto data = *make_data(rows);
        const Settings common{
            {"factors", "5"}, {"epochs", "4"}, {"regularization", "0.1"}, {"regularization_exponent", "0"}};
        const auto steps = fit(*data, with(common, {{"solver", "conjugate_gradient"}, {"cg_steps", "30"}}));
        const auto exact = fit(*data, with(common, {{"solver", "cholesky"}}));
        for (const UserIx user : {0U, 17U, 8999U}) {
            const auto a = steps.scores(user);
            const auto b = exact.scores(user);
            for (std::size_t i = 0; i < a.size(); ++i)
                QVERIFY2(std::abs(a[i] - b[i]) < 2e-3, qPrintable(QString::number(a[i] - b[i])));
        }
        for (const auto* one : {&steps, &exact}) {
            const Cells cells(*data, parameters_of("ials", common));
            const double expected = cells.objective(StoredFactors(one->bytes())) / static_cast<double>(rows.size());
            QVERIFY2(std::abs(one->curve("loss").back() / expected - 1) < 1e-4,
                     qPrintable(QString("%1 %2").arg(one->curve("loss").back()).arg(expected)));
        }
    }

    void a_training_user_folded_in_gets_the_same_scores() {
        const auto data = tastes();
        for (const char* nonnegative : {"false", "true"}) {
            const auto out =
                fit(*data,
                    with(forms[3],
                         {{"solver", "cholesky"}, {"factors", "8"}, {"nonnegative", nonnegative}, {"epochs", "400"}}));
            for (UserIx user = 0; user < 10; ++user) {
                std::vector<ProfileItem> profile;
                for (const ItemIx item : out.model->seen(user))
                    profile.push_back({item, 4});
                std::vector<double> folded(out.model->n_items());
                out.model->score_profile(profile, folded);
                const auto scores = out.scores(user);
                for (std::size_t i = 0; i < scores.size(); ++i)
                    QVERIFY2(std::abs(folded[i] - scores[i]) < 1e-3,
                             qPrintable(QString::number(folded[i] - scores[i])));
            }
            std::vector<double> nobody(out.model->n_items(), 1);
            out.model->score_profile({}, nobody);
            QVERIFY(std::all_of(nobody.begin(), nobody.end(), [](double s) { return s == 0; }));
        }
    }

    void digits_do_not_depend_on_threads() {
        const auto data = tastes(200, 90);
        auto all = solvers;
        all.push_back({false, {{"nonnegative", "true"}}});
        for (const auto& [exact, solver] : all) {
            const auto settings = with(solver, {{"epochs", "3"}});
            const auto one = fit(*data, settings, 1);
            const auto three = fit(*data, settings, 3);
            QCOMPARE(three.bytes(), one.bytes());
            QCOMPARE(three.curves, one.curves);
            QVERIFY(fit(*data, settings, 1, 7).bytes() != one.bytes());
        }
    }

    void a_resumed_training_ends_with_the_same_bytes() {
        const auto data = tastes();
        for (const auto& [exact, solver] : solvers) {
            const auto settings = parameters_of("ials", with(solver, {{"epochs", "5"}}));
            Checkpoints all;
            const auto whole = fit_model("ials", *data, all_rows(*data), settings, 2, 42, &all);
            Checkpoints half;
            half.resume_from = all.states[1];
            const auto resumed = fit_model("ials", *data, all_rows(*data), settings, 2, 42, &half);
            QCOMPARE(half.states.size(), std::size_t{3});
            QCOMPARE(resumed.bytes(), whole.bytes());
            QCOMPARE(resumed.curves, whole.curves);
        }
    }

    void a_cancelled_training_says_so() {
        const auto data = tastes();
        for (const auto& [exact, solver] : solvers) {
            Checkpoints checkpoints;
            checkpoints.cancel_after = 2;
            const auto out = fit_model("ials", *data, all_rows(*data),
                                       parameters_of("ials", with(solver, {{"epochs", "500"}})), 2, 42, &checkpoints);
            QVERIFY(!out.status);
            QCOMPARE(out.status.error().kind, ErrorKind::cancelled);
            QCOMPARE(out.curve("loss").size(), std::size_t{2});
        }
    }

    void a_saved_model_gives_the_same_digits() {
        const auto data = tastes();
        const auto out = fit(*data, with(forms[3], {{"epochs", "3"}}));
        const auto bytes = out.bytes();
        const auto loaded = load_model("ials", bytes);
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
        QVERIFY(!load_model("ials", std::span(bytes).first(bytes.size() - 1)));
    }

    void poor_data_gives_finite_scores() {
        const std::vector<std::vector<Row>> cases{{{"a", "x", 3}},
                                                  {{"a", "x", 3}, {"a", "y", 3}, {"b", "x", 3}},
                                                  {{"a", "x", 0}, {"b", "y", 0}},
                                                  {{"a", "x"}, {"a", "x"}, {"b", "y"}}};
        for (const auto& rows : cases)
            for (const auto& [exact, solver] : solvers)
                for (const char* regularization : {"0", "0.01"}) {
                    const auto data = *make_data(rows);
                    const auto out = fit(*data, with(solver, {{"regularization", regularization}}));
                    QVERIFY2(out.status.has_value(), out.status ? "" : out.status.error().text().c_str());
                    const auto scores = out.scores(0);
                    QVERIFY(std::all_of(scores.begin(), scores.end(), [](double s) { return std::isfinite(s); }));
                }
    }

    void an_item_nobody_has_scores_zero_and_is_never_listed() {
        const auto data = *make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}, {"b", "z"}}, {false, true});
        const std::vector<RowIx> rows{0, 1, 2};
        const auto out = fit_model("ials", *data, rows, parameters_of("ials", {{"factors", "4"}}));
        QCOMPARE(out.scores(0)[2], 0.0);
        const Parallel parallel(1);
        Progress progress;
        const auto lists = out.model->top_k(std::vector<UserIx>{0, 1}, {10, false}, parallel, progress);
        QCOMPARE(lists[1].size(), std::size_t{2});
    }

    /// implicit's ALS, with its settings and with ours.
    void accuracy_on_films_is_no_worse_than_the_peers() {
        REQUIRE_FILE(ml100k_file());
        const auto listed = reference_values_folder() / "implicit_ml100k.json";
        REQUIRE_FILE(listed);
        double implicit_cg = 0;
        double implicit_exact = 0;
        for (const auto& one : read_values("implicit_ml100k.json")) {
            if (one.at("model") == "implicit.ALS cg=True")
                implicit_cg = one.at("ndcg").get<double>();
            if (one.at("model") == "implicit.ALS cg=False")
                implicit_exact = one.at("ndcg").get<double>();
        }
        const auto data = *load_ml100k();
        const auto split = *make_split(*data, *SplitRecipe::parse("chrono:0.75", 42));
        const auto ndcg = [&](const Parameters& settings, std::uint64_t seed) {
            const auto out = fit_model("ials", *data, split.train, settings, 2, seed);
            const Parallel parallel(2);
            Progress progress;
            return evaluate(*out.model, out.model->capabilities(settings), *data, split, {{10}, true}, parallel,
                            progress)
                ->metrics.at("ndcg@10");
        };
        double mean = 0;
        for (const std::uint64_t seed : {0, 1, 2})
            mean += ndcg(preset_of("ials", "reference"), seed) / 3;
        const double ours = ndcg(parameters_of("ials", {}), 0);
        qInfo("implicit's settings %.4f (implicit %.4f), ours %.4f (implicit, exact, %.4f)", mean, implicit_cg, ours,
              implicit_exact);
        QVERIFY(implicit_cg > 0 && mean >= implicit_cg);
        QVERIFY(implicit_exact > 0 && ours >= implicit_exact);
    }

    void values_below_zero_are_refused() {
        const auto data = *make_data({{"a", "x", -1}, {"b", "y", 2}});
        const auto out = fit(*data, {});
        QVERIFY(!out.status);
        QCOMPARE(out.status.error().kind, ErrorKind::bad_data);
        QVERIFY(fit(*data, {{"use_values", "false"}}).status.has_value());
    }
};

QTEST_APPLESS_MAIN(TestIals)
#include "tst_ials.moc"
