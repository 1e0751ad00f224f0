// Which models may use which data, and that training agrees with what was said.
#include <QtTest>

#include "core/experiment/fitness.h"
#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/models/recommender.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

DatasetPtr click_log() {
    DatasetParts parts;
    parts.name = "clicks";
    parts.has_pairs = false;
    parts.interactions.user = {0, 0};
    parts.interactions.item = {0, 0};
    parts.interactions.value = {1, 0};
    parts.users = make_ids({std::string(no_id)});
    parts.items = make_ids({std::string(no_id)});
    parts.context = {{"C1", ColumnType::number, {1, 2}, {}, {}, {}, {}}};
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

} // namespace

class TestFitness : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_model_is_judged_as_training_judges_it() {
        const auto plain = *make_data({{"a", "x"}, {"b", "y"}}, {false, false});
        const auto rated = *make_data({{"a", "x", 3}, {"b", "y", 4}}, {true, false});
        const auto full = *make_data({{"a", "x", 3, 10}, {"b", "y", 4, 20}});
        for (const auto& data : {plain, rated, full, click_log()}) {
            QVERIFY(data);
            const auto fits = fitness(*data);
            QCOMPARE(fits.size(), all_models().size());
            for (const auto& fit : fits) {
                RunSpec spec;
                spec.model = fit.model;
                spec.split.kind = SplitKind::random;
                QCOMPARE(bool(prepare_spec(*data, spec)), fit.usable());
                QVERIFY(fit.usable() == (fit.sentence == "can use it"));
            }
        }
    }

    void a_model_without_ratings_says_so() {
        const auto plain = *make_data({{"a", "x"}, {"b", "y"}}, {false, false});
        for (const auto& fit : fitness(*plain))
            if (fit.model == "svd") {
                QCOMPARE(fit.lacks, std::vector<std::string>{"ratings"});
                QVERIFY(fit.sentence.find("rating column") != std::string::npos);
            }
    }

    void a_model_that_fits_when_set_otherwise_names_the_setting_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("change");
        const auto add = [](const char* name, const char* model, const char* given, const char* change) {
            QTest::newRow(name) << QString::fromLatin1(model) << QString::fromLatin1(given)
                                << QString::fromLatin1(change);
        };
        add("no features", "deepfm", "", "fields=ids");
        add("no features, no ratings", "fm", "task=ratings", "task=ranking fields=ids");
        add("no times", "sar", "half_life_days=30", "half_life_days=0");
        add("no ratings", "rbm", "task=ratings", "task=ranking");
        add("no way", "svd", "", "");
    }
    void a_model_that_fits_when_set_otherwise_names_the_setting() {
        QFETCH(QString, model);
        QFETCH(QString, given);
        QFETCH(QString, change);
        const auto plain = *make_data({{"a", "x"}, {"b", "y"}}, {false, false});
        const auto* entry = *find_model(model.toStdString());
        RunSpec spec;
        spec.model = entry->id;
        spec.split.kind = SplitKind::random;
        const auto set = [&](const QString& settings) {
            for (const auto& setting : settings.split(u' ', Qt::SkipEmptyParts)) {
                const auto name = setting.section(u'=', 0, 0).toStdString();
                spec.parameters[name] = *entry->schema.parse(name, setting.section(u'=', 1).toStdString());
            }
        };
        set(given);
        const auto fit = fitness_of(*plain, *entry, *entry->schema.complete(spec.parameters));
        QVERIFY(!fit.usable());
        QVERIFY(!prepare_spec(*plain, spec));
        QCOMPARE(QString::fromStdString(fit.change), change);
        QCOMPARE(fit.usable_otherwise(), !change.isEmpty());
        if (change.isEmpty())
            return;
        for (const auto& setting : change.split(u' '))
            QVERIFY2(fit.sentence.find(" to " + setting.section(u'=', 1).toStdString()) != std::string::npos,
                     fit.sentence.c_str());
        set(change);
        QVERIFY(prepare_spec(*plain, spec).has_value());
        QVERIFY(fitness_of(*plain, *entry, *entry->schema.complete(spec.parameters)).usable());
    }

    void data_without_users_and_items_is_refused_with_a_remedy() {
        RunSpec spec;
        spec.model = "popularity";
        const auto refused = prepare_spec(*click_log(), spec);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::bad_data);
        QCOMPARE(refused.error().where, std::string("model"));
        QVERIFY(!refused.error().remedy.empty());
    }

    void materials_say_what_is_there() {
        const auto plain = materials(*make_data({{"a", "x"}, {"b", "y"}}, {false, false}).value());
        QVERIFY(std::none_of(plain.begin(), plain.end(), [](const auto& material) { return material.there; }));
        const auto clicks = materials(*click_log());
        QVERIFY(clicks.front().there);
        QCOMPARE(clicks.front().sentence, std::string("0 of users, 0 of items, 1 of rows"));
    }
};

QTEST_GUILESS_MAIN(TestFitness)
#include "tst_fitness.moc"
