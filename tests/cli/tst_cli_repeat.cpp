// Doing a run again gives the same digits; stopping one leaves a clean record.
#include <csignal>

#include <QtTest>

#include "cli/cli_process.h"

class TestRepeat : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;

  private slots:
    void initTestCase() { QVERIFY(workspace_.make_small()); }

    void any_number_of_threads_gives_the_same_digits_data() {
        QTest::addColumn<QStringList>("model");
        QTest::newRow("sar") << QStringList{"sar", "--set", "half_life_days=30"};
        QTest::newRow("svd") << QStringList{"svd", "--preset", "fast"};
        QTest::newRow("popularity") << QStringList{"popularity"};
    }
    void any_number_of_threads_gives_the_same_digits() {
        QFETCH(QStringList, model);
        const auto first = workspace_.json(QStringList{"--threads", "1", "run", "--data", "small", "--model"} + model);
        const auto id = QString::number(first.at("id").get<int>());
        for (const char* threads : {"1", "2"}) {
            const auto again = workspace_.json({"--threads", threads, "runs", "rerun", id});
            QVERIFY2(again.at("identical").get<bool>(), again.at("differences").dump().c_str());
            QCOMPARE(again.at("rerun_of"), first.at("id"));
            QVERIFY(again.at("id") != first.at("id"));
            QCOMPARE(again.at("metrics").dump(), first.at("metrics").dump());
            QCOMPARE(again.at("environment").at("threads"), QString(threads).toInt());
        }
    }

    void the_printed_command_repeats_the_run() {
        const auto first =
            workspace_.json({"run", "--data", "small", "--model", "svd", "--preset", "fast", "--split", "random:0.8",
                             "--seed", "9", "--k", "3,7", "--note", "it's \"quoted\" text"});
        auto words = QProcess::splitCommand(QString::fromStdString(first.at("command").get<std::string>()));
        QCOMPARE(words.takeFirst(), QString("tastebench-cli"));
        QCOMPARE(workspace_.json(words).at("metrics").dump(), first.at("metrics").dump());
    }

    void an_interrupted_run_ends_with_130_and_is_kept_as_cancelled_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void an_interrupted_run_ends_with_130_and_is_kept_as_cancelled() {
        QFETCH(int, signal);
        QProcess process;
        workspace_.start(process, {"run", "--data", "small", "--model", "svd", "--set", "epochs=10000", "--set",
                                   "factors=4096", "--json"});
        // The run is recorded when its first message arrives, and it would go on for minutes.
        QVERIFY(process.waitForStarted());
        process.setReadChannel(QProcess::StandardError);
        while (!process.canReadLine())
            QVERIFY(process.waitForReadyRead(60'000));
        const auto message = process.readLine();
        QVERIFY2(message.startsWith("run "), message);
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(process.readAllStandardOutput(), QByteArray());
        const auto id = QString::fromUtf8(message).section(':', 0, 0).section(' ', 1);
        const auto run = workspace_.json({"runs", "show", id});
        QCOMPARE(run.at("state"), "cancelled");
        QVERIFY(run.at("metrics").empty());
        QCOMPARE(workspace_.run({"recommend", id, "--user", "u0001"}).code, 2);
    }

    void a_killed_run_is_shown_as_interrupted() {
        QProcess process;
        workspace_.start(
            process, {"run", "--data", "small", "--model", "svd", "--set", "epochs=10000", "--set", "factors=4096"});
        QVERIFY(process.waitForStarted());
        process.setReadChannel(QProcess::StandardError);
        while (!process.canReadLine())
            QVERIFY(process.waitForReadyRead(60'000));
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(workspace_.json({"runs", "list"}).at(0).at("state"), "interrupted");
    }
};

QTEST_APPLESS_MAIN(TestRepeat)
#include "tst_cli_repeat.moc"
