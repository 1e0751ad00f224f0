// Export: what comes back is what went out, and nothing half-written is ever left.
#include <QTemporaryDir>
#include <QtTest>

#include <chrono>
#include <fstream>
#include <sstream>

#include "core/data/any_data.h"
#include "core/data/exporter.h"
#include "core/data/generator.h"
#include "core/file_size_limit.h"
#include "core/ml100k.h"
#include "core/split/split.h"

using namespace tastebench;
using namespace tastebench::testing;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(tastebench::ExportFormat)

namespace {

fs::path below(const QTemporaryDir& folder, const char* name) {
    return fs::path(folder.path().toStdString()) / name;
}

std::string text_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
}

Result<ExportReport> write(const Dataset& data, const ExportOptions& options) {
    Progress progress;
    return export_dataset(data, options, progress);
}

Result<DatasetPtr> read_back(const fs::path& path, ImportReport* report = nullptr) {
    ImportOptions options;
    options.files = {path};
    const Parallel parallel(2);
    Progress progress;
    return import_dataset(options, parallel, progress, report);
}

std::size_t entries_of(const QTemporaryDir& folder) {
    const fs::directory_iterator all(folder.path().toStdString());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void check_round_trip(const Dataset& data, ExportFormat format) {
    const QTemporaryDir folder;
    const auto out = below(folder, "out");
    const auto written = write(data, {.folder = out, .format = format});
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    const auto back = read_back(out);
    QVERIFY2(back, back ? "" : back.error().text().c_str());
    QCOMPARE((*back)->name(), data.name());
    QCOMPARE((*back)->fingerprint(), data.fingerprint());
}

DatasetPtr timed(std::uint32_t rows) {
    DatasetParts parts;
    parts.name = "many";
    std::vector<std::string> ids;
    for (int i = 0; i < 1000; ++i)
        ids.push_back(std::to_string(i));
    parts.users = parts.items = make_ids(ids);
    for (std::uint32_t row = 0; row < rows; ++row) {
        parts.interactions.user.push_back(row % 1000);
        parts.interactions.item.push_back(row * 7919 % 1000);
        parts.interactions.value.push_back(static_cast<float>(row % 9) / 2);
        parts.interactions.time.push_back(1'500'000'000 + row);
    }
    return *Dataset::make(std::move(parts));
}

} // namespace

class ExporterTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void data_with_everything_comes_back_the_same_data() {
        QTest::addColumn<ExportFormat>("format");
        QTest::addColumn<bool>("pairs");
        QTest::newRow("csv") << ExportFormat::csv << true;
        QTest::newRow("recbole") << ExportFormat::recbole << true;
        QTest::newRow("csv without users and items") << ExportFormat::csv << false;
        QTest::newRow("recbole without users and items") << ExportFormat::recbole << false;
    }
    void data_with_everything_comes_back_the_same() {
        QFETCH(ExportFormat, format);
        QFETCH(bool, pairs);
        const auto alphabet = format == ExportFormat::csv ? Alphabet::any : Alphabet::no_breaks;
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            const auto data = Dataset::make(AnyData(seed, alphabet, pairs).take());
            QVERIFY2(data, data ? "" : data.error().text().c_str());
            check_round_trip(**data, format);
            if (QTest::currentTestFailed())
                QFAIL(("seed " + std::to_string(seed)).c_str());
        }
    }

    void the_sample_comes_back_the_same() {
        Progress progress;
        const auto sample = generate_dataset({}, "sample", progress);
        QVERIFY(sample);
        check_round_trip(**sample, ExportFormat::csv);
        check_round_trip(**sample, ExportFormat::recbole);
    }

    void published_data_comes_back_the_same() {
        REQUIRE_FILE(ml100k_file());
        const auto hundred = load_ml100k();
        QVERIFY2(hundred, hundred ? "" : hundred.error().text().c_str());
        check_round_trip(**hundred, ExportFormat::csv);
        check_round_trip(**hundred, ExportFormat::recbole);
        const auto small = read_back(test_data_folder() / "ml-latest-small" / "ratings.csv.gz");
        QVERIFY2(small, small ? "" : small.error().text().c_str());
        check_round_trip(**small, ExportFormat::csv);
        check_round_trip(**small, ExportFormat::recbole);
    }

    void csv_is_what_spreadsheets_read() {
        const auto data = make_data({{"7", "a,b", 4.5F, 1'000'000'000, 0}, {"x \"y\"", "c", 3, 1'000'000'001, 1}},
                                    {true, true, {"view", "rating"}});
        QVERIFY(data);
        const QTemporaryDir folder;
        QVERIFY(write(**data, {.folder = below(folder, "out")}));
        QCOMPARE(text_of(below(folder, "out/interactions.csv")),
                 std::string("user_id,item_id,event,rating,timestamp\n7,\"a,b\",view,4.5,1000000000\n"
                             "\"x \"\"y\"\"\",c,rating,3,1000000001\n"));
        QVERIFY(fs::exists(below(folder, "out/dataset.json")));
        QVERIFY(!fs::exists(below(folder, "out/users.csv")));
    }

    void recbole_files_have_typed_headings() {
        const auto data = make_data({{"7", "a b", 4.5F, 1'000'000'000}});
        QVERIFY(data);
        const QTemporaryDir folder;
        QVERIFY(write(**data, {.folder = below(folder, "out"), .format = ExportFormat::recbole}));
        QCOMPARE(text_of(below(folder, "out/small.inter")),
                 std::string("user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\ta b\t4.5\t1000000000\n"));
    }

    void list_entries_with_blanks_get_a_spelling_of_their_own_in_recbole() {
        auto parts = DatasetParts((*make_data({{"1", "1", 1, 1}, {"1", "2", 1, 1}}))->parts());
        FeatureColumn genres{"genres", ColumnType::multi_category, {}, {}};
        genres.texts.push_back("Film Noir|Film_Noir");
        genres.texts.push_back("Drama");
        parts.item_features = {genres};
        const auto data = Dataset::make(std::move(parts));
        const QTemporaryDir folder;
        QVERIFY(write(**data, {.folder = below(folder, "out"), .format = ExportFormat::recbole}));
        QCOMPARE(text_of(below(folder, "out/small.item")),
                 std::string("item_id:token\tgenres:token_seq\n1\tFilm_Noir_ Film_Noir\n2\tDrama\n"));
        check_round_trip(**data, ExportFormat::recbole);
    }

    void a_split_is_written_in_parts_with_row_lists() {
        const auto data = tastes();
        const auto split = make_split(*data, *SplitRecipe::parse("chrono:0.75", 1));
        QVERIFY(split);
        const QTemporaryDir folder;
        const auto out = below(folder, "out");
        const auto written = write(*data, {.folder = out,
                                           .format = ExportFormat::recbole,
                                           .parts = {{"train", split->train}, {"test", split->test}},
                                           .split = "chrono:0.75"});
        QVERIFY2(written, written ? "" : written.error().text().c_str());
        const auto test = read_back(out / "small.test.inter");
        QVERIFY2(test, test ? "" : test.error().text().c_str());
        QCOMPARE((*test)->interactions().size(), split->test.size());
        for (std::size_t i = 0; i < split->test.size(); ++i)
            QCOMPARE((*test)->interactions().time[i], data->interactions().time[split->test[i]]);
        const auto again = make_split(*data, *SplitRecipe::parse("rows:" + (out / "small.test.rows.txt").string(), 1));
        QVERIFY2(again, again ? "" : again.error().text().c_str());
        QVERIFY(again->test == split->test);
        const auto whole = read_back(out);
        QVERIFY2(whole, whole ? "" : whole.error().text().c_str());
        QCOMPARE((*whole)->fingerprint(), data->fingerprint());
    }

    void recbole_refuses_what_its_cells_cannot_hold() {
        const auto data = make_data({{"a\tb", "x", 1, 1}});
        const QTemporaryDir folder;
        const auto written = write(**data, {.folder = below(folder, "out"), .format = ExportFormat::recbole});
        QVERIFY(!written);
        QVERIFY(written.error().what.find("a\tb") != std::string::npos);
        QVERIFY(written.error().remedy.find("CSV") != std::string::npos);
        QCOMPARE(entries_of(folder), std::size_t{0});
        QVERIFY(write(**data, {.folder = below(folder, "out")}));
    }

    void only_exports_are_replaced_and_only_when_asked() {
        const QTemporaryDir folder;
        const auto out = below(folder, "out");
        const auto data = tastes();
        QVERIFY(write(*data, {.folder = out}));
        QVERIFY(!write(*data, {.folder = out}));
        const auto other = make_data({{"1", "1", 1, 1}});
        QVERIFY(write(**other, {.folder = out, .overwrite = true}));
        QCOMPARE((*read_back(out))->fingerprint(), (*other)->fingerprint());
        std::ofstream(out / "diary.txt") << "dear diary";
        const auto refused = write(*data, {.folder = out, .overwrite = true});
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("diary.txt") != std::string::npos);
        QVERIFY(fs::exists(out / "diary.txt"));
        QCOMPARE(entries_of(folder), std::size_t{1});
    }

    void a_full_disk_leaves_nothing() {
        const QTemporaryDir folder;
        const auto data = timed(50'000);
        {
            const FileSizeLimit limit(100'000);
            const auto written = write(*data, {.folder = below(folder, "out")});
            QVERIFY(!written);
            QCOMPARE(written.error().kind, ErrorKind::failed);
        }
        QCOMPARE(entries_of(folder), std::size_t{0});
    }

    void a_full_disk_leaves_the_old_export() {
        const QTemporaryDir folder;
        const auto out = below(folder, "out");
        const auto old = make_data({{"1", "1", 1, 1}});
        QVERIFY(write(**old, {.folder = out}));
        {
            const FileSizeLimit limit(100'000);
            QVERIFY(!write(*timed(50'000), {.folder = out, .overwrite = true}));
        }
        QCOMPARE((*read_back(out))->fingerprint(), (*old)->fingerprint());
        QCOMPARE(entries_of(folder), std::size_t{1});
    }

    void a_cancelled_export_leaves_nothing() {
        const QTemporaryDir folder;
        Progress progress;
        progress.cancel();
        const auto written = export_dataset(*tastes(), {.folder = below(folder, "out")}, progress);
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::cancelled);
        QCOMPARE(entries_of(folder), std::size_t{0});
    }

    void a_damaged_description_is_named() {
        const QTemporaryDir folder;
        const auto out = below(folder, "out");
        QVERIFY(write(*tastes(), {.folder = out}));
        auto text = text_of(out / "dataset.json");
        text.replace(text.find("\"user\""), 6, "\"usher\"");
        std::ofstream(out / "dataset.json") << text;
        const auto back = read_back(out / "interactions.csv");
        QVERIFY(!back);
        QVERIFY2(back.error().text().find("dataset.json") != std::string::npos, back.error().text().c_str());
    }

    void a_million_rows_take_well_under_a_second() {
        const auto data = timed(1'000'000);
        const QTemporaryDir folder;
        const auto written = write(*data, {.folder = below(folder, "out")});
        QVERIFY(written);
        qInfo("1,000,000 rows in %.2f s", written->seconds);
        // Generous: the machine may be busy and the build without optimisation.
        QVERIFY(written->seconds < 5);
    }
};

QTEST_GUILESS_MAIN(ExporterTest)
#include "tst_exporter.moc"
