#include <ctime>

#include "core/data/import_files.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

const QByteArray criteo_counts = "5\t\t-1\t0\t1382\t4\t15\t2\t181\t1\t2\t\t2";
QByteArray criteo_row(const QByteArray& label, int hashes = 26) {
    QByteArray row = label + "\t" + criteo_counts;
    for (int h = 0; h < hashes; ++h)
        row += h == 3 ? QByteArray("\t") : "\t68fd1e" + QByteArray::number(10 + h);
    return row + "\n";
}

const QByteArray mind_row = "1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782\tN55689-1 N35729-0\n";
const QByteArray dkn_row = "7\tbruce springsteen song\t1\t331:Bruce Springsteen;9:Song\n";

FileFormat format_of(const std::string& file) {
    const auto preview = preview_import(options_for(file));
    if (!preview)
        qWarning("%s", preview.error().text().c_str());
    return preview ? preview->format : FileFormat::guess;
}

/// Reads `content` as one stretch, and as stretches cut after every line; both as text.
std::pair<std::string, std::string> whole_and_cut(const QByteArray& content, FileFormat format,
                                                  const std::string& file) {
    const std::string text = content.toStdString();
    const Sniff sniff{{file, {}}, text};
    const auto reader = format_entry(format).open(sniff, options_for(file));
    if (!reader)
        qFatal("%s", reader.error().text().c_str());
    Piece whole((*reader)->shape());
    (*reader)->read(text, whole);
    std::string cut;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        Piece piece((*reader)->shape());
        (*reader)->read(rest.substr(0, end), piece);
        cut += text_of(piece);
        rest.remove_prefix(end);
    }
    return {text_of(whole), cut};
}

} // namespace

class TestReaders : public QObject {
    Q_OBJECT

    ImportFiles files_;

  private Q_SLOTS:
    void every_format_knows_its_own_and_no_other_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format"); ///< "columns": any format of columns
        const auto add = [](const char* title, const QByteArray& content, const char* name, const char* format) {
            QTest::newRow(title) << content << name << format;
        };
        add("json lines", "{\"user\":\"u\",\"item\":1}\n{\"user\":\"u\",\"item\":2}\n", "in.txt", "json_lines");
        add("json, blanks", "\n  {\"user\": \"u\", \"item\": 1}", "in.txt", "json_lines");
        add("libsvm", "1 5:1 7:0.5\n", "in.txt", "libsvm");
        add("libsvm, label alone", "+1\n-1 3:2e-1 # remark\n", "in.txt", "libsvm");
        add("libsvm, tabs", "1\t5:1\t7:0.5\n", "in.txt", "libsvm");
        add("ranking", "2 qid:7 1:0.5\n", "in.txt", "libsvm");
        add("libffm", "1 0:5:1 1:7:0.5\n0 0:2:1\n", "in.txt", "libffm");
        add("criteo", criteo_row("0") + criteo_row("1", 23), "in.txt", "criteo");
        add("mind", mind_row, "in.txt", "mind");
        add("mind, no history", "1\tU1\t11/11/2019 9:05:58 PM\t\tN1-1\n", "in.txt", "mind");
        add("dkn", dkn_row, "in.txt", "dkn");
        add("adjacency", "1 5 7 9\n", "in.txt", "adjacency");
        add("adjacency, many", "0 5 7 9\n1 3\n2\n3 4 5 6 7\n", "in.txt", "adjacency");
        add("libsvm with a bad row", QByteArray("1 5:1\n").repeated(20) + "1 5:x\n", "in.txt", "libsvm");
        add("CSV", "user,item,rating\nu,a,3\nu,b,4\n", "in.csv", "columns");
        add("CSV with times", "user,item,time\n1,2,12:30\n", "in.csv", "columns");
        add("TSV", "user\titem\trating\nu\ta\t3\n", "in.tsv", "columns");
        add("TSV of four with 0 and 1", "u\ta\t1\t881250949\nu\tb\t0\t881250950\n", "in.tsv", "columns");
        add("triples with blanks", "1 5 3\n1 6 4\n2 5 1\n", "in.txt", "columns");
        add("pairs with blanks", "1 5\n2 6\n", "in.txt", "columns");
        add("quadruples with blanks", "1 5 3 100\n2 6 4 100\n", "in.txt", "columns");
        add("u.data", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n", "u.data", "columns");
        add("inter", "user_id:token\titem_id:token\trating:float\n1\t2\t3\n", "x.inter", "columns");
        add("ratings.dat", "1::1193::5::978300760\n1::661::3::978302109\n", "ratings.dat", "columns");
    }
    void every_format_knows_its_own_and_no_other() {
        QFETCH(QByteArray, content);
        QFETCH(QString, name);
        QFETCH(QString, format);
        const auto file = files_.write(content, name);
        auto found = QString::fromUtf8(to_text(format_of(file)).data());
        QFile::remove(QString::fromStdString(file));
        if (found == "recbole" || found == "movielens" || found == "delimited")
            found = "columns";
        QCOMPARE(found, format);
    }

