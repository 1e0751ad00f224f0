#include <QTest>

#include "core/experiment/run.h"
#include "core/explain/sentence.h"
#include "core/make_data.h"
#include "core/models/sar/sar.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Result<RunOutcome> run(const DatasetPtr& data, const std::string& model, int threads) {
    RunSpec spec;
    spec.model = model;
    auto prepared = prepare_spec(*data, spec);
    if (!prepared)
        return fail(prepared.error());
    const Parallel parallel(threads);
    Progress progress;
    return execute(*data, *prepared, parallel, progress);
}

} // namespace

class TestRun : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_model_gives_the_same_digits_on_any_number_of_threads_data() {
        QTest::addColumn<QString>("model");
        for (const auto& entry : all_models())
            QTest::newRow(entry.id.c_str()) << QString::fromStdString(entry.id);
    }
    void every_model_gives_the_same_digits_on_any_number_of_threads() {
        QFETCH(QString, model);
        const auto data = tastes(150, 70);
        const auto* entry = *find_model(model.toStdString());
        const auto can = entry->make()->capabilities(entry->schema.defaults());
        if (can.needs_features || can.needs_texts)
            QSKIP("learns from features or texts: tst_every_model has some");
        const auto one = run(data, model.toStdString(), 1);
        QVERIFY(one.has_value());
        for (const int threads : {2, 4}) {
            const auto many = run(data, model.toStdString(), threads);
            QCOMPARE(many->run.metrics, one->run.metrics);
            QCOMPARE(many->run.curves, one->run.curves);
            Writer a;
            Writer b;
            one->model->save(a);
            many->model->save(b);
            QVERIFY(a.bytes() == b.bytes());
        }
    }

    /// Two kinds of people: who knows them ranks better than popularity, and predicts better than the mean.
    void models_find_the_two_tastes() {
        const auto data = tastes(150, 70);
        const auto popularity = run(data, "popularity", 2);
        const auto sar = run(data, "sar", 2);
        const auto svd = run(data, "svd", 2);
        QVERIFY(sar->run.metrics.at("ndcg@10") > 1.5 * popularity->run.metrics.at("ndcg@10"));
        double squares = 0;
        const auto& values = data->interactions().value;
        for (const float value : values)
            squares += std::pow(static_cast<double>(value) - data->summary().mean_value, 2);
        const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
        QVERIFY(svd->run.metrics.at("rmse") < deviation);
        for (const auto* outcome : {&popularity, &sar, &svd}) {
            QVERIFY((*outcome)->run.peak_memory_bytes > 1'000'000);
            QCOMPARE((*outcome)->run.state, RunState::done);
        }
    }

    void a_run_on_other_data_is_refused() {
        const auto data = tastes();
        RunSpec spec;
        spec.model = "sar";
        const auto prepared = *prepare_spec(*data, spec);
        const Parallel parallel(1);
        Progress progress;
        const auto outcome = execute(*tastes(61), prepared, parallel, progress);
        QVERIFY(!outcome);
        QVERIFY(outcome.error().text().find("is not the data") != std::string::npos);
    }

    void wrong_requests_are_refused_before_training() {
        const auto data = tastes();
        RunSpec spec;
        spec.model = "sarr";
        QVERIFY(prepare_spec(*data, spec).error().text().find("did you mean 'sar'") != std::string::npos);
        spec.model = "svd";
        spec.parameters = {{"factors", std::int64_t{0}}};
        QVERIFY(prepare_spec(*data, spec).error().text().find("factors") != std::string::npos);
        spec.parameters = {};
        spec.evaluation.ks = {0};
        QVERIFY(!prepare_spec(*data, spec));
        const auto timeless = *make_data({{"a", "x", 1}, {"a", "y", 1}}, {true, false});
        spec.evaluation.ks = {10};
        QVERIFY(prepare_spec(*timeless, spec).error().text().find("no times") != std::string::npos);
        spec.split.kind = SplitKind::random;
        spec.model = "sar";
        spec.parameters = {{"half_life_days", 30.0}};
        QVERIFY(prepare_spec(*timeless, spec).error().text().find("half_life_days") != std::string::npos);
    }

    void estimates_follow_the_work() {
        const auto data = tastes(150, 70);
        RunSpec spec;
        spec.model = "svd";
        const auto takes = [&](Parameters parameters, const char* split, int threads) {
            spec.parameters = std::move(parameters);
            spec.split = *SplitRecipe::parse(split, 42);
            return *estimate(*data, *prepare_spec(*data, spec), threads);
        };
        const auto usual = takes({}, "random:0.5", 1);
        QVERIFY(usual.fit_seconds > 0 && usual.memory_bytes > 0);
        QVERIFY(takes({{"epochs", std::int64_t{200}}}, "random:0.5", 1).fit_seconds > 5 * usual.fit_seconds);
        QVERIFY(takes({{"factors", std::int64_t{1000}}}, "random:0.5", 1).memory_bytes > 3 * usual.memory_bytes);
        QVERIFY(takes({}, "random:0.9", 1).fit_seconds > 1.3 * usual.fit_seconds);
        QVERIFY(takes({}, "random:0.5", 2).fit_seconds < usual.fit_seconds);
        spec.model = "none";
        QVERIFY(!estimate(*data, spec, 1));
    }

    void the_command_line_repeats_the_run() {
        RunSpec spec;
        spec.data_name = "it's";
        spec.model = "sar";
        spec.parameters = *(*find_model("sar"))->schema.complete({{"half_life_days", 30.0}});
        QCOMPARE(command_line(spec), std::string("tastebench-cli run --data 'it'\\''s' --model sar --set "
                                                 "half_life_days=30 --split chrono:0.75 --seed 42 --k 5,10,20"));
    }

    void states_have_names() {
        for (const auto state : {RunState::queued, RunState::running, RunState::done, RunState::failed,
                                 RunState::cancelled, RunState::interrupted})
            QCOMPARE(*run_state_from(to_text(state)), state);
        QVERIFY(!run_state_from("odd"));
    }

    void reasons_read_as_a_sentence() {
        const auto data = *make_data(
            {{"1", "Alien", 5}, {"1", "Brazil", 4}, {"2", "Alien", 5}, {"2", "Casablanca", 3}, {"3", "Dune", 3}});
        const auto rows = all_rows(*data);
        Sar sar;
        const Parallel parallel(1);
        Progress progress;
        FitContext context{progress, parallel, 1};
        QVERIFY(sar.fit(TrainingData(*data, rows), *(*find_model("sar"))->schema.complete({}), context).has_value());
        const auto user = *data->users().find("1");
        QCOMPARE(explain_in_words(*data, *sar.explain(user, *data->items().find("Casablanca"))),
                 std::string("Casablanca is recommended because of Alien (rated 5). It accounts for 100 % of the "
                             "score. One person has both Alien and Casablanca."));
        QVERIFY(explain_in_words(*data, *sar.explain(user, *data->items().find("Dune"))).find("nothing in common") !=
                std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRun)
#include "tst_run.moc"
