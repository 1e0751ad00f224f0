#include <QTest>

#include "core/eval/evaluate.h"
#include "core/eval/impressions.h"
#include "core/experiment/run.h"
#include "core/make_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

std::map<std::string, double> metrics_of(std::vector<ImpressionRow> rows) {
    std::map<std::string, double> out;
    add_impression_metrics(std::move(rows), out);
    return out;
}

bool near(double a, double b) {
    return std::abs(a - b) < 1e-12;
}

/// 300 rows by time, three of them shown together.
DatasetPtr shown_data() {
    std::vector<Row> rows;
    Rng rng(4);
    for (int i = 0; i < 300; ++i)
        rows.push_back(
            {std::to_string(rng.below(20)), std::to_string(rng.below(15)), rng.uniform() < 0.4 ? 1.0F : 0.0F, i});
    auto parts = (*make_data(rows))->parts();
    ContextColumn column;
    column.name = "impression";
    for (std::uint32_t i = 0; i < 100; ++i)
        column.categories.push_back(std::to_string(i));
    for (std::uint32_t i = 0; i < 300; ++i)
        column.codes.push_back(i / 3);
    parts.context.push_back(std::move(column));
    return *Dataset::make(std::move(parts));
}

} // namespace

class TestImpressions : public QObject {
    Q_OBJECT

  private slots:
    void values_are_those_computed_by_hand() {
        // Ranks: other, clicked, other, clicked.
        const auto m = metrics_of({{7, 0.1, true}, {7, 0.9, false}, {7, 0.5, true}, {7, 0.3, false}});
        QVERIFY(near(m.at("gauc"), 1.0 / 4));
        QVERIFY(near(m.at("impression_mrr"), (1.0 / 2 + 1.0 / 4) / 2));
        const double best = 1 + 1 / std::log2(3.0);
        QVERIFY(near(m.at("impression_ndcg@5"), (1 / std::log2(3.0) + 1 / std::log2(5.0)) / best));
        QCOMPARE(m.at("impressions"), 1.0);
    }

    void the_mean_is_over_impressions_not_rows() {
        const auto m = metrics_of({{0, 0.9, true}, {0, 0.1, false}, {1, 0.1, true}, {1, 0.2, false}, {1, 0.3, false}});
        QVERIFY(near(m.at("gauc"), 0.5));
        QVERIFY(near(m.at("impression_mrr"), (1 + 1.0 / 3) / 2));
    }

    void what_has_one_class_is_left_out_and_counted() {
        const auto m = metrics_of({{0, 0.9, true}, {1, 0.1, false}, {1, 0.4, false}, {2, 0.2, true}, {2, 0.1, false}});
        QCOMPARE(m.at("impressions"), 1.0);
        QCOMPARE(m.at("impressions_left_out"), 2.0);
        QCOMPARE(m.at("gauc"), 1.0);
        const auto none = metrics_of({{0, 0.9, true}});
        QVERIFY(!none.contains("gauc"));
        QCOMPARE(none.at("impressions_left_out"), 1.0);
    }

    void equal_scores_count_with_the_mean_of_their_orders() {
        const auto m = metrics_of({{0, 0.5, true}, {0, 0.5, false}, {0, 0.5, false}});
        QVERIFY(near(m.at("gauc"), 0.5));
        QVERIFY(near(m.at("impression_mrr"), (1 + 1.0 / 2 + 1.0 / 3) / 3));
        QVERIFY(near(m.at("impression_ndcg@10"), (1 + 1 / std::log2(3.0) + 0.5) / 3));
    }

    void only_the_first_k_count() {
        std::vector<ImpressionRow> rows;
        for (int i = 0; i < 8; ++i)
            rows.push_back({0, 1.0 - 0.1 * i, i == 6});
        const auto m = metrics_of(rows);
        QCOMPARE(m.at("impression_ndcg@5"), 0.0);
        QVERIFY(near(m.at("impression_ndcg@10"), 1 / std::log2(8.0)));
    }

    void a_run_on_data_with_impressions_has_them() {
        const auto data = shown_data();
        RunSpec spec;
        spec.model = "fm";
        spec.parameters = {{"task", std::string("clicks")}, {"epochs", std::int64_t{1}}};
        spec.split = *SplitRecipe::parse("global:0.8", 1);
        const Parallel parallel(1);
        Progress progress;
        const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        const auto& metrics = done->run.metrics;
        QCOMPARE(metrics.at("impressions") + metrics.at("impressions_left_out"), 20.0);
        QVERIFY(metrics.at("gauc") >= 0 && metrics.at("gauc") <= 1);
        for (const auto& [name, value] : metrics)
            QVERIFY2(find_metric(name) != nullptr, name.c_str());
    }

    /// Ranks within an impression need no probabilities.
    void models_that_only_rank_have_them_too_data() {
        QTest::addColumn<QString>("model");
        for (const char* model : {"popularity", "ncf", "svd", "itemknn"})
            QTest::newRow(model) << model;
    }
    void models_that_only_rank_have_them_too() {
        QFETCH(QString, model);
        const auto data = shown_data();
        const auto& entry = **find_model(model.toStdString());
        RunSpec spec;
        spec.model = entry.id;
        if (entry.schema.find("epochs") != nullptr)
            spec.parameters = {{"epochs", std::int64_t{2}}};
        spec.split = *SplitRecipe::parse("global:0.8", 1);
        const Parallel parallel(2);
        Progress progress;
        const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        const auto& metrics = done->run.metrics;
        QCOMPARE(metrics.at("impressions") + metrics.at("impressions_left_out"), 20.0);
        QVERIFY(!metrics.contains("auc") && !metrics.contains("logloss"));
        // By hand: the share of pairs of a clicked row and another of the impression that are in order.
        const auto split = *make_split(*data, spec.split, parallel);
        std::map<std::uint32_t, std::vector<std::pair<double, bool>>> by_impression;
        for (const RowIx row : split.test) {
            double score = 0;
            done->model->score_rows(*data, std::span(&row, 1), std::span(&score, 1));
            by_impression[row / 3].emplace_back(score, data->interactions().value[row] > 0);
        }
        double sum = 0;
        double counted = 0;
        for (const auto& [impression, rows] : by_impression) {
            double right = 0;
            double pairs = 0;
            for (const auto& [a, clicked] : rows)
                for (const auto& [b, other] : rows)
                    if (clicked && !other) {
                        ++pairs;
                        right += a > b ? 1 : a == b ? 0.5 : 0;
                    }
            counted += pairs > 0 ? 1 : 0;
            sum += pairs > 0 ? right / pairs : 0;
        }
        QCOMPARE(metrics.at("impressions"), counted);
        QVERIFY(near(metrics.at("gauc"), sum / counted));
    }
};

QTEST_GUILESS_MAIN(TestImpressions)
#include "tst_impressions.moc"
