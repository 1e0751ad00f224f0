// The filter language of `runs list --filter`.
#include <QtTest>

#include "app/cli/filter.h"

using namespace tastebench;
using cli::RunFilter;

namespace {

Run sample_run() {
    Run run;
    run.id = 7;
    run.state = RunState::done;
    run.spec.model = "sar";
    run.spec.data_name = "my films";
    run.spec.parameters = {{"similarity", std::string("jaccard")},
                           {"half_life_days", 30.0},
                           {"threshold", std::int64_t{2}},
                           {"use_values", true}};
    run.metrics = {{"ndcg@10", 0.35}, {"rmse", 0.91}};
    return run;
}

} // namespace

class TestFilter : public QObject {
    Q_OBJECT
  private slots:
    void expressions_choose_runs_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("chosen");
        const auto row = [](const char* text, bool chosen) { QTest::newRow(text) << QString(text) << chosen; };
        row("", true);
        row("  ", true);
        row("model = sar", true);
        row("model=svd", false);
        row("model == sar and ndcg@10 > 0.3", true);
        row("model = sar and ndcg@10 > 0.4", false);
        row("model = svd or ndcg@10 >= 0.35", true);
        row("ndcg@10 <= 0.35", true);
        row("ndcg@10 < 0.35", false);
        row("ndcg@10 != 0.35", false);
        row("rmse<1", true);
        row("id = 7", true);
        row("data = 'my films'", true);
        row("data = \"my films\"", true);
        row("state != done", false);
        row("similarity = jaccard", true);
        row("half_life_days = 30.0", true);
        row("threshold > 1", true);
        row("use_values = true", true);
        row("split = chrono:0.75", true);
        row("model = svd and rmse > 1 or id = 7", true);
        row("model = svd and (rmse > 1 or id = 7)", false);
        row("((id=7))", true);
    }
    void expressions_choose_runs() {
        QFETCH(QString, text);
        QFETCH(bool, chosen);
        const auto filter = RunFilter::parse(text.toStdString());
        QVERIFY2(filter.has_value(), filter ? "" : filter.error().text().c_str());
        QCOMPARE(filter->matches(sample_run()), chosen);
    }

    void a_run_without_the_field_is_never_chosen() {
        for (const char* text : {"ndcg@5 > 0", "ndcg@5 != 1", "factors = 10", "factors != 10"})
            QVERIFY2(!RunFilter::parse(text)->matches(sample_run()), text);
    }

    void mistakes_are_explained_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* text, const char* part) {
            QTest::newRow(text) << QString(text) << QString(part);
        };
        row("modle = sar", "did you mean 'model'?");
        row("ndgc@10 > 0.3", "did you mean 'ndcg@10'?");
        row("model", "one of = != < > <= >= was expected");
        row("model =", "a value was expected at character 8, not the end");
        row("= sar", "a field was expected at character 1");
        row("model = sar ndcg@10 > 0.3", "'and', 'or' or the end was expected");
        row("model = sar and", "a field was expected");
        row("(model = sar", "')' was expected");
        row("model = 'sar", "is not closed");
        row("model ! sar", "was expected");
    }
    void mistakes_are_explained() {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto filter = RunFilter::parse(text.toStdString());
        QVERIFY(!filter.has_value());
        QCOMPARE(filter.error().exit_code(), 2);
        QVERIFY2(filter.error().text().find(part.toStdString()) != std::string::npos, filter.error().text().c_str());
    }

    void endless_brackets_are_refused() {
        const std::string text(100'000, '(');
        QVERIFY(!RunFilter::parse(text).has_value());
    }
};

QTEST_APPLESS_MAIN(TestFilter)
#include "tst_cli_filter.moc"
