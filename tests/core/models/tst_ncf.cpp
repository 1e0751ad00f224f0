#include <QTest>

#include "core/data/generator.h"
#include "core/make_data.h"
#include "core/models/fitting.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

const Settings small{{"factors", "4"}, {"layers", "16,8,4"}, {"batch", "100"}, {"epochs", "4"}};

Settings with(Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

const Settings pre_trained = with(small, {{"pretraining", "true"}, {"pretraining_epochs", "2"}, {"alpha", "0.4"}});

Fitted fit_ncf(const Dataset& data, const Settings& settings, int threads = 2, Checkpoints* checkpoints = nullptr) {
    return fit_model("ncf", data, all_rows(data), parameters_of("ncf", settings), threads, 42, checkpoints);
}

std::map<std::string, double> measure(const Dataset& data, const std::string& model, const Settings& settings,
                                      const char* split, Curves* curves = nullptr) {
    RunSpec spec;
    spec.model = model;
    spec.parameters = parameters_of(model, settings);
    spec.split = *SplitRecipe::parse(split, 5);
    spec.evaluation.sampled = spec.split.kind == SplitKind::loo;
    const Parallel parallel(2);
    Progress progress;
    const auto done = execute(data, *prepare_spec(data, spec), parallel, progress);
    if (!done)
        qFatal("%s", done.error().text().c_str());
    if (curves != nullptr)
        *curves = done->run.curves;
    return done->run.metrics;
}

} // namespace

