// What people and programs make of files: whatever the format, a message with place and remedy, no half of a data set,
// and memory that follows the size of the file rather than what it claims.
#include <fstream>

#include "core/data/bad_files.h"
#include "core/split/split.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

constexpr std::size_t bomb_bytes = std::size_t{128} << 20;

/// A file of each format of text, with three rows or so, and where its second row's third field or so begins.
struct Good {
    const char* format;
    const char* name;
    QByteArray text;
};

QByteArray criteo_line() {
    return "1" + QByteArray("\t3").repeated(13) + QByteArray("\t68fd1e64").repeated(26) + "\n";
}

const std::vector<Good>& good_files() {
    static const std::vector<Good> files{
        {"delimited", "in.csv", "user,item,rating,timestamp\nu,a,3,881250949\nu,b,4,881250950\nv,a,5,881250951\n"},
        {"recbole", "in.inter", "user_id:token\titem_id:token\trating:float\nu\ta\t3\nu\tb\t4\nv\ta\t5\n"},
        {"movielens", "u.data", "1\t2\t3\t881250949\n1\t3\t4\t881250950\n2\t2\t5\t881250951\n"},
        {"json_lines", "in.jsonl",
         "{\"user\":\"u\",\"item\":\"a\"}\n{\"user\":\"u\",\"item\":\"b\"}\n{\"user\":\"v\",\"item\":\"a\"}\n"},
        {"libsvm", "in.svm", "1 1:1 2:0.5\n0 2:1\n1 3:1\n"},
        {"libffm", "in.ffm", "1 0:1:1 1:2:0.5\n0 1:2:1\n1 1:3:1\n"},
        {"criteo", "in.txt", criteo_line() + criteo_line() + criteo_line()},
        {"mind", "behaviors.tsv",
         QByteArray("1\tU1\t11/11/2019 9:05:58 AM\tN1 N2\tN3-1 N4-0\n").repeated(2) +
             "3\tU2\t11/11/2019 9:05:58 PM\tN1\tN4-1\n"},
        {"dkn", "in.txt", "7\tbruce song\t1\t331:Bruce;9:Song\n7\tother song\t0\t9:Song\n8\tbruce song\t1\t9:Song\n"},
        {"adjacency", "in.txt", "0 5 7 9\n1 5\n2 7 9\n"}};
    return files;
}

const Good& good_file(const QString& format) {
    return *std::find_if(good_files().begin(), good_files().end(),
                         [&](const Good& good) { return format == QLatin1String(good.format); });
}

} // namespace

class TestBadInput : public QObject {
    Q_OBJECT

    ImportFiles files_;

    static void formats() {
        QTest::addColumn<QString>("format");
        for (const auto& good : good_files())
            QTest::newRow(good.format) << QString::fromLatin1(good.format);
    }
    Result<DatasetPtr> import_as(const QString& format, const QByteArray& text, const QString& name) {
        auto options = options_for(files_.write(text, name));
        options.format = *file_format_from(format.toStdString());
        return import_files(options);
    }
    void refuses(const Result<DatasetPtr>& data, const QString& place, const QString& what) {
        QVERIFY(!data);
        const auto message = QString::fromStdString(data.error().text());
        QCOMPARE(data.error().kind, ErrorKind::bad_data);
        QVERIFY2(message.contains(place), qPrintable(message));
        QVERIFY2(message.contains(what), qPrintable(message));
        QVERIFY2(!data.error().remedy.empty(), qPrintable(message));
        QVERIFY2(message.size() < 600, "a message repeats its input");
    }

  private Q_SLOTS:
    void mixed_line_ends_and_a_mark_make_no_difference_data() { formats(); }
    void mixed_line_ends_and_a_mark_make_no_difference() {
        QFETCH(QString, format);
        const auto& good = good_file(format);
        const auto plain = import_as(format, good.text, QLatin1String(good.name));
        QVERIFY2(plain, plain ? "" : plain.error().text().c_str());
        auto mixed = good.text;
        for (qsizetype at = 0, n = 0; (at = mixed.indexOf('\n', at)) >= 0; ++at)
            if (n++ % 2 == 0)
                mixed.insert(at++, '\r');
        const auto same = import_as(format, "\xEF\xBB\xBF" + mixed, QLatin1String(good.name));
        QVERIFY2(same, same ? "" : same.error().text().c_str());
        QCOMPARE((*same)->fingerprint(), (*plain)->fingerprint());
    }

