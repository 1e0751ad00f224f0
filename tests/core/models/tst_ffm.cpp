#include <QTest>

#include <Eigen/Core>

#include "core/models/fm/ffm_kernels.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Parameters settings_of(const std::vector<std::pair<std::string, std::string>>& given) {
    return parameters_of("ffm", given);
}

FittedModel fit(const Dataset& data, std::span<const RowIx> rows, const Parameters& settings, int threads = 2) {
    return fit_model("ffm", data, rows, settings, threads);
}

constexpr std::uint32_t n_fields = 3;
constexpr std::uint32_t values = 4; ///< of each field
constexpr std::uint32_t factors = 8;

/// One sample: a value of field 0, one of field 1, and two of field 2.
struct Machine {
    std::vector<float, Eigen::aligned_allocator<float>> vectors;
    FieldBlock block;
    FfmShape shape{factors, std::size_t{n_fields} * 2 * factors};

    Machine() {
        vectors.assign(n_fields * values * shape.stride, 1.0F);
        Rng rng(4);
        for (std::uint32_t f = 0; f < n_fields; ++f)
            for (std::uint32_t i = 0; i < values; ++i)
                for (std::uint32_t towards = 0; towards < n_fields; ++towards)
                    for (std::uint32_t k = 0; k < factors; ++k)
                        at(f, i, towards, k) = static_cast<float>(rng.normal());
        SampleBlock samples;
        samples.n = 1;
        samples.n_slots = 2;
        samples.singles = {{2, 1.0F}, {values + 1, -0.6F}};
        samples.multi_starts = {0, 2};
        samples.multi = {{2 * values + 0, 0.5F}, {2 * values + 3, 0.5F}};
        samples.multi_field = {2, 2};
        const std::vector<std::uint32_t> firsts{0, values, 2 * values};
        const std::vector<std::uint16_t> slot_field{0, 1};
        block.arrange(samples, firsts, slot_field, true);
    }
    float& at(std::uint32_t field, std::uint32_t value, std::uint32_t towards, std::uint32_t k) {
        return vectors[(field * values + value) * shape.stride + std::size_t{towards} * 2 * factors + k];
    }
    std::vector<FieldPair> pairs() {
        std::vector<FieldPair> out;
        for (std::uint32_t a = 0; a < n_fields; ++a)
            for (std::uint32_t b = a; b < n_fields; ++b)
                if (a != b || a == 2)
                    out.push_back({a, b, &at(a, 0, b, 0), &at(b, 0, a, 0)});
        return out;
    }
    /// The definition, over all pairs of entries.
    double naive() {
        struct One {
            std::uint32_t field, value;
            double x;
        };
        const std::vector<One> x{{0, 2, 1.0}, {1, 1, -0.6}, {2, 0, 0.5}, {2, 3, 0.5}};
        double length = 0;
        double y = 0;
        for (std::size_t a = 0; a < x.size(); ++a) {
            length += x[a].x * x[a].x;
            for (std::size_t b = a + 1; b < x.size(); ++b)
                for (std::uint32_t k = 0; k < factors; ++k)
                    y += static_cast<double>(at(x[a].field, x[a].value, x[b].field, k)) *
                         static_cast<double>(at(x[b].field, x[b].value, x[a].field, k)) * x[a].x * x[b].x;
        }
        return y / length;
    }
};

} // namespace

