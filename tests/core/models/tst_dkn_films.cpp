// DKN on films: MovieLens 100K with its graph. (The sample that the program brings along has titles drawn by lot.)
#include <QTest>

#include "core/experiment/run.h"
#include "core/ml100k.h"
#include "core/models/feature_data.h"
#include "core/models/fitting.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestDknFilms : public QObject {
    Q_OBJECT

  private slots:
    /// With the preset's training in full the AUC is 0.746; fewer epochs and filters must come near.
    void it_tells_which_films_people_like() {
        REQUIRE_FILE(ml100k_file());
        REQUIRE_FILE(test_data_folder() / "ml-100k" / "ml-100k.link");
        const auto data = *load_ml100k();
        const auto found = measured("dkn", *data, "chrono:0.75",
                                    preset_of("dkn", "film",
                                              {{"epochs", "1"},
                                               {"graph_epochs", "3"},
                                               {"filters", "16"},
                                               {"word_dim", "16"},
                                               {"entity_dim", "16"},
                                               {"attention", "16"},
                                               {"history", "10"}}));
        QVERIFY2(found.at("auc") > 0.70, qPrintable(QString::number(found.at("auc"))));
    }
};

QTEST_GUILESS_MAIN(TestDknFilms)
#include "tst_dkn_films.moc"