    void a_nul_byte_is_named_by_its_line_data() { formats(); }
    void a_nul_byte_is_named_by_its_line() {
        QFETCH(QString, format);
        const auto& good = good_file(format);
        auto text = good.text;
        const auto second = text.indexOf('\n') + 2;
        text[second] = '\0';
        const auto name = QLatin1String(good.name);
        refuses(import_as(format, text, name), QStringLiteral(":2:1"), QStringLiteral("NUL"));
    }

    void bytes_of_no_meaning_are_refused_data() { formats(); }
    void bytes_of_no_meaning_are_refused() {
        QFETCH(QString, format);
        QByteArray noise;
        for (int i = 0; i < 5000; ++i)
            noise += static_cast<char>((i * 7919 + i * i) % 256);
        const auto data = import_as(format, noise, QStringLiteral("noise/in"));
        QVERIFY(!data);
        QVERIFY2(!data.error().where.empty() && !data.error().remedy.empty(), data.error().text().c_str());
    }

    void every_fault_is_named_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("what");
        const auto row = [](const char* title, const char* format, const char* name, const QByteArray& text,
                            const char* place, const char* what) {
            QTest::newRow(title) << QString(format) << QString(name) << text << QString(place) << QString(what);
        };
        const QByteArray megabyte((1 << 20) + 1, 'x');
        const QByteArray impression = "1\tU1\t11/11/2019 9:05:58 AM\tN1\tN2-1\n";
        const QByteArray digits((1 << 20) + 1, '7');
        row("user twice", "delimited", "in.csv", "user,item,user\nu,a,v\n", "in.csv:1:1",
            "more than one column is named 'user'");
        row("rating twice", "delimited", "in.csv", "user,item,rating,rating\nu,a,3,4\n", "in.csv:1:1",
            "more than one column is named 'rating'");
        row("a hundred thousand columns of one name", "delimited", "in.csv", QByteArray("x,").repeated(100'000) + "x\n",
            "in.csv:1:1", "looks like the user");
        row("lines of old Macs", "delimited", "in.csv", "user,item\ru,a\rv,b\r", "in.csv:1:1", "carriage returns");
        row("open quote", "delimited", "in.csv", "user,item\nu,\"a\n" + QByteArray("u,b\n").repeated(500'000),
            "in.csv:2:2", "never closed");
        row("id, RecBole", "recbole", "in.inter", "user_id:token\titem_id:token\nu\ta\nu\t" + megabyte + "\n",
            "in.inter:3:2", "longer than 1 MiB");
        row("id, JSON", "json_lines", "in.jsonl",
            "{\"user\":\"u\",\"item\":\"a\"}\n{\"user\":\"u\",\"item\":\"" + megabyte + "\"}\n", "in.jsonl:2",
            "longer than 1 MiB");
        row("id, MIND", "mind", "behaviors.tsv", impression + "1\tU1\t11/11/2019 9:05:58 AM\tN1\t" + megabyte + "-1\n",
            "behaviors.tsv:2:5", "longer than 1 MiB");
        row("user, MIND", "mind", "behaviors.tsv",
            impression + "1\t" + megabyte + "\t11/11/2019 9:05:58 AM\tN1\tN2-1\n", "behaviors.tsv:2:2",
            "longer than 1 MiB");
        row("id, DKN", "dkn", "in.txt", "7\tsong\t1\t9:Song\n" + megabyte + "\tsong\t1\t9:Song\n", "in.txt:2:1",
            "longer than 1 MiB");
        row("index, libsvm", "libsvm", "in.svm", "1 1:1\n1 " + digits + ":1\n", "in.svm:2:2", "no index");
        row("index, libffm", "libffm", "in.ffm", "1 0:1:1\n1 0:" + digits + ":1\n", "in.ffm:2:2", "no index");
        row("value, libffm", "libffm", "in.ffm", "1 0:1:1\n1 0:1:1e999\n", "in.ffm:2:2", "1e999");
        row("label, libsvm", "libsvm", "in.svm", "1 1:1\n-1e999 1:1\n", "in.svm:2:1", "1e999");
        row("rating, RecBole", "recbole", "in.inter", "user_id:token\titem_id:token\trating:float\nu\ta\t1e999\n",
            "in.inter:2:3", "1e999");
        row("rating, MovieLens", "movielens", "u.data", "1\t2\t3\t4\n1\t3\t1e999\t5\n", "u.data:2:3", "1e999");
        row("count, Criteo", "criteo", "in.txt", criteo_line() + criteo_line().replace("\t3\t", "\t1e999\t"),
            "in.txt:2:", "1e999");
        row("NUL in JSON", "json_lines", "in.jsonl",
            "{\"user\":\"u\",\"item\":\"a\"}\n{\"user\":\"u\\u0000v\",\"item\":1}\n", "in.jsonl:2:1", "NUL");
        row("a million semicolons, DKN", "dkn", "in.txt",
            "7\tsong\t1\t9:Song\n7\tsong\t1\t" + QByteArray(1 << 20, ';') + "\n", "in.txt:2:4", "no entity");
        row("year 300000", "delimited", "in.csv", "user,item,timestamp\nu,a,300000-01-01T00:00:00Z\n", "in.csv:2:3",
            "cannot be read");
        row("year 300000, seconds", "delimited", "in.csv", "user,item,timestamp\nu,a,9404985600000000\n", "in.csv:2:3",
            "out of range");
        row("year 300000, RecBole", "recbole", "in.inter",
            "user_id:token\titem_id:token\ttimestamp:float\nu\ta\t9.4e15\n", "in.inter:2:3", "the time '9.4e15'");
        row("year 300000, MovieLens", "movielens", "u.data", "1\t2\t3\t4\n1\t3\t3\t9404985600000000\n", "u.data:2:4",
            "out of range");
        row("year 300000, JSON", "json_lines", "in.jsonl",
            "{\"user\":1,\"item\":2,\"time\":1}\n{\"user\":1,\"item\":2,\"time\":9404985600000000}\n",
            "in.jsonl:2:", "out of range");
        row("year 300000, MIND", "mind", "behaviors.tsv", "1\tU1\t11/11/300000 9:05:58 AM\tN1\tN2-1\n",
            "behaviors.tsv:1:3", "cannot be read");
    }
    void every_fault_is_named() {
        QFETCH(QString, format);
        QFETCH(QString, name);
        QFETCH(QByteArray, text);
        QFETCH(QString, place);
        QFETCH(QString, what);
        refuses(import_as(format, text, name), place, what);
    }

    void faults_in_tables_beside_the_rows_are_named_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("what");
        const auto row = [](const char* title, const QByteArray& text, const char* place, const char* what) {
            QTest::newRow(title) << text << QString(place) << QString(what);
        };
        row("number", "item_id:token\tprice:float\na\t1\nb\t1e999\n", "x.item:3:2", "1e999");
        row("NUL", QByteArray("item_id:token\tclass:token\na\tb\0c\n", 32), "x.item:2:1", "NUL");
        row("long id", "item_id:token\tclass:token\na\tb\n" + QByteArray((1 << 20) + 1, 'x') + "\tc\n", "x.item:3:1",
            "longer than 1 MiB");
        row("long title", "item_id:token\tclass:token\na\t" + QByteArray((1 << 20) + 1, 'x') + "\n", "x.item:2:2",
            "longer than 1 MiB");
        row("columns", "item_id:token\tclass:token\na\n", "x.item:2", "column");
    }
    void faults_in_tables_beside_the_rows_are_named() {
        QFETCH(QByteArray, text);
        QFETCH(QString, place);
        QFETCH(QString, what);
        files_.write(text, QStringLiteral("tables/x.item"));
        const auto data = import_as(QStringLiteral("recbole"), "user_id:token\titem_id:token\nu\ta\nu\tb\n",
                                    QStringLiteral("tables/x.inter"));
        refuses(data, place, what);
    }

