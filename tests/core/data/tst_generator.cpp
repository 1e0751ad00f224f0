#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <set>

#include "core/data/generator.h"
#include "core/data/importer.h"
#include "core/experiment/run.h"
#include "core/file_size_limit.h"

using namespace tastebench;

namespace {

double metric_of(const DatasetPtr& data, const std::string& model, const std::string& metric) {
    RunSpec spec;
    spec.model = model;
    const Parallel parallel(2);
    Progress progress;
    return execute(*data, *prepare_spec(*data, spec), parallel, progress)->run.metrics.at(metric);
}

} // namespace

class TestGenerator : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// The embedded sample is the same on every machine; a change of it is a change that users see.
    void the_sample_is_the_same_everywhere() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        QCOMPARE(data->fingerprint(), std::string("c449f00d746b7499637f57c07bddd5d0"));
        const auto& s = data->summary();
        QCOMPARE(s.users, 600U);
        QCOMPARE(s.items, 800U);
        QVERIFY(s.interactions > 58'800 && s.interactions < 61'200);
        QVERIFY(*s.last_time - *s.first_time <= 2LL * 365 * 86400);
        QCOMPARE(data->events(), (std::vector<std::string>{"view", "list", "rating"}));
    }

    void tables_and_graph_belong_together() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        QCOMPARE(data->user_features().size(), std::size_t{3});
        QCOMPARE(data->item_features().size(), std::size_t{6});
        std::set<std::string_view> titles;
        for (ItemIx i = 0; i < data->items().size(); ++i)
            titles.insert(data->title(i));
        QCOMPARE(titles.size(), std::size_t{800});
        std::set<ItemIx> linked;
        for (const auto& link : data->graph().links)
            linked.insert(link.item);
        QCOMPARE(linked.size(), std::size_t{800});
        std::set<std::uint32_t> relations;
        for (const auto& triple : data->graph().triples)
            relations.insert(triple.relation);
        QCOMPARE(relations.size(), std::size_t{6});
    }

    void models_find_the_signal() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        QVERIFY(metric_of(data, "sar", "ndcg@10") > 1.5 * metric_of(data, "popularity", "ndcg@10"));
        // Ratings spread by about 0.8 stars around their mean.
        QVERIFY(metric_of(data, "svd", "rmse") < 0.7);
    }

    void ids_do_not_leak_popularity() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        std::vector<double> counts(800, 0);
        for (const auto item : data->interactions().item)
            counts[item] += 1;
        double covariance = 0;
        double square_i = 0;
        double square_c = 0;
        for (std::size_t i = 0; i < 800; ++i) {
            const double x = static_cast<double>(i) - 399.5;
            const double y = counts[i] - 75.0;
            covariance += x * y;
            square_i += x * x;
            square_c += y * y;
        }
        QVERIFY(std::abs(covariance / std::sqrt(square_i * square_c)) < 0.15);
    }

    void events_stream_in_order_of_users_and_time() {
        GeneratorOptions options;
        options.users = 5'000;
        options.items = 2'000;
        options.interactions = 400'000;
        Progress progress;
        std::uint64_t count = 0;
        GeneratedEvent last{0, 0, 0, 0, 0};
        bool ordered = true;
        QVERIFY(generate_events(
                    options,
                    [&](const GeneratedEvent& event) {
                        ordered =
                            ordered && (event.user > last.user || (event.user == last.user && event.time >= last.time));
                        ordered =
                            ordered && event.item < options.items && std::isnan(event.value) == (event.event != 2);
                        last = event;
                        ++count;
                    },
                    progress)
                    .has_value());
        QVERIFY(ordered);
        QVERIFY(count > 392'000 && count < 408'000);
    }

    void counts_are_met_in_dense_data_too() {
        for (const std::uint64_t wanted : {1'500U, 3'000U}) {
            Progress progress;
            std::uint64_t count = 0;
            QVERIFY(generate_events(
                        {50, 100, wanted, 7}, [&](const GeneratedEvent&) { ++count; }, progress)
                        .has_value());
            QVERIFY2(100 * count >= 98 * wanted && 100 * count <= 102 * wanted, qPrintable(QString::number(count)));
        }
    }

    void a_csv_holds_the_same_events() {
        QTemporaryDir folder;
        const auto path = folder.filePath(QStringLiteral("films.csv")).toStdString();
        GeneratorOptions options;
        options.users = 50;
        options.items = 60;
        options.interactions = 1'000;
        Progress progress;
        QVERIFY(generate_csv(options, path, progress).has_value());
        QVERIFY(!QFile::exists(QString::fromStdString(path + ".part")));
        ImportOptions from;
        from.files = {path};
        const Parallel parallel(2);
        const auto read = import_dataset(from, parallel, progress);
        const auto made = generate_dataset(options, "films", progress);
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QCOMPARE((*read)->interactions().time, (*made)->interactions().time);
        QCOMPARE((*read)->summary().rated, (*made)->summary().rated);
    }

    void what_cannot_be_made_is_refused() {
        Progress progress;
        GeneratorOptions options;
        options.items = 3;
        QCOMPARE(generate_dataset(options, "x", progress).error().kind, ErrorKind::usage);
        options = {};
        options.interactions = 10'000'000;
        QCOMPARE(generate_dataset(options, "x", progress).error().where, std::string("interactions"));
        const auto nowhere = generate_csv({}, "/nonexistent/films.csv", progress);
        QVERIFY(!nowhere);
        QVERIFY(nowhere.error().text().find("check the folder") != std::string::npos);
        QTemporaryDir folder;
        const auto path = folder.filePath(QStringLiteral("films.csv"));
        {
            const FileSizeLimit limit(100'000);
            const auto full = generate_csv({}, path.toStdString(), progress);
            QVERIFY(!full);
            QCOMPARE(full.error().kind, ErrorKind::failed);
        }
        QVERIFY(QDir(folder.path()).isEmpty());
        Progress cancelled;
        cancelled.cancel();
        QCOMPARE(generate_csv({}, path.toStdString(), cancelled).error().kind, ErrorKind::cancelled);
        QVERIFY(QDir(folder.path()).isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestGenerator)
#include "tst_generator.moc"