    void stretches_and_line_ends_make_no_difference_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("format");
        QTest::newRow("json_lines") << QByteArray("{\"user\":\"u\\u00e9\",\"item\":1,\"rating\":2}\n\n"
                                                  "{\"user\":\"v\",\"item\":2,\"rating\":null}\n{\"item\":2}\n")
                                    << "json_lines";
        QTest::newRow("libsvm") << QByteArray("1 5:1 7:0.5 # x\n# only a remark\n0 9:3\nx 1:1\n") << "libsvm";
        QTest::newRow("libffm") << QByteArray("1 0:5:1 1:7:0.5\n0 0:9:3\n0 0:9\n") << "libffm";
        QTest::newRow("criteo") << criteo_row("1") + criteo_row("0", 2) + criteo_row("x") << "criteo";
        QTest::newRow("dkn") << dkn_row + "8\tother title\t0\t\n" + "8\tother title\t2\t\n"
                             << "dkn";
        QTest::newRow("adjacency") << QByteArray("0 5 7 9\n1\n2 5 6 \n") << "adjacency";
    }
    void stretches_and_line_ends_make_no_difference() {
        QFETCH(QByteArray, content);
        QFETCH(QString, format);
        const auto id = *file_format_from(format.toStdString());
        const auto file = files_.write(content);
        const auto [whole, cut] = whole_and_cut(content, id, file);
        QVERIFY(!whole.empty());
        QCOMPARE(cut, whole);
        auto windows = content;
        windows.replace("\n", "\r\n");
        QCOMPARE(whole_and_cut(windows, id, file).first, whole);
        QVERIFY(content.endsWith('\n'));
        QCOMPARE(whole_and_cut(content.chopped(1), id, file).first, whole);
    }

    void json_values_are_found_by_path() {
        const auto file = files_.write(
            "{\"user\":{\"id\":\"ann\"},\"items\":[{\"id\":7}],\"stars\":4.5,\"when\":\"2024-02-29T10:00:00+02:00\","
            "\"device\":{\"kind\":\"phone\"},\"age\":31,\"tags\":[\"a\",\"b\"],\"new\":true}\n"
            "{\"items\":[{\"id\":8},{\"id\":9}],\"user\":{\"id\":12345678901234567890},\"stars\":\"3\","
            "\"when\":\"2024-03-01\",\"tags\":[],\"age\":null}\n");
        auto options = options_for(file);
        options.item = "items.0.id";
        options.context = {"*"};
        const auto preview = preview_import(options);
        QVERIFY2(preview, preview ? "" : preview.error().text().c_str());
        QCOMPARE(preview->user, std::string("user.id"));
        QCOMPARE(preview->value, std::string("stars"));
        QCOMPARE(preview->time, std::string("when"));
        QCOMPARE(preview->columns.front(), std::string("user.id"));
        QCOMPARE(preview->rows.size(), std::size_t{2});
        QCOMPARE(preview->rows[0][0], std::string("ann"));
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& rows = (*data)->interactions();
        QCOMPARE(rows.size(), std::size_t{2});
        QCOMPARE((*data)->items().id(rows.item[0]), std::string_view("7"));
        QCOMPARE((*data)->items().id(rows.item[1]), std::string_view("8"));
        QCOMPARE((*data)->users().id(rows.user[1]), std::string_view("12345678901234567890"));
        QCOMPARE(rows.value, (std::vector<float>{4.5F, 3}));
        QCOMPARE(rows.time[0], std::int64_t{1709193600}); // date -ud 2024-02-29T08:00:00 +%s
        QCOMPARE(context_text(**data, "device.kind", 0), std::string("phone"));
        QCOMPARE(context_text(**data, "age", 0), std::string("31"));
        QCOMPARE(context_text(**data, "age", 1), std::string("nan"));
        QCOMPARE(context_text(**data, "tags", 0), std::string("a b"));
        QCOMPARE(context_text(**data, "tags", 1), std::string());
        QCOMPARE(context_text(**data, "new", 0), std::string("true"));
    }

    void json_nests_without_end_and_still_takes_bounded_memory() {
        const auto deep = QByteArray("{\"user\":1,\"item\":2,\"x\":") + QByteArray("{\"a\":").repeated(20'000) + "1" +
                          QByteArray("}").repeated(20'000) + "}\n";
        const auto data = import_files(options_for(files_.write(deep)));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{1});
    }

    void bad_rows_are_named_by_place_and_remedy_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("place"); ///< after the file's name
        QTest::addColumn<QString>("what");
        const auto add = [](const char* title, const QByteArray& content, const char* format, const char* place,
                            const char* what) { QTest::newRow(title) << content << format << place << what; };
        add("json cut", "{\"user\":1,\"item\":2}\n{\"user\":1,\"item\":", "json_lines", ":2:2", "at byte");
        add("json number", "{\"user\":1,\"item\":2}\n{\"user\":1e999,\"item\":1}\n", "json_lines", ":2:1", "too large");
        add("json user", "{\"user\":1,\"item\":2}\n{\"item\":1}\n", "json_lines", ":2:1", "the user is empty");
        add("json rating", "{\"user\":1,\"item\":2,\"rating\":1}\n{\"user\":1,\"item\":2,\"rating\":\"good\"}\n",
            "json_lines", ":2:3", "'good' is no number");
        add("json array", "[{\"user\":1,\"item\":2},\n{\"user\":1,\"item\":3}]\n", "json_lines", ":1:1",
            "no JSON object");
        add("json without a user", "{\"a\":1,\"b\":2}\n", "json_lines", ":1:1", "no path looks like the user");
        add("libsvm label", "1 1:1\nspam 1:1\n", "libsvm", ":2:1", "the label 'spam' is no number");
        add("libsvm value", "1 1:1\n1 2:1 3:x\n", "libsvm", ":2:3", "'x' of feature 3");
        add("libsvm index", "1 1:1\n1 -2:1\n", "libsvm", ":2:2", "'-2' is no index");
        add("libsvm huge", "1 1:1\n1 1:1e999\n", "libsvm", ":2:2", "'1e999'");
        add("libsvm late qid", QByteArray("1 1:1\n").repeated(60'000) + "1 qid:3 1:1\n", "libsvm", ":60001:2", "qid");
        add("libffm value", "1 0:1:1\n1 0:1:\n", "libffm", ":2:2", "is no number");
        add("libffm two parts", "1 0:1:1\n1 0:1:1 1:2\n", "libffm", ":2:3", "is no number");
        add("criteo label", criteo_row("1") + criteo_row("2"), "criteo", ":2:1", "neither 0 nor 1");
        add("criteo count", criteo_row("1") + QByteArray(criteo_row("0")).replace("1382", "13.5"), "criteo", ":2:6",
            "I5 '13.5'");
        add("criteo long", criteo_row("1") + criteo_row("0", 27), "criteo", ":2:41", "41 cells");
        add("criteo short", criteo_row("1") + "1\t2\n", "criteo", ":2:2", "2 cells");
        add("criteo test file", criteo_row("1").mid(2) + criteo_row("1").mid(2), "criteo", ":1:1", "no label");
        add("adjacency, long id", "1 2 3 4\n2 3 " + QByteArray(2 << 20, '7') + "\n", "adjacency", ":2:3",
            "longer than 1 MiB");
    }
    void bad_rows_are_named_by_place_and_remedy() {
        QFETCH(QByteArray, content);
        QFETCH(QString, format);
        QFETCH(QString, place);
        QFETCH(QString, what);
        const auto file = files_.write(content);
        auto options = options_for(file);
        options.format = *file_format_from(format.toStdString());
        const auto data = import_files(options);
        QVERIFY(!data);
        const auto& error = data.error();
        QCOMPARE(QString::fromStdString(error.where), QString::fromStdString(file) + place);
        QVERIFY2(QString::fromStdString(error.what).contains(what), error.text().c_str());
        QVERIFY(!error.remedy.empty());
    }

    void bad_rows_can_be_left_out_and_leave_no_context_behind() {
        auto options = options_for(files_.write("1 1:1\n1 2:1 3:x\n0 4:2\n"));
        options.format = FileFormat::libsvm;
        options.bad_rows = BadRows::skip;
        ImportReport report;
        const auto data = import_files(options, &report);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().value, (std::vector<float>{1, 0}));
        QCOMPARE(context_text(**data, "features", 0), std::string("1:1"));
        QCOMPARE(context_text(**data, "features", 1), std::string("4:2"));
        QCOMPARE(report.bad_rows, std::uint64_t{1});
        QVERIFY(report.bad.front().place.ends_with(":2:3"));
    }

    void sparse_rows_keep_their_features_in_any_order() {
        const auto data = import_files(options_for(files_.write("-1 qid:4 007:1.5 3:-2e1\n+1 qid:5 3:1\n")));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QVERIFY(!(*data)->has_pairs());
        QCOMPARE((*data)->interactions().value, (std::vector<float>{-1, 1}));
        QCOMPARE(context_text(**data, "features", 0), std::string("7:1.5 3:-20"));
        QCOMPARE(context_text(**data, "qid", 1), std::string("5"));
    }

    void fields_of_libffm_become_columns() {
        const auto data = import_files(options_for(files_.write("1 0:5:1 10:7:0.5 0:6:2\n0 2:1:1\n")));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->context().size(), std::size_t{3});
        QCOMPARE((*data)->context()[1].name, std::string("field 2"));
        QCOMPARE(context_text(**data, "field 0", 0), std::string("5:1 6:2"));
        QCOMPARE(context_text(**data, "field 10", 0), std::string("7:0.5"));
        QCOMPARE(context_text(**data, "field 2", 1), std::string("1"));
    }

    void a_field_that_comes_late_is_kept() {
        auto text = QByteArray("1 0:5:1 1:7:0.5\n").repeated(60'000);
        const auto data = import_files(options_for(files_.write(text + "0 0:5:1 77:3:0.25\n")));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{60'001});
        QCOMPARE(context_text(**data, "other fields", 60'000), std::string("77:3:0.25"));
        QCOMPARE(context_text(**data, "other fields", 0), std::string());
    }

    void train_and_test_files_of_libffm_come_to_the_same_columns() {
        auto options = options_for(files_.write("1 0:5:1\n", "train.ffm"));
        options.test_files = {files_.write("0 3:5:1\n", "test.ffm")};
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->parts().fixed_test, std::vector<RowIx>{1});
        QCOMPARE(context_text(**data, "field 3", 1), std::string("5"));
    }

    void adjacency_lists_become_pairs_and_a_lonely_user_none() {
        const auto data = import_files(options_for(files_.write("0 5 7 9\n1\n2 5 \n")));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{4});
        QVERIFY(!(*data)->users().find("1"));
        QCOMPARE((*data)->users().id((*data)->interactions().user[3]), std::string_view("2"));
        QCOMPARE((*data)->items().id((*data)->interactions().item[3]), std::string_view("5"));
    }

    void the_criteo_sample_has_all_its_rows() {
        const auto file = test_data_folder() / "criteo-sample" / "train.txt";
        REQUIRE_FILE(file);
        const auto data = import_files(options_for(file.string()));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        // 999 line ends, and a last row without one.
        QCOMPARE((*data)->interactions().size(), std::size_t{1000});
        QCOMPARE((*data)->context().size(), std::size_t{39});
        QCOMPARE((*data)->summary().mean_value, 0.205); // cut -f1 | sort | uniq -c
        QCOMPARE(context_text(**data, "I5", 0), std::string("1382"));
        QCOMPARE(context_text(**data, "I12", 0), std::string("nan"));
        QCOMPARE(context_text(**data, "C1", 0), std::string("68fd1e64"));
        QCOMPARE(context_text(**data, "C26", 0), std::string("9727dd16"));
    }

    void the_lastfm_files_are_a_fixed_split() {
        const auto folder = test_data_folder() / "lastfm";
        REQUIRE_FILE(folder / "train.tsv");
        auto options = options_for((folder / "train.tsv").string());
        options.test_files = {folder / "test.tsv"};
        options.social = folder / "trust.tsv";
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{42'135 + 10'533});
        QCOMPARE((*data)->parts().fixed_test.size(), std::size_t{10'533});
        QCOMPARE((*data)->users().size(), 1880U); // cut -f1 | sort -u | wc -l
        QCOMPARE((*data)->items().size(), 4489U);
    }

    void json_lines_are_read_at_speed() {
        QByteArray text;
        for (int i = 0; i < 100'000; ++i)
            text += "{\"user\":{\"id\":\"user" + QByteArray::number(i % 5000) +
                    "\"},\"item\":{\"id\":" + QByteArray::number(i % 900) +
                    "},\"rating\":3.5,\"timestamp\":" + QByteArray::number(1'600'000'000 + i) + "}\n";
        const std::string content = text.toStdString();
        const Sniff sniff{{"x", {}}, std::string_view(content).substr(0, content.find('\n', 10'000) + 1)};
        ImportOptions options;
        options.item = "item.id";
        const auto reader = format_entry(FileFormat::json_lines).open(sniff, options);
        QVERIFY(reader);
        Piece piece((*reader)->shape());
        const auto start = std::clock(); // processor time: other programs do not count
        (*reader)->read(content, piece);
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        qInfo("%.0f thousand rows a second of processor time", 100.0 / seconds);
        QCOMPARE(piece.rows.size(), std::size_t{100'000});
        QVERIFY(piece.failed.empty());
    }
};

QTEST_APPLESS_MAIN(TestReaders)
#include "tst_readers.moc"