    void news_that_are_no_text_are_named_data() {
        QTest::addColumn<QByteArray>("news");
        QTest::addColumn<QByteArray>("vectors");
        QTest::addColumn<QString>("place");
        const QByteArray good = "N1\tnews\tsub\tTitle\tText\t\t[]\t[]\n";
        QTest::newRow("bytes") << good + "N2\tnews\tsub\tTit\xFFle\tText\t\t[]\t[]\n"
                               << QByteArray("P1\t1\n") << "news.tsv:2:4";
        QTest::newRow("NUL") << good + QByteArray("N2\tne\0ws\tsub\tTitle\tText\t\t[]\t[]\n", 33)
                             << QByteArray("P1\t1\n") << "news.tsv:2:2";
        QTest::newRow("key") << good << QByteArray("P\xFF\t1\n") << "relation_embedding.vec:1:";
    }
    void news_that_are_no_text_are_named() {
        QFETCH(QByteArray, news);
        QFETCH(QByteArray, vectors);
        QFETCH(QString, place);
        files_.write(news, QStringLiteral("mind/news.tsv"));
        files_.write(vectors, QStringLiteral("mind/relation_embedding.vec"));
        const auto data = import_as(QStringLiteral("mind"), good_file(QStringLiteral("mind")).text,
                                    QStringLiteral("mind/behaviors.tsv"));
        refuses(data, place, QStringLiteral("UTF-8"));
    }

