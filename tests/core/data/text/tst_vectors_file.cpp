// The three text formats of vectors, read and written, and what is refused.
#include <cmath>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/rng.h"
#include "core/data/text/vectors_file.h"

using namespace tastebench;

namespace {

Result<VectorsRead> read(std::string_view content, const VectorsOptions& options = {}) {
    Progress progress;
    return read_vectors(content, "v.txt", options, progress);
}

StringColumn column(const std::vector<std::string>& texts) {
    StringColumn out;
    for (const auto& text : texts)
        out.push_back(text);
    return out;
}

} // namespace

class TestVectorsFile : public QObject {
    Q_OBJECT

  private slots:
    void the_formats_are_told_apart_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("format");
        QTest::newRow("word2vec") << QByteArray("2 3\nking 1 2.5 -3e-1\nqueen 4 5 6 \n")
                                  << int(VectorsFormat::word2vec);
        QTest::newRow("glove") << QByteArray("king 1 2.5 -3e-1\r\nqueen 4 5 6") << int(VectorsFormat::glove);
        QTest::newRow("mind") << QByteArray("king\t1\t2.5\t-3e-1\t\nqueen\t4\t5\t6\t\n") << int(VectorsFormat::mind);
    }
    void the_formats_are_told_apart() {
        QFETCH(QByteArray, content);
        QFETCH(int, format);
        const auto found = read(content.toStdString());
        QVERIFY2(found.has_value(), found ? "" : found.error().text().c_str());
        QCOMPARE(int(found->report.format), format);
        QCOMPARE(found->vectors.dimension, 3U);
        QCOMPARE(found->vectors.keys[0], std::string_view("king"));
        QCOMPARE(found->vectors.keys[1], std::string_view("queen"));
        QCOMPARE(found->vectors.values, (std::vector<float>{1, 2.5F, -0.3F, 4, 5, 6}));
        QCOMPARE(found->report.lines, std::uint64_t{2});
    }

    void keys_may_hold_spaces() {
        const auto found = read("a 1 2\n. . . 3 4\n");
        QCOMPARE(found->vectors.keys[1], std::string_view(". . ."));
        QCOMPARE(found->vectors.values[3], 4.0F);
    }

    void only_wanted_keys_are_kept_and_the_missing_counted() {
        const auto wanted = column({"queen", "duke", "queen", "duke", "earl"});
        VectorsOptions options;
        options.wanted = &wanted;
        // What is not wanted need not even be numbers.
        const auto found = read("king x y\nqueen 1 2\nqueen 3 4\n", options);
        QVERIFY2(found.has_value(), found ? "" : found.error().text().c_str());
        QCOMPARE(found->vectors.keys.size(), std::size_t{1});
        QCOMPARE(found->vectors.values, (std::vector<float>{1, 2}));
        QCOMPARE(found->report.wanted, std::uint64_t{3});
        QCOMPARE(found->report.missing, std::uint64_t{2});
        QCOMPARE(found->report.first_missing, (std::vector<std::string>{"duke", "earl"}));
        QCOMPARE(found->report.repeated, std::uint64_t{1});
    }

    void faults_are_told_with_their_place_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("what");
        const auto row = [](const char* name, const QByteArray& content, const char* where, const char* what) {
            QTest::newRow(name) << content << QString::fromLatin1(where) << QString::fromLatin1(what);
        };
        row("no number", "a 1 2\nb 1 two\n", "v.txt:2:3", "'two' is no number");
        row("infinite", "a 1 2\nb inf 2\n", "v.txt:2:2", "no finite number");
        row("overflow", "a 1 2\nb 1 1e999\n", "v.txt:2:3", "no finite number");
        row("short line", "a 1 2\n\nb 1\n", "v.txt:3:3", "a key and 1 numbers rather than 2");
        row("long line", "a\t1\t2\nb\t1\t2\t3\n", "v.txt:2:4", "more than 2 numbers");
        row("key missing", "a 1 2\n 1 2\n", "v.txt:2:1", "the key is missing");
        row("not UTF-8", "a 1 2\n\xFF\xFE 1 2\n", "v.txt:2:1", "not UTF-8");
        row("promise broken", "3 2\na 1 2\nb 3 4\n", "v.txt:1:1", "promises 3 vectors and there are 2");
        row("a thousand million rows", "1000000000 2\na 1 2\n", "v.txt:1:1", "promises 1000000000");
        row("dimension", "1 100000\na 1 2\n", "v.txt:1:2", "vectors of 100000 numbers");
        row("no numbers", "alone\n", "v.txt:1:1", "vectors of 0 numbers");
        row("empty", "\n\n", "v.txt", "no vectors");
        row("only a header", "0 2\n", "v.txt", "no vectors");
        row("long key", QByteArray(5000, 'k') + " 1\n", "v.txt:1:1", "longer than 4096 bytes");
        row("NUL", QByteArray("a 1 \0002\n", 8), "v.txt:1:3", "is no number");
        row("NUL in a key", QByteArray("a\0b 1 2\n", 8), "v.txt:1:1", "NUL");
    }
    void faults_are_told_with_their_place() {
        QFETCH(QByteArray, content);
        QFETCH(QString, where);
        QFETCH(QString, what);
        const auto found = read(content.toStdString());
        QVERIFY(!found);
        QCOMPARE(found.error().exit_code(), 3);
        QCOMPARE(QString::fromStdString(found.error().where), where);
        QVERIFY2(QString::fromStdString(found.error().what).contains(what), found.error().what.c_str());
        QVERIFY(!found.error().remedy.empty());
    }

    void a_wrong_format_is_not_forced() {
        VectorsOptions options;
        options.format = VectorsFormat::word2vec;
        QCOMPARE(read("a 1 2\n", options).error().where, std::string("v.txt:1:1"));
        // Whole numbers in a GloVe file of dimension 1 look like a header; the caller may know better.
        options.format = VectorsFormat::glove;
        QCOMPARE(read("7 1\n8 2\n", options)->vectors.keys[0], std::string_view("7"));
    }

    void what_is_written_is_read_with_the_same_digits() {
        Vectors vectors{"entities", 7, {}, {}};
        Rng rng(1);
        for (int row = 0; row < 500; ++row) {
            vectors.keys.push_back("name of " + std::to_string(row));
            for (int i = 0; i < 7; ++i)
                vectors.values.push_back(static_cast<float>(rng.normal() * std::pow(10.0, rng.normal() * 8)));
        }
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath(QStringLiteral("out.vec")).toStdString();
        QVERIFY(write_vectors_file(vectors, file).has_value());
        Progress progress;
        const auto found = read_vectors_file(file, {}, progress);
        QVERIFY2(found.has_value(), found ? "" : found.error().text().c_str());
        QVERIFY(found->vectors.keys == vectors.keys);
        QCOMPARE(found->vectors.values, vectors.values);
        QCOMPARE(int(found->report.format), int(VectorsFormat::word2vec));
    }

    void names_with_line_breaks_are_not_written() {
        const Vectors vectors{"entities", 1, column({"a\nb"}), {1}};
        const QTemporaryDir folder;
        const auto refused = write_vectors_file(vectors, folder.filePath(QStringLiteral("out.vec")).toStdString());
        QCOMPARE(refused.error().exit_code(), 3);
        const Vectors fine{"entities", 1, column({"a"}), {1}};
        QCOMPARE(write_vectors_file(fine, "/nonexistent/out.vec").error().exit_code(), 4);
    }

    void damaged_content_never_crashes() {
        const std::string sound = "3 2\nking 1 2\nqueen 3 4\nduke 5 6\n";
        Rng rng(2);
        for (int round = 0; round < 5000; ++round) {
            std::string broken = sound;
            for (int i = 0; i < 3; ++i)
                broken[rng.below(static_cast<std::uint32_t>(broken.size()))] = static_cast<char>(rng.below(256));
            broken.resize(rng.below(static_cast<std::uint32_t>(broken.size()) + 1));
            const auto found = read(broken);
            if (found)
                QCOMPARE(found->vectors.values.size(), found->vectors.keys.size() * found->vectors.dimension);
        }
    }
};

QTEST_APPLESS_MAIN(TestVectorsFile)
#include "tst_vectors_file.moc"
