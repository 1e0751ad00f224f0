// Stopping, going on, estimating, and people unknown in training, as on a command line.
#include <csignal>

#include <QtTest>

#include "cli/cli_process.h"

namespace {

QString id(const nlohmann::json& run) {
    return QString::number(run.at("id").get<int>());
}

} // namespace

class TestResume : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;

    /// Starts the run, waits until it trains with a checkpoint kept, and ends it with the signal.
    void stop(const QStringList& arguments, int signal) {
        QProcess process;
        workspace_.start(process, arguments);
        QVERIFY(process.waitForStarted());
        process.setReadChannel(QProcess::StandardError);
        while (!process.canReadLine() || !process.readLine().startsWith("Training"))
            QVERIFY(process.waitForReadyRead(60'000) || process.canReadLine());
        // After every epoch: a few of them take no longer than this.
        QTest::qWait(300);
        // The process 0 of one that is done already would be this whole group.
        QVERIFY2(process.processId() > 0, "the run was over before it could be stopped");
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
        QVERIFY(process.waitForFinished(60'000));
        said_ = process.readAllStandardError();
    }
    QByteArray said_;

  private Q_SLOTS:
    void initTestCase() { QVERIFY(workspace_.make_small()); }

    void a_stopped_run_goes_on_and_ends_with_the_same_digits_data() {
        QTest::addColumn<int>("signal");
        QTest::addColumn<QString>("state");
        QTest::newRow("Ctrl-C") << SIGINT << "cancelled";
        QTest::newRow("killed") << SIGKILL << "interrupted";
    }
    void a_stopped_run_goes_on_and_ends_with_the_same_digits() {
        QFETCH(int, signal);
        QFETCH(QString, state);
        const QStringList arguments{"run",           "--data",      "small",         "--model",    "svd",
                                    "--set",         "epochs=2000", "--set",         "factors=16", "--set",
                                    "patience=2000", "--split",     "chrono:0.7,0.1"};
        stop(arguments + QStringList{"--checkpoint-seconds", "0"}, signal);
        if (QTest::currentTestFailed())
            return;
        const auto stopped = workspace_.json({"runs", "list"}).at(0);
        QCOMPARE(QString::fromStdString(stopped.at("state").get<std::string>()), state);
        if (signal == SIGINT)
            QVERIFY2(said_.contains("runs resume " + id(stopped).toUtf8()), said_);
        const auto resumed = workspace_.json({"runs", "resume", id(stopped)});
        QCOMPARE(resumed.at("state"), "done");
        QCOMPARE(resumed.at("id"), stopped.at("id"));
        const auto whole = workspace_.json(arguments);
        QCOMPARE(resumed.at("metrics").dump(), whole.at("metrics").dump());
        const auto curves = [&](const nlohmann::json& run) {
            return workspace_.json({"runs", "show", id(run)}).at("curves").dump();
        };
        QCOMPARE(curves(resumed), curves(whole));
    }

    void only_stopped_runs_are_resumed() {
        const auto done = workspace_.json({"run", "--data", "small", "--model", "popularity"});
        const auto refused = workspace_.run({"runs", "resume", id(done)});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("nothing to go on with"), refused.err);
        QCOMPARE(workspace_.run({"runs", "resume", "4711"}).code, 2);
    }

    void an_estimate_trains_nothing() {
        const auto before = workspace_.json({"runs", "list"}).size();
        const auto little = workspace_.json({"run", "--data", "small", "--model", "svd", "--estimate"});
        const auto much =
            workspace_.json({"run", "--data", "small", "--model", "svd", "--estimate", "--set", "epochs=2000"});
        QVERIFY(little.at("fit_seconds").get<double>() > 0 && little.at("memory_bytes").get<double>() > 0);
        // A hundred times the epochs; set-up costs the same.
        QVERIFY(much.at("fit_seconds").get<double>() > 20 * little.at("fit_seconds").get<double>());
        const auto words = workspace_.run({"run", "--data", "small", "--model", "svd", "--estimate"});
        QVERIFY2(words.out.contains("training takes about"), words.out);
        QCOMPARE(workspace_.json({"runs", "list"}).size(), before);
        QCOMPARE(workspace_.run({"run", "--data", "small", "--model", "svd", "--estimate", "--set", "epochs=0"}).code,
                 2);
    }

    void models_say_their_family_and_what_they_give_and_need() {
        const auto models = workspace_.json({"models"});
        for (const auto& model : models) {
            QVERIFY(!model.at("family").get<std::string>().empty());
            for (const char* key : {"recommends", "predicts_ratings", "predicts_clicks", "explains", "folds_in",
                                    "updates", "iterative", "needs_ratings", "needs_features", "needs_users_and_items"})
                QVERIFY2(model.at("capabilities").at(key).is_boolean(), key);
        }
        const auto words = workspace_.run({"models"}).out;
        for (const char* word : {"Baselines", "Neighbours", "Factors", "ratings", "explains"})
            QVERIFY2(words.contains(word), word);
    }

    void someone_unknown_gets_a_list_of_what_they_do_not_have() {
        const auto run = workspace_.json({"run", "--data", "small", "--model", folding()});
        const auto list =
            workspace_.json({"recommend", id(run), "--items", "f0001,f0002=3", "--items", "f0007", "-k", "5"});
        QVERIFY(list.at("user").is_null());
        QCOMPARE(list.at("profile").size(), std::size_t{3});
        QCOMPARE(list.at("profile").at(1).at("value").get<double>(), 3.0);
        QCOMPARE(list.at("items").size(), std::size_t{5});
        for (const auto& item : list.at("items"))
            for (const auto& had : list.at("profile"))
                QVERIFY(item.at("item") != had.at("item"));
    }

    void a_wrong_profile_is_explained_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("unknown item") << QStringList{"--items", "f0001,f00x2"} << "there is no item 'f00x2'";
        QTest::newRow("no number") << QStringList{"--items", "f0001=good"} << "'good' is no number";
        QTest::newRow("twice") << QStringList{"--items", "f0001,f0002,f0001=2"} << "named twice";
        QTest::newRow("nothing") << QStringList{"--items", ","} << "no item is named";
        QTest::newRow("nobody") << QStringList{} << "--items";
        QTest::newRow("both") << QStringList{"--items", "f0001", "--user", "u0001"} << "--user";
    }
    void a_wrong_profile_is_explained() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const auto run = workspace_.json({"run", "--data", "small", "--model", folding()});
        const auto refused = workspace_.run(QStringList{"recommend", id(run)} + arguments);
        QCOMPARE(refused.code, 2);
        QVERIFY2(QString::fromUtf8(refused.err).contains(part), refused.err);
    }

    void a_model_of_known_people_says_which_others_can() {
        const auto model = folding(false);
        if (model.isEmpty())
            QSKIP("every model recommends to people unknown in training");
        const auto run = workspace_.json({"run", "--data", "small", "--model", model});
        const auto refused = workspace_.run({"recommend", id(run), "--items", "f0001"});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("recommends only to people it was trained on"), refused.err);
        QVERIFY2(refused.err.contains(folding().toUtf8()), refused.err);
    }

  private:
    /// A model that recommends to people unknown in training, or one that does not.
    QString folding(bool wanted = true) {
        for (const auto& model : workspace_.json({"models"}))
            if (model.at("capabilities").at("folds_in").get<bool>() == wanted)
                return QString::fromStdString(model.at("id").get<std::string>());
        return {};
    }
};

QTEST_GUILESS_MAIN(TestResume)
#include "tst_cli_resume.moc"