    /// A thousand million of anything in a few bytes takes a few megabytes, whatever comes of it.
    void claims_take_no_memory_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* title, const char* format, const char* name, const QByteArray& text) {
            QTest::newRow(title) << QString(format) << QString(name) << text;
        };
        row("libsvm", "libsvm", "in.svm", "1 1000000000:1 18446744073709551615:1\n");
        row("libffm", "libffm", "in.ffm", "1 1000000000:1000000000:1 4294967295:1:1\n");
        row("adjacency", "adjacency", "in.txt", "1000000000 4294967295 18446744073709551615 5\n");
        row("MIND", "mind", "behaviors.tsv", "1000000000\tU1000000000\t11/11/2019 9:05:58 AM\t\tN1000000000-1\n");
        row("MovieLens", "movielens", "u.data", "1000000000\t4294967295\t3\t881250949\n");
    }
    void claims_take_no_memory() {
        QFETCH(QString, format);
        QFETCH(QString, name);
        QFETCH(QByteArray, text);
        const PeakMemory memory;
        const auto data = import_as(format, text, name);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QVERIFY2(memory.grown() < memory_factor * (64 << 20), qPrintable(QString::number(memory.grown() >> 20)));
    }

    void bad_rows_by_the_million_take_bounded_memory() {
        auto options =
            options_for(files_.write("user,item,rating\n" + QByteArray("x\n").repeated(6'000'000), "in.csv"));
        options.format = FileFormat::delimited;
        const PeakMemory memory;
        refuses(import_files(options), QStringLiteral(":2:1"), QStringLiteral("column"));
        options.bad_rows = BadRows::skip;
        refuses(import_files(options), QStringLiteral(":10002:1"), QStringLiteral("more than 10000 rows"));
        QVERIFY2(memory.grown() < memory_factor * (256 << 20), qPrintable(QString::number(memory.grown() >> 20)));
    }

    void packed_bombs_are_stopped_data() {
        QTest::addColumn<QString>("filter");
        for (const char* filter : {"gzip", "bzip2", "xz", "zstd", "zip", "7zip"})
            QTest::newRow(filter) << QString(filter);
    }
    void packed_bombs_are_stopped() {
        QFETCH(QString, filter);
        const auto file = files_.path() + "/bomb";
        pack_bomb(file, filter.toStdString(), bomb_bytes);
        QVERIFY(std::filesystem::file_size(file) < bomb_bytes / 500);
        auto options = options_for(file);
        options.format = FileFormat::delimited;
        options.user = "column 1";
        options.item = "column 2";
        options.header = false;
        const PeakMemory memory;
        refuses(import_files(options), QStringLiteral("bomb"), QStringLiteral("inflates to far more"));
        QVERIFY2(memory.grown() < memory_factor * bomb_bytes, qPrintable(QString::number(memory.grown() >> 20)));
    }

    void members_that_climb_out_are_no_members() {
        const auto file = files_.path() + "/climb.zip";
        pack(file, "zip",
             {{"../../evil.csv", "user,item\nevil,a\n"},
              {"/tmp/evil.csv", "user,item\nevil,a\n"},
              {"a/../../evil.csv", "user,item\nevil,a\n"},
              {"..", "user,item\nevil,a\n"},
              {"good.csv", "user,item\ngood,a\n"}});
        const auto data = import_files(options_for(file));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->users().id(0), std::string_view("good"));
        for (const auto* member : {"../../evil.csv", "/tmp/evil.csv", "a/../../evil.csv", ".."})
            refuses(import_files(options_for(file + "#" + member)), QStringLiteral("climb.zip"),
                    QStringLiteral("there is no '%1'").arg(QLatin1String(member)));
        const auto only = files_.path() + "/only.zip";
        pack(only, "zip", {{"../evil.csv", "user,item\nevil,a\n"}});
        refuses(import_files(options_for(only)), QStringLiteral("only.zip"), QStringLiteral("no file in the archive"));
        QVERIFY(!std::filesystem::exists(std::filesystem::path(files_.path()).parent_path() / "evil.csv"));
    }

    void cut_archives_are_refused_data() {
        QTest::addColumn<QString>("filter");
        for (const char* filter : {"gzip", "bzip2", "xz", "zstd", "zip", "7zip", "tar"})
            QTest::newRow(filter) << QString(filter);
    }
    /// Wherever it is cut, never a part of the rows.
    void cut_archives_are_refused() {
        QFETCH(QString, filter);
        const auto file = files_.path() + "/cut";
        std::string rows = "user,item\n";
        for (int i = 0; i < 300; ++i)
            rows += std::to_string(i * 7919 % 1000) + "," + std::to_string(i * 104729 % 1000) + "\n";
        pack(file, filter.toStdString(), {{"in.csv", rows}});
        const auto whole = import_files(options_for(file));
        QVERIFY2(whole, whole ? "" : whole.error().text().c_str());
        QFile packed(QString::fromStdString(file));
        QVERIFY(packed.open(QFile::ReadOnly));
        const auto bytes = packed.readAll();
        for (qsizetype size = 20; size < bytes.size(); size += bytes.size() / 13) {
            const auto data = import_files(options_for(files_.write(bytes.left(size), QStringLiteral("cut2"))));
            if (data)
                QCOMPARE((*data)->fingerprint(), (*whole)->fingerprint());
            else
                QVERIFY2(!data.error().where.empty() && !data.error().remedy.empty(), data.error().text().c_str());
        }
    }

    void row_lists_that_are_none_are_refused() {
        const auto rows = [&](const QByteArray& text) {
            return read_row_list(files_.write(text, QStringLiteral("in.rows")));
        };
        for (const auto& text : {QByteArray("1\n99999999999\n"), QByteArray("1\n-2\n"), QByteArray("1\n2\0003\n", 6),
                                 QByteArray("1\n") + QByteArray(100, '7') + "\n"}) {
            const auto read = rows(text);
            QVERIFY2(!read, text.constData());
            QVERIFY2(read.error().where.ends_with(":2:1"), read.error().where.c_str());
        }
        const auto zeros = rows("1\n" + QByteArray(100, '0') + "2\n");
        QVERIFY(!zeros);
    }
};

QTEST_APPLESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
