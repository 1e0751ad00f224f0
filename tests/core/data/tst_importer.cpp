#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>

#include "core/base/rng.h"
#include "core/data/importer.h"
#include "core/data/utf8.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

Result<DatasetPtr> import_file(const QString& path, ImportOptions options = {}, int threads = 2) {
    options.files = {path.toStdString()};
    const Parallel parallel(threads);
    Progress progress;
    return import_dataset(options, parallel, progress);
}

QByteArray gzip(const QByteArray& plain) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(plain.size() + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

} // namespace

class TestImporter : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    QString write(const QByteArray& content, const QString& name = QStringLiteral("in.csv")) {
        const auto path = folder_.filePath(name);
        QFile file(path);
        if (file.open(QFile::WriteOnly))
            file.write(content);
        return path;
    }

  private Q_SLOTS:
    void good_files_open_by_guess_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("rows");
        QTest::addColumn<QString>("first_item");
        QTest::newRow("comma") << QByteArray("user,item,rating,timestamp\nu,a,3,10\nu,b,4,20\n") << 2 << "a";
        QTest::newRow("no last newline") << QByteArray("user,item\nu,a\nu,b") << 2 << "a";
        QTest::newRow("CRLF") << QByteArray("user,item\r\nu,a\r\nu,b\r\n") << 2 << "a";
        QTest::newRow("byte-order mark") << QByteArray("\xEF\xBB\xBFuser,item\nu,a\n") << 1 << "a";
        QTest::newRow("tab") << QByteArray("user_id\titem_id\tscore\nu\ta\t1.5\n") << 1 << "a";
        QTest::newRow("semicolon") << QByteArray("User ID;Item ID\nu;a,b\n") << 1 << "a,b";
        QTest::newRow("blanks") << QByteArray("user item rating\nu a 3\n") << 1 << "a";
        QTest::newRow("two colons") << QByteArray("1::1193::5::978300760\n1::661::3::978302109\n") << 2 << "1193";
        QTest::newRow("decimal comma") << QByteArray("user;item;rating\nu;a;3,5\nv;b;4\n") << 2 << "a";
        QTest::newRow("Latin-1") << QByteArray("user,item\nJ\xFCrgen,caf\xE9\n") << 1 << "café";
        QTest::newRow("no header, words") << QByteArray("u\ta\t3\nv\tb\t4\n") << 2 << "a";
        QTest::newRow("pipe") << QByteArray("user|item\nu|a\n") << 1 << "a";
        QTest::newRow("quotes") << QByteArray("user,item\nu,\"a, \"\"b\"\"\nc\"\n") << 1 << "a, \"b\"\nc";
        QTest::newRow("blank lines") << QByteArray("user,item\n\nu,a\n\n\nu,b\n\n") << 2 << "a";
        QTest::newRow("other order") << QByteArray("date,movieId,x,userId\n2024-02-29T10:00:00+02:00,a,9,u\n") << 1
                                     << "a";
        QTest::newRow("RecBole") << QByteArray(
                                        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t2\t3\t4\n")
                                 << 1 << "2";
        QTest::newRow("MovieLens u.data")
            << QByteArray("196\t242\t3\t881250949\n186\t302\t3\t891717742\n") << 2 << "242";
        QTest::newRow("gzip") << gzip("user,item\nu,a\nu,b\n") << 2 << "a";
        QTest::newRow("two gzip members") << gzip("user,item\nu,a\n") + gzip("u,b\n") << 2 << "a";
        QTest::newRow("events") << QByteArray("user,item,event,rating\nu,a,view,\nu,a,rating,5\n") << 2 << "a";
        QTest::newRow("text ids") << QByteArray("user,item\nJürgen,Москва\n") << 1 << "Москва";
    }
    void good_files_open_by_guess() {
        QFETCH(QByteArray, content);
        QFETCH(int, rows);
        QFETCH(QString, first_item);
        const auto data = import_file(write(content));
        QVERIFY2(data.has_value(), data ? "" : data.error().text().c_str());
        QCOMPARE(static_cast<int>((*data)->interactions().size()), rows);
        const auto item = (*data)->items().id((*data)->interactions().item[0]);
        QCOMPARE(QString::fromUtf8(item.data(), static_cast<qsizetype>(item.size())), first_item);
    }

    void bad_files_say_where_and_what_to_do_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("what");
        const auto row = [](const char* name, const QByteArray& content, const char* place, const char* what) {
            QTest::newRow(name) << content << place << what;
        };
        row("empty", "", "in.csv", "the file is empty");
        row("header only", "user,item\n", "in.csv", "no row");
        row("one column", "user\nu\n", "in.csv:1:1", "only one column");
        row("no user", "person_name,item\nu,a\n", "in.csv:1:1", "looks like the user");
        row("too few", "user,item,rating\nu,a,3\nu,b\n", "in.csv:3:2", "this row has 2 columns, the header 3");
        row("too many", "user,item\nu,a\nu,b,c\n", "in.csv:3:3", "this row has 3 columns, the header 2");
        row("word as rating", "user,item,rating\nu,a,3\nu,b,good\n", "in.csv:3:3", "'good' is no number");
        row("NaN", "user,item,rating\nu,a,nan\n", "in.csv:2:3", "'nan' is no number");
        row("infinite", "user,item,rating\nu,a,inf\n", "in.csv:2:3", "'inf' is no number");
        row("too large", "user,item,rating\nu,a,1e999\n", "in.csv:2:3", "is no number");
        row("missing rating", "user,item,rating\nu,a,\n", "in.csv:2:3", "the rating is missing");
        row("far future", "user,item,timestamp\nu,a,99999999999999999\n", "in.csv:2:3", "is out of range");
        row("year 300000", "user,item,timestamp\nu,a,300000-01-01\n", "in.csv:2:3", "cannot be read");
        row("no date", "user,item,timestamp\nu,a,2023-02-29\n", "in.csv:2:3", "cannot be read");
        row("empty user", "user,item\n,a\n", "in.csv:2:1", "the user is empty");
        row("empty item", "user,item\nu,a\nu,\n", "in.csv:3:2", "the item is empty");
        row("open quote", "user,item\nu,\"a\nu,b\n", "in.csv:2:2", "never closed");
        row("text after quote", "user,item\nu,\"a\"b\n", "in.csv:2:2", "after a closing quote");
        row("bytes that are no UTF-8, after the first 256 KiB",
            "user,item\n" + QByteArray("u,a\n").repeated(70'000) + "J\xFCrgen,a\n", "in.csv:70002:1", "not UTF-8");
        row("NUL", QByteArray("user,item\nu,a\0b\n", 15), "in.csv:2:1", "NUL");
        row("long id", "user,item\nu," + QByteArray((1 << 20) + 1, 'x') + "\n", "in.csv:2:2", "longer than 1 MiB");
        row("cut gzip", gzip("user,item\nu,a\nu,b\n").chopped(9), "in.csv", "cut short or damaged");
        auto damaged = gzip(QByteArray("user,item\n") + QByteArray("u,a\n").repeated(500));
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
        row("damaged gzip", damaged, "in.csv", "cut short or damaged");
    }
    void bad_files_say_where_and_what_to_do() {
        QFETCH(QByteArray, content);
        QFETCH(QString, place);
        QFETCH(QString, what);
        const auto data = import_file(write(content));
        QVERIFY(!data);
        QCOMPARE(data.error().kind, ErrorKind::bad_data);
        const auto message = QString::fromStdString(data.error().text());
        QVERIFY2(message.contains(place), qPrintable(message));
        QVERIFY2(message.contains(what), qPrintable(message));
        QVERIFY2(!data.error().remedy.empty(), qPrintable(message));
    }

    void missing_files_and_folders_are_refused() {
        QVERIFY(import_file(folder_.filePath(QStringLiteral("none.csv"))).error().text().find("cannot be opened") !=
                std::string::npos);
        QVERIFY(import_file(folder_.path()).error().text().find("not clear which file") != std::string::npos);
    }

    void columns_can_be_named() {
        const auto path = write("who,what,how\nu,a,3\n");
        QVERIFY(!import_file(path));
        ImportOptions options;
        options.user = "who";
        options.item = "what";
        options.value = "how";
        const auto data = import_file(path, options);
        QVERIFY(data.has_value());
        QCOMPARE((*data)->interactions().value, std::vector<float>{3});
        options.value = "where";
        QVERIFY(import_file(path, options).error().text().find("no column 'where'") != std::string::npos);
        options.value = "what";
        QVERIFY(import_file(path, options).error().text().find("two roles") != std::string::npos);
    }

    void times_are_read_in_every_form() {
        const auto data =
            import_file(write("user,item,timestamp\nu,a,881250949\nu,b,881250949000\nu,c,881250949.0\n"
                              "u,d,1997-12-04\nu,e,1997-12-04 15:55:49\nu,f,1997-12-04T16:55:49+01:00\n"));
        QVERIFY2(data.has_value(), data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().time,
                 (std::vector<std::int64_t>{881250949, 881250949, 881250949, 881193600, 881250949, 881250949}));
    }

    void ids_are_in_natural_order_whatever_the_rows() {
        const auto data = import_file(write("user,item\nu,10\nu,b\nu,9\nu,a\nu,007\n"));
        std::vector<std::string> ids;
        for (std::uint32_t i = 0; i < (*data)->items().size(); ++i)
            ids.emplace_back((*data)->items().id(i));
        QCOMPARE(ids, (std::vector<std::string>{"9", "10", "007", "a", "b"}));
        QCOMPARE(*(*data)->items().find("007"), 2U);
        QVERIFY(!(*data)->items().find("7"));
    }

    /// Several pieces, quotes with line ends inside, and any number of threads: the same content.
    void large_files_read_alike_on_any_number_of_threads() {
        QByteArray content = "user,item,rating\n";
        for (int i = 0; i < 500'000; ++i)
            content += QByteArray::number(i % 7919) + (i % 1000 == 0 ? ",\"a\n" : ",") + QByteArray::number(i % 613) +
                       (i % 1000 == 0 ? "\"," : ",") + QByteArray::number(i % 5 + 1) + '\n';
        QVERIFY(content.size() > (5 << 20));
        const auto path = write(content);
        const auto one = import_file(path, {}, 1);
        const auto three = import_file(path, {}, 3);
        QVERIFY2(one.has_value(), one ? "" : one.error().text().c_str());
        QCOMPARE((*one)->interactions().size(), std::size_t{500'000});
        QCOMPARE((*three)->fingerprint(), (*one)->fingerprint());
        // A fault far down is told by its own line.
        const auto bad = import_file(write(content + "1,2,x\n"));
        QVERIFY2(bad.error().where.find(":500502:3") != std::string::npos, bad.error().text().c_str());
    }

    void cancelling_leaves_nothing() {
        ImportOptions options;
        options.files = {write("user,item\nu,a\n").toStdString()};
        const Parallel parallel(1);
        Progress progress;
        progress.cancel();
        const auto data = import_dataset(options, parallel, progress);
        QVERIFY(!data);
        QCOMPARE(data.error().kind, ErrorKind::cancelled);
    }

    void previews_show_columns_rows_and_problems() {
        ImportOptions options;
        options.files = {write("userId,movieId,rating,timestamp\n1,2,3,4\n1,3,x,5\n1,4,5,6\n").toStdString()};
        const auto preview = preview_import(options);
        QVERIFY(preview.has_value());
        QCOMPARE(preview->separator, std::string(","));
        QCOMPARE(preview->user, std::string("userId"));
        QCOMPARE(preview->item, std::string("movieId"));
        QCOMPARE(preview->time, std::string("timestamp"));
        QCOMPARE(preview->rows.size(), std::size_t{3});
        QCOMPARE(preview->problems.size(), std::size_t{1});
        QVERIFY(preview->problems[0].place.find("in.csv:3:3") != std::string::npos);
    }

    void real_data_has_its_published_counts() {
        REQUIRE_FILE(ml100k_file());
        const auto films = load_ml100k();
        QVERIFY2(films.has_value(), films ? "" : films.error().text().c_str());
        const auto& s = (*films)->summary();
        QCOMPARE(s.interactions, std::uint64_t{100'000});
        QCOMPARE(s.users, 943U);
        QCOMPARE(s.items, 1682U);
        QCOMPARE(std::string((*films)->title(*(*films)->items().find("50"))).substr(0, 9), std::string("Star Wars"));
        QCOMPARE((*films)->user_features().size(), std::size_t{4});
        QCOMPARE((*films)->graph().triples.size(), std::size_t{91'631});
        const auto latest = test_data_folder() / "ml-latest-small" / "ratings.csv.gz";
        REQUIRE_FILE(latest);
        const auto small = import_file(QString::fromStdString(latest.string()));
        QVERIFY2(small.has_value(), small ? "" : small.error().text().c_str());
        QCOMPARE((*small)->summary().interactions, std::uint64_t{100'836});
        QCOMPARE((*small)->summary().users, 610U);
        QCOMPARE((*small)->summary().items, 9'724U);
        QCOMPARE(std::string((*small)->title(*(*small)->items().find("1"))), std::string("Toy Story (1995)"));
    }

    void invalid_utf8_is_found_at_its_byte() {
        QCOMPARE(find_invalid_utf8("plain ascii, long enough for words"), std::string_view::npos);
        QCOMPARE(find_invalid_utf8("äöü€𝄞"), std::string_view::npos);
        QCOMPARE(find_invalid_utf8("12345678\xC0\xAF"), std::size_t{8});
        QCOMPARE(find_invalid_utf8("ab\xE2\x82"), std::size_t{2});
        QCOMPARE(find_invalid_utf8("\xF5\x80\x80\x80"), std::size_t{0});
    }

    /// Deterministic damage to good files: never a crash, always data or an error that says what to do.
    void damaged_files_end_in_data_or_an_error() {
        const QByteArray seeds[] = {"user,item,rating,timestamp\nu,\"a,\"\"b\",3,10\nv,b,4.5,2024-01-01T00:00:00Z\n",
                                    "user_id:token\titem_id:token\trating:float\n1\t2\t3\n", "1\t2\t3\t4\n5\t6\t7\t8\n",
                                    gzip("user,item\nu,a\nv,b\n")};
        Rng rng(5);
        int good = 0;
        for (int round = 0; round < 4000; ++round) {
            QByteArray content = seeds[rng.below(4)];
            const auto changes = 1 + rng.below(4);
            for (std::uint32_t c = 0; c < changes && !content.isEmpty(); ++c) {
                const auto at = static_cast<qsizetype>(rng.below(static_cast<std::uint32_t>(content.size())));
                switch (rng.below(4)) {
                case 0:
                    content[at] = static_cast<char>(rng.below(256));
                    break;
                case 1:
                    content.remove(at, 1 + static_cast<qsizetype>(rng.below(6)));
                    break;
                case 2:
                    content.insert(at, QByteArray("\",\n\t;:\r").mid(static_cast<qsizetype>(rng.below(7)), 1));
                    break;
                default:
                    content.truncate(at);
                }
            }
            const auto data = import_file(write(content), {}, 1);
            if (data) {
                QVERIFY((*data)->interactions().size() > 0);
                ++good;
            } else {
                QVERIFY2(!data.error().what.empty() && !data.error().where.empty() && !data.error().remedy.empty(),
                         data.error().text().c_str());
            }
        }
        QVERIFY(good > 100);
    }
};

QTEST_APPLESS_MAIN(TestImporter)
#include "tst_importer.moc"
