// Every network and the Boltzmann machine trained on the embedded sample by the command line alone.
#include <QtTest>

#include "cli/cli_process.h"

class TestNetworks : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;
    double floor_ = 0; ///< nDCG@10 of popularity

  private Q_SLOTS:
    void initTestCase() {
        QCOMPARE(workspace_.run({"--quiet", "data", "sample"}).code, 0);
        floor_ = workspace_.json({"run", "--data", "sample", "--model", "popularity"}).at("metrics").at("ndcg@10");
        QVERIFY(floor_ > 0);
    }

    void each_trains_and_recommends_data() {
        QTest::addColumn<QStringList>("settings");
        QTest::addColumn<bool>("beats_popularity"); ///< in so few epochs
        const auto add = [](const char* model, bool beats, const QStringList& settings) {
            QStringList all;
            for (const auto& setting : settings)
                all << "--set" << setting;
            QTest::newRow(model) << all << beats;
        };
        add("ncf", true, {"epochs=4"});
        add("widedeep", true, {"epochs=4", "deep=32", "dim=8"});
        add("deepfm", true, {"epochs=2", "deep=32", "dim=8"});
        add("xdeepfm", true, {"epochs=4", "deep=32", "dim=8", "cin=16"});
        add("dkn", false,
            {"epochs=1", "history=5", "title_words=4", "negatives=1", "word_dim=16", "entity_dim=16", "filters=16"});
        add("rbm", true, {"epochs=20"});
    }
    void each_trains_and_recommends() {
        QFETCH(QStringList, settings);
        QFETCH(bool, beats_popularity);
        QElapsedTimer timer;
        timer.start();
        const auto run =
            workspace_.json(QStringList{"run", "--data", "sample", "--model", QTest::currentDataTag()} + settings);
        const auto& metrics = run.at("metrics");
        const double ndcg = metrics.at("ndcg@10");
        qInfo("%s: nDCG@10 %.4f, popularity %.4f, %.1f s", QTest::currentDataTag(), ndcg, floor_,
              static_cast<double>(timer.elapsed()) / 1000);
        QVERIFY(ndcg > (beats_popularity ? floor_ : 0.5 * floor_) && ndcg < 1);
        QVERIFY(metrics.at("recall@10") > 0 && metrics.at("recall@10") < 1);
        const auto number = QString::number(run.at("id").get<int>());
        QCOMPARE(workspace_.json({"recommend", number, "--user", "u0001"}).at("items").size(), std::size_t{10});
    }
};

QTEST_GUILESS_MAIN(TestNetworks)
#include "tst_cli_networks.moc"
