#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>

#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/split/split.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

SplitRecipe recipe(const char* text, std::uint64_t seed = 42) {
    return *SplitRecipe::parse(text, seed);
}

std::vector<RowIx> read_rows(const std::filesystem::path& file) {
    return SplitRecipe::parse("rows:" + file.string(), 0)->test_rows;
}

DatasetPtr one_user(int rows) {
    std::vector<Row> list;
    for (int i = 0; i < rows; ++i)
        list.push_back({"u", std::to_string(i), 3, i});
    list.push_back({"v", "0", 3, 0});
    for (int i = 0; i < 7; ++i)
        list.push_back({"w", std::to_string(i), 3, 0});
    return *make_data(list);
}

} // namespace

class TestSplit : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Group sizes to part sizes as measured (values/split.json): round half to even.
    void groups_are_cut_at_round_half_even_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("train");
        const std::vector<std::pair<int, int>> known{{1, 1}, {2, 2}, {3, 2},  {4, 3},   {5, 4},
                                                     {6, 4}, {7, 5}, {10, 8}, {14, 10}, {30, 22}};
        for (const auto& [size, train] : known)
            QTest::addRow("%d", size) << size << train;
    }
    void groups_are_cut_at_round_half_even() {
        QFETCH(int, size);
        QFETCH(int, train);
        const auto data = one_user(size);
        for (const char* text : {"chrono:0.75", "stratified:0.75"}) {
            const auto split = make_split(*data, recipe(text));
            QVERIFY(split.has_value());
            const auto mine = std::count_if(split->train.begin(), split->train.end(), [&](RowIx row) {
                return data->users().id(data->interactions().user[row]) == "u";
            });
            QCOMPARE(static_cast<int>(mine), train);
        }
    }

    void random_floors_the_train_part() {
        std::vector<Row> rows;
        for (int i = 0; i < 10; ++i)
            rows.push_back({"u", std::to_string(i), 1, 0});
        const auto split = make_split(**make_data(rows), recipe("random:0.75"));
        QCOMPARE(split->train.size(), std::size_t{7});
        QCOMPARE(split->test.size(), std::size_t{3});
    }

    void parts_are_disjoint_and_complete() {
        const auto data = tastes();
        for (const char* text :
             {"random:0.7", "chrono:0.8", "stratified:0.6", "stratified:0.75:item", "chrono:0.7:item"}) {
            const auto split = make_split(*data, recipe(text));
            std::vector<RowIx> all = split->train;
            all.insert(all.end(), split->test.begin(), split->test.end());
            std::sort(all.begin(), all.end());
            QCOMPARE(all, all_rows(*data));
            QCOMPARE(recipe(text).text(), std::string(text));
        }
    }

    void the_seed_decides_and_repeats() {
        const auto data = tastes();
        QCOMPARE(make_split(*data, recipe("random:0.7", 1))->test, make_split(*data, recipe("random:0.7", 1))->test);
        QVERIFY(make_split(*data, recipe("random:0.7", 1))->test != make_split(*data, recipe("random:0.7", 2))->test);
    }

    void chronological_tests_are_never_before_trains() {
        const auto data = tastes();
        const auto split = make_split(*data, recipe("chrono:0.75"));
        std::vector<std::int64_t> latest(data->users().size(), 0);
        const auto& rows = data->interactions();
        for (const RowIx row : split->train)
            latest[rows.user[row]] = std::max(latest[rows.user[row]], rows.time[row]);
        for (const RowIx row : split->test)
            QVERIFY(rows.time[row] >= latest[rows.user[row]]);
    }

    void real_data_splits_as_the_reference_does() {
        REQUIRE_FILE(ml100k_file());
        const auto expected = reference_values_folder() / "ml100k_chrono75_test_rows.txt.gz";
        REQUIRE_FILE(expected);
        const auto data = *load_ml100k();
        const auto split = make_split(*data, recipe("chrono:0.75"));
        QCOMPARE(split->train.size(), std::size_t{74'992});
        QCOMPARE(split->test, read_rows(expected));
        const auto sizes = read_values("split.json");
        for (const auto& [name, text] :
             std::vector<std::pair<std::string, const char*>>{{"stratified ratio=0.75 by=user", "stratified:0.75"},
                                                              {"stratified ratio=0.75 by=item", "stratified:0.75:item"},
                                                              {"stratified ratio=0.8 by=item", "stratified:0.8:item"},
                                                              {"stratified ratio=0.7 by=user", "stratified:0.7"},
                                                              {"chrono ratio=0.8 by=user", "chrono:0.8"},
                                                              {"chrono ratio=0.7 by=item", "chrono:0.7:item"},
                                                              {"random ratio=0.8", "random:0.8"}}) {
            const auto mine = make_split(*data, recipe(text));
            QCOMPARE(mine->train.size(), sizes.at(name).at("rows").at(0).get<std::size_t>());
            QCOMPARE(mine->test.size(), sizes.at(name).at("rows").at(1).get<std::size_t>());
        }
    }

    void wrong_recipes_say_what_to_write_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("nothing") << ""
                                 << "write random:RATIO";
        QTest::newRow("kind") << "halves:5"
                              << "write random:RATIO";
        QTest::newRow("ratio") << "chrono:1"
                               << "between 0 and 1";
        QTest::newRow("zero") << "chrono:0"
                              << "between 0 and 1";
        QTest::newRow("text") << "chrono:most"
                              << "write random:RATIO";
        QTest::newRow("nan") << "chrono:nan"
                             << "between 0 and 1";
        QTest::newRow("group") << "random:0.5:item"
                               << "write random:RATIO";
        QTest::newRow("file") << "rows:/nowhere/rows.txt"
                              << "cannot be opened";
    }
    void wrong_recipes_say_what_to_write() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto parsed = SplitRecipe::parse(text.toStdString(), 1);
        QVERIFY(!parsed);
        const auto message = QString::fromStdString(parsed.error().text());
        QVERIFY2(message.contains(expected), qPrintable(message));
    }

    void row_lists_are_checked() {
        QTemporaryDir folder;
        const auto write = [&](const char* name, const QByteArray& content) {
            QFile file(folder.filePath(QString::fromUtf8(name)));
            QVERIFY(file.open(QFile::WriteOnly));
            file.write(content);
        };
        const auto message = [&](const char* name) {
            const auto parsed = SplitRecipe::parse("rows:" + folder.filePath(QString::fromUtf8(name)).toStdString(), 1);
            return parsed ? QString() : QString::fromStdString(parsed.error().text());
        };
        write("word", "1\n2\nthree\n");
        QVERIFY(message("word").contains(QStringLiteral("word:3:1")));
        write("twice", "1\n1\n");
        QVERIFY(message("twice").contains(QStringLiteral("row 1 is listed twice")));
        write("empty", "");
        QVERIFY(message("empty").contains(QStringLiteral("empty")));
        write("negative", "-1\n");
        QVERIFY(message("negative").contains(QStringLiteral("negative:1:1")));
        write("far", "0\n99999\n");
        const auto far = SplitRecipe::parse("rows:" + folder.filePath(QStringLiteral("far")).toStdString(), 1);
        const auto split = make_split(*tastes(), *far);
        QVERIFY(!split);
        QVERIFY(split.error().text().find("99999") != std::string::npos);
        write("good", "3\r\n0\n");
        const auto good = SplitRecipe::parse("rows:" + folder.filePath(QStringLiteral("good")).toStdString(), 1);
        QCOMPARE(good->test_rows, (std::vector<RowIx>{0, 3}));
    }

    void a_split_without_tests_or_times_is_refused() {
        const auto lonely = *make_data({{"u", "a", 1, 0}, {"v", "b", 1, 0}});
        const auto none = make_split(*lonely, recipe("chrono:0.75"));
        QVERIFY(!none);
        QCOMPARE(none.error().kind, ErrorKind::bad_data);
        const auto timeless = *make_data({{"u", "a", 1}, {"u", "b", 1}, {"u", "c", 1}}, {true, false});
        const auto chrono = make_split(*timeless, recipe("chrono:0.5"));
        QVERIFY(!chrono);
        QVERIFY(chrono.error().text().find("no times") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestSplit)
#include "tst_split.moc"