class TestNcf : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_network_beats_popularity_on_the_embedded_sample_data() {
        QTest::addColumn<QString>("network");
        for (const char* network : {"neumf", "gmf", "mlp"})
            QTest::newRow(network) << network;
    }
    void every_network_beats_popularity_on_the_embedded_sample() {
        QFETCH(QString, network);
        static const DatasetPtr data = [] {
            Progress progress;
            return *generate_dataset({}, "sample", progress);
        }();
        static const auto popular = measure(*data, "popularity", {}, "loo:last");
        const auto metrics =
            measure(*data, "ncf",
                    {{"network", network.toStdString()}, {"batch", "256"}, {"learning_rate", "0.003"}, {"epochs", "6"}},
                    "loo:last");
        for (const char* metric : {"ndcg@10", "sampled_hr@10", "sampled_ndcg@10"})
            QVERIFY2(metrics.at(metric) > popular.at(metric),
                     qPrintable(
                         QString("%1: %2, popularity %3").arg(metric).arg(metrics.at(metric)).arg(popular.at(metric))));
    }

    void losses_fall() {
        const auto data = tastes(60, 40);
        for (const char* optimizer : {"adam", "adagrad", "sgd"}) {
            const auto rate = optimizer == std::string("adam") ? "0.01" : optimizer == std::string("sgd") ? "2" : "0.1";
            const auto fitted = fit_ncf(*data, with(small, {{"optimizer", optimizer}, {"learning_rate", rate}}));
            QVERIFY2(fitted.status, fitted.status ? "" : fitted.status.error().text().c_str());
            const auto losses = fitted.curve("loss");
            QCOMPARE(losses.size(), std::size_t{4});
            QVERIFY2(losses.back() < losses.front(), optimizer);
        }
    }

    /// Stopped after each epoch in turn: within GMF, between the parts, within the MLP, before and within NeuMF.
    void pre_training_is_resumed_in_every_stage_with_the_same_digits() {
        const auto data = tastes(60, 40);
        for (const auto& more : {Settings{}, Settings{{"finish_optimizer", "adam"}, {"optimizer", "adagrad"}}}) {
            const auto settings = with(pre_trained, more);
            Checkpoints kept;
            const auto whole = fit_ncf(*data, settings, 2, &kept);
            QVERIFY2(whole.status, whole.status ? "" : whole.status.error().text().c_str());
            QCOMPARE(kept.states.size(), std::size_t{8});
            for (std::size_t stage = 0; stage < kept.states.size(); ++stage) {
                Checkpoints again;
                again.resume_from = kept.states[stage];
                const auto rest = fit_ncf(*data, settings, 1, &again);
                QVERIFY(rest.status.has_value());
                QVERIFY2(rest.bytes() == whole.bytes(), qPrintable(QString("after epoch %1").arg(stage + 1)));
                QVERIFY(rest.curves == whole.curves);
            }
        }
    }

    void pre_training_shows_all_epochs_and_starts_neumf_ahead() {
        const auto data = tastes(80, 40);
        const Settings quick{{"factors", "4"}, {"layers", "16,8,4"}, {"batch", "64"}, {"learning_rate", "0.01"}};
        const auto plain = fit_ncf(*data, with(quick, {{"epochs", "3"}})).curve("loss");
        const auto fitted =
            fit_ncf(*data, with(quick, {{"epochs", "3"}, {"pretraining", "true"}, {"pretraining_epochs", "12"}}));
        const auto losses = fitted.curve("loss");
        QCOMPARE(losses.size(), std::size_t{27});
        QVERIFY(losses[24] < plain[0]);
        QVERIFY(losses[12] > losses[11]); // the MLP begins anew
    }

    void patience_counts_from_neumf_on() {
        const auto data = tastes(80, 40);
        Curves curves;
        (void)measure(*data, "ncf",
                      {{"factors", "4"},
                       {"layers", "16,8,4"},
                       {"batch", "64"},
                       {"epochs", "50"},
                       {"patience", "2"},
                       {"pretraining", "true"},
                       {"pretraining_epochs", "8"}},
                      "random:0.7,0.1", &curves);
        const auto checks = std::count_if(curves.begin(), curves.end(),
                                          [](const auto& point) { return point.series == "validation_ndcg@10"; });
        QVERIFY2(checks >= 18 && checks < 66, qPrintable(QString::number(checks)));
    }

    void nothing_to_sample_is_told() {
        std::vector<Row> rows;
        for (int u = 0; u < 5; ++u)
            rows.push_back({"u" + std::to_string(u), "only", 1, u});
        const auto fitted = fit_ncf(**make_data(rows), small);
        QVERIFY(!fitted.status);
        QVERIFY(fitted.status.error().text().find("every item") != std::string::npos);
        QVERIFY(!fitted.status.error().remedy.empty());
    }

    void someone_who_has_everything_does_no_harm() {
        std::vector<Row> rows;
        for (int i = 0; i < 6; ++i)
            rows.push_back({"all", "i" + std::to_string(i), 1, i});
        rows.push_back({"one", "i2", 1, 1});
        const auto fitted = fit_ncf(**make_data(rows), small);
        QVERIFY(fitted.status.has_value());
        for (const double score : fitted.scores(0))
            QVERIFY(std::isfinite(score));
    }

    void divergence_is_told() {
        const auto fitted = fit_ncf(
            *tastes(60, 40), with(small, {{"optimizer", "sgd"}, {"learning_rate", "10"}, {"regularization", "1"}}));
        QVERIFY(!fitted.status);
        QCOMPARE(fitted.status.error().where, std::string("learning_rate"));
    }

    void layers_are_read_and_checked() {
        const auto& schema = (*find_model("ncf"))->schema;
        for (const char* good : {"64,32,16,8", "2,1", "16, 8 ,4"})
            QVERIFY2(schema.parse("layers", good).has_value(), good);
        for (const char* bad : {"", "64", "63,32", "64,,8", "64,0", "64;32", "64,32,", "-64,3", "9999,3", "64,x"})
            QVERIFY2(!schema.parse("layers", bad).has_value(), bad);
    }

    void similar_items_are_those_of_the_same_taste() {
        const auto data = tastes(80, 30);
        const auto fitted =
            fit_ncf(*data, {{"network", "gmf"}, {"batch", "64"}, {"learning_rate", "0.01"}, {"epochs", "30"}});
        int same = 0;
        for (ItemIx item = 0; item < 30; ++item) {
            const auto near = fitted.model->similar_items(item, 5);
            QCOMPARE(near.size(), std::size_t{5});
            for (const auto& one : near)
                same += std::stoi(std::string(data->items().id(one.item))) % 2 ==
                                std::stoi(std::string(data->items().id(item))) % 2
                            ? 1
                            : 0;
        }
        QVERIFY2(same > 120, qPrintable(QString::number(same)));
    }
};

QTEST_APPLESS_MAIN(TestNcf)
#include "tst_ncf.moc"