class TestFfm : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_output_is_the_sum_over_all_pairs() {
        Machine machine;
        float out = 0;
        ffm_forward(machine.pairs(), machine.shape, machine.block, &out);
        QVERIFY(std::abs(static_cast<double>(out) - machine.naive()) < 1e-5);
    }

    /// With a small error a step of Adagrad from a sum of 1 is the gradient, up to its cube.
    void gradients_are_finite_differences() {
        Machine machine;
        constexpr double error = 1e-3;
        machine.block.error[0] = static_cast<float>(error);
        Machine moved = machine;
        ffm_update(moved.pairs(), moved.shape, 1.0F, 0.0F, moved.block);
        std::size_t moves = 0;
        for (std::uint32_t field = 0; field < n_fields; ++field)
            for (std::uint32_t value = 0; value < values; ++value)
                for (std::uint32_t towards = 0; towards < n_fields; ++towards)
                    for (std::uint32_t k = 0; k < factors; ++k) {
                        const double step = static_cast<double>(machine.at(field, value, towards, k)) -
                                            static_cast<double>(moved.at(field, value, towards, k));
                        Machine up = machine;
                        Machine down = machine;
                        up.at(field, value, towards, k) += 0.01F;
                        down.at(field, value, towards, k) -= 0.01F;
                        const double slope = error * (up.naive() - down.naive()) / 0.02;
                        QVERIFY2(std::abs(step - slope) < 1e-6, qPrintable(QString("%1 %2").arg(step).arg(slope)));
                        moves += step != 0 ? 1 : 0;
                    }
        // Two values with vectors for two fields each, and two with vectors for three.
        QCOMPARE(moves, std::size_t{(2 * 2 + 2 * 3) * factors});
    }

    void pairs_are_scored_as_rows_are_without_their_own_part() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const char* normalise : {"true", "false"}) {
            const auto out = fit(*data, rows, settings_of({{"normalise", normalise}, {"fields", "-hour"}}));
            QVERIFY(out.status.has_value());
            std::vector<Pair> pairs;
            for (const RowIx row : rows)
                pairs.push_back({data->interactions().user[row], data->interactions().item[row]});
            std::vector<double> by_row(rows.size());
            std::vector<double> by_pair(rows.size());
            std::vector<double> by_user(data->items().size());
            out.model->score_rows(*data, rows, by_row);
            out.model->score_pairs(pairs, by_pair);
            for (std::size_t i = 0; i < rows.size(); ++i)
                QVERIFY(std::abs(by_row[i] - by_pair[i]) < 1e-4);
            out.model->score(3, by_user);
            const std::vector<Pair> some{{3, 7}};
            out.model->score_pairs(some, std::span(by_pair).first(1));
            QVERIFY(std::abs(by_user[7] - by_pair[0]) < 1e-4 || by_pair[0] == 5);
        }
    }

    void digits_do_not_depend_on_threads() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const char* task : {"ratings", "clicks", "ranking"}) {
            const auto settings =
                settings_of({{"task", task}, {"positive_from", "3"}, {"epochs", "3"}, {"batch", "200"}});
            const auto one = fit(*data, rows, settings, 1);
            QVERIFY(one.status.has_value());
            QCOMPARE(fit(*data, rows, settings, 3).bytes(), one.bytes());
        }
    }

    void a_resumed_training_ends_with_the_same_bytes() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        KeptStates kept;
        const auto whole = fit_model("ffm", *data, rows, settings_of({}), 2, &kept);
        kept.resume = 2;
        const auto resumed = fit_model("ffm", *data, rows, settings_of({}), 2, &kept);
        QVERIFY(resumed.status.has_value());
        QCOMPARE(resumed.bytes(), whole.bytes());
    }

    void a_saved_model_gives_the_same_digits() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto out = fit(*data, rows, settings_of({{"epochs", "2"}}));
        const auto bytes = out.bytes();
        const auto loaded = load_model("ffm", bytes);
        QVERIFY(loaded.has_value());
        std::vector<double> before(rows.size());
        std::vector<double> after(rows.size());
        out.model->score_rows(*data, rows, before);
        (*loaded)->score_rows(*data, rows, after);
        QCOMPARE(after, before);
        for (const std::size_t cut : {std::size_t{1}, bytes.size() / 2, bytes.size() - 10})
            QVERIFY(!load_model("ffm", std::span(bytes).first(bytes.size() - cut)));
    }

    void features_serve_unknown_users() {
        const auto data = featured(240, 60, 0.3, 5, true);
        const auto with = measured("ffm", *data, "users:0.7", settings_of({{"task", "clicks"}, {"epochs", "10"}}));
        const auto ids =
            measured("ffm", *data, "users:0.7", settings_of({{"task", "clicks"}, {"epochs", "10"}, {"fields", "ids"}}));
        QVERIFY2(with.at("auc") > ids.at("auc") + 0.2,
                 qPrintable(QString("%1 %2").arg(with.at("auc")).arg(ids.at("auc"))));
    }

    void ratings_are_learned_and_stay_on_their_scale() {
        const auto data = featured();
        const auto out = measured("ffm", *data, "random:0.8", settings_of({{"epochs", "20"}}));
        QVERIFY2(out.at("rmse") < 0.5, qPrintable(QString::number(out.at("rmse"))));
    }

    void data_it_cannot_use_is_refused() {
        const auto plain = tastes();
        RunSpec spec;
        spec.model = "ffm";
        QVERIFY(!prepare_spec(*plain, spec));
        spec.parameters["fields"] = std::string("ids");
        QVERIFY(prepare_spec(*plain, spec).has_value());
    }

    void the_smallest_data_is_defined() {
        const auto data = *make_data({{"a", "x", 3}});
        const auto out = fit(*data, all_rows(*data), settings_of({{"fields", "ids"}}));
        QVERIFY(out.status.has_value());
        std::vector<double> score(1);
        out.model->score_pairs(std::vector<Pair>{{0, 0}}, score);
        QCOMPARE(score[0], 3.0);
    }

    void divergence_stops_with_epoch_and_remedy() {
        const auto data = *make_data({{"a", "x", 3e38F}, {"a", "y", -3e38F}, {"b", "x", 3e38F}});
        const auto out = fit(*data, all_rows(*data), settings_of({{"fields", "ids"}}));
        QVERIFY(!out.status);
        QVERIFY(out.status.error().text().find("diverged in epoch") != std::string::npos);
    }

    void a_cancelled_training_says_so() {
        const auto data = featured();
        auto model = (*find_model("ffm"))->make();
        const Parallel parallel(2);
        Progress progress;
        progress.cancel();
        FitContext context{progress, parallel, 1};
        const auto rows = all_rows(*data);
        const auto status = model->fit(TrainingData(*data, rows), settings_of({}), context);
        QVERIFY(!status);
        QCOMPARE(status.error().kind, ErrorKind::cancelled);
    }
};

QTEST_APPLESS_MAIN(TestFfm)
#include "tst_ffm.moc"
