// Bad input: one clear message on standard error, the right exit code, nothing on standard output, nothing kept.
#include <QFile>
#include <QtTest>

#include "cli/cli_process.h"

class TestErrors : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;

    void refuses(const QStringList& arguments, int code, const QString& part) {
        const auto output = workspace_.run(arguments);
        QVERIFY2(output.code == code, QByteArray::number(output.code) + ": " + output.err);
        QCOMPARE(output.out, QByteArray());
        QVERIFY2(QString::fromUtf8(output.err).contains(part), output.err);
    }

  private slots:
    void initTestCase() {
        QVERIFY(workspace_.make_small());
        QCOMPARE(workspace_.json({"run", "--data", "small", "--model", "sar"}).at("id"), 1);
        QCOMPARE(workspace_.json({"run", "--data", "small", "--model", "popularity"}).at("id"), 2);
    }

    void wrong_usage_is_explained_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, QStringList arguments, const char* part) {
            QTest::newRow(name) << arguments << QString(part);
        };
        row("no command", {}, "--help");
        row("unknown command", {"dta"}, "did you mean 'data'?");
        row("unknown inner command", {"data", "improt"}, "did you mean 'import'?");
        row("unknown option", {"run", "--dta", "small"}, "did you mean '--data'?");
        row("missing option", {"run", "--data", "small"}, "--model");
        row("unknown data set", {"run", "--data", "smal", "--model", "sar"}, "small");
        row("unknown data set to show", {"data", "show", "smal"}, "did you mean 'small'?");
        row("unknown model", {"run", "--data", "small", "--model", "sra"}, "sar");
        row("unknown model to show", {"models", "svdd"}, "did you mean 'svd'?");
        row("unknown parameter", {"run", "--data", "small", "--model", "sar", "--set", "similarty=lift"},
            "did you mean 'similarity'?");
        row("parameter out of range", {"run", "--data", "small", "--model", "svd", "--set", "factors=0"}, "factors");
        row("parameter of wrong type", {"run", "--data", "small", "--model", "svd", "--set", "factors=ten"}, "factors");
        row("parameter with a comma", {"run", "--data", "small", "--model", "svd", "--set", "learning_rate=0,01"},
            "learning_rate");
        row("no value", {"run", "--data", "small", "--model", "sar", "--set", "similarity"}, "name=value");
        row("unknown preset", {"run", "--data", "small", "--model", "svd", "--preset", "slow"}, "fast");
        row("unknown split", {"run", "--data", "small", "--model", "sar", "--split", "magic:0.5"}, "magic");
        row("impossible ratio", {"run", "--data", "small", "--model", "sar", "--split", "random:1.5"}, "1.5");
        row("bad lengths", {"run", "--data", "small", "--model", "sar", "--k", "5,0"}, "--k");
        row("bad lengths, text", {"run", "--data", "small", "--model", "sar", "--k", "5;10"}, "--k");
        row("unknown run", {"runs", "show", "99"}, "there is no run 99");
        row("run that is no number", {"runs", "show", "abc"}, "ID");
        row("unknown user", {"recommend", "1", "--user", "u00001"}, "did you mean 'u0001'?");
        row("unknown item", {"explain", "1", "--user", "u0001", "--item", "f00001"}, "did you mean 'f0001'?");
        row("model without reasons", {"explain", "2", "--user", "u0001", "--item", "f0001"}, "popularity");
        row("empty list", {"recommend", "1", "--user", "u0001", "-k", "0"}, "-k");
        row("unknown metric", {"compare", "1", "2", "--metric", "ndgc@10"}, "did you mean 'ndcg@10'?");
        row("foreign baseline", {"compare", "1", "--baseline", "2"}, "--baseline");
        row("bad filter", {"runs", "list", "--filter", "modle = sar"}, "did you mean 'model'?");
        row("bad sort", {"runs", "list", "--sort", "ndgc@10"}, "did you mean 'ndcg@10'?");
        row("report in another format", {"report", "1", "--out", "report.pdf"}, ".html");
        row("taken name",
            {"data", "generate", "--users", "20", "--items", "20", "--interactions", "200", "--name", "small"},
            "already");
        row("two places", {"data", "generate", "--out", "a.csv", "--name", "a"}, "--name");
        row("too many threads", {"--threads", "5000", "data", "list"}, "--threads");
    }
    void wrong_usage_is_explained() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        refuses(arguments, 2, part);
    }

    void bad_files_are_refused_with_their_place_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("place");
        QTest::newRow("empty") << QByteArray() << "";
        QTest::newRow("header only") << QByteArray("user,item,rating\n") << "";
        QTest::newRow("too few columns") << QByteArray("user,item,rating\na,x,1\nb,y\n") << ":3";
        QTest::newRow("rating is text") << QByteArray("user,item,rating\na,x,1\nb,y,good\n") << ":3:3";
        QTest::newRow("rating is NaN") << QByteArray("user,item,rating\na,x,nan\n") << ":2:3";
        QTest::newRow("rating is infinite") << QByteArray("user,item,rating\na,x,inf\n") << ":2:3";
        QTest::newRow("time out of range") << QByteArray("user,item,timestamp\na,x,1e300\n") << ":2:3";
        QTest::newRow("not UTF-8, far down") << "user,item\n" + QByteArray("a,x\n").repeated(70'000) + "a,\xff\xfe\n"
                                             << ":70002:1";
    }
    void bad_files_are_refused_with_their_place() {
        QFETCH(QByteArray, content);
        QFETCH(QString, place);
        const auto file = workspace_.write("bad.csv", content);
        refuses({"data", "import", file, "--name", "bad"}, 3, file + place);
        QCOMPARE(workspace_.json({"data", "list"}).size(), std::size_t{1});
    }

    void missing_and_truncated_files_are_refused() {
        refuses({"data", "import", workspace_.path("none.csv")}, 3, "none.csv");
        // A gzip header and the start of a block that never ends.
        const auto cut = workspace_.write("cut.csv.gz", QByteArray::fromHex("1f8b08000000000000034b2c4e01"));
        refuses({"data", "import", cut}, 3, "cut.csv.gz");
    }

    void a_split_without_test_rows_is_refused_and_keeps_no_finished_run() {
        const auto csv = workspace_.write("tiny.csv", "user,item\na,x\nb,y\n");
        CliWorkspace other;
        QCOMPARE(other.run({"--quiet", "data", "import", csv, "--name", "tiny"}).code, 0);
        const auto output = other.run({"run", "--data", "tiny", "--model", "popularity", "--split", "random:0.1"});
        QCOMPARE(output.code, 3);
        for (const auto& run : other.json({"runs", "list"}))
            QCOMPARE(run.at("state"), "failed");
    }

    void models_refuse_data_that_they_cannot_use() {
        CliWorkspace other;
        const auto csv = other.write("views.csv", "user,item\na,x\na,y\nb,x\nb,z\n");
        QCOMPARE(other.run({"--quiet", "data", "import", csv, "--name", "views"}).code, 0);
        QCOMPARE(other.run({"run", "--data", "views", "--model", "svd"}).code, 3);
        QCOMPARE(other.run({"run", "--data", "views", "--model", "sar", "--split", "chrono:0.5"}).code, 3);
        QCOMPARE(other.json({"runs", "list"}).size(), std::size_t{0});
    }

    void a_file_that_is_no_workspace_is_left_alone() {
        const auto file =
            workspace_.write("notes.txt", "this is no workspace, and it is longer than a header of SQLite would be "
                                          "so that it is read in full as what it is: plain text");
        const auto output = workspace_.run({"--workspace", file, "data", "list"});
        QVERIFY2(output.code != 0 && output.code != 130, output.err);
        QVERIFY2(output.err.contains("notes.txt"), output.err);
        QFile after(file);
        QVERIFY(after.open(QIODevice::ReadOnly));
        QVERIFY(after.readAll().startsWith("this is no workspace"));
    }

    void a_full_disk_is_reported() {
        if (!QFile::exists("/dev/full"))
            QSKIP("not found: /dev/full");
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        workspace_.start(process, {"models", "--json"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 4);
        QVERIFY(process.readAllStandardError().contains("standard output"));
    }

    void asking_for_help_or_version_is_no_error() {
        const auto help = workspace_.run({"--help"});
        QCOMPARE(help.code, 0);
        for (const char* command : {"data", "models", "run", "runs", "compare", "recommend", "explain", "report"})
            QVERIFY2(help.out.contains(command), command);
        QCOMPARE(workspace_.run({"run", "--help"}).code, 0);
        QVERIFY(workspace_.run({"--version"}).out.startsWith("tastebench-cli "));
    }
};

QTEST_APPLESS_MAIN(TestErrors)
#include "tst_cli_errors.moc"
