// data split: what it prints, the row lists that it writes, and that runs take every form.
#include <QDir>
#include <QtTest>

#include "cli/cli_process.h"

class TestCliSplit : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;

  private slots:
    void initTestCase() { QVERIFY(workspace_.make_small()); }

    void a_split_is_described() {
        const auto made =
            workspace_.json({"data", "split", "small", "--split", "random:0.7,0.1;min_user=3", "--seed", "5"});
        QCOMPARE(made.at("data"), "small");
        QCOMPARE(made.at("recipe"), "random:0.7,0.1;min_user=3");
        QCOMPARE(made.at("seed"), 5);
        QCOMPARE(made.at("fingerprint").get<std::string>().size(), std::size_t{32});
        std::int64_t rows = made.at("left_out").get<std::int64_t>();
        for (const char* side : {"train", "validation", "test"}) {
            QVERIFY(made.at(side).at("rows").get<int>() > 0 && made.at(side).at("users").get<int>() > 0 &&
                    made.at(side).at("items").get<int>() > 0);
            rows += made.at(side).at("rows").get<std::int64_t>();
        }
        QCOMPARE(rows, made.at("rows").get<std::int64_t>());
        bool leaks = false;
        for (const auto& finding : made.at("findings"))
            leaks |= finding.at("id") == "time_leak" && finding.at("severity") == "warning" &&
                     finding.at("count").get<int>() > 0;
        QVERIFY(leaks);
        const auto text = workspace_.run({"data", "split", "small", "--split", "chrono:0.75"});
        QCOMPARE(text.code, 0);
        for (const char* word : {"chrono:0.75 of small", "train", "fingerprint ", "warning: "})
            QVERIFY2(text.out.contains(word), text.out);
    }

    void written_lists_make_the_same_split() {
        const auto folder = workspace_.path("lists");
        const QStringList split{"data", "split", "small", "--split", "stratified:0.8", "--out", folder};
        const auto made = workspace_.json(split);
        QCOMPARE(made.at("files").size(), std::size_t{2});
        const auto again = workspace_.json({"data", "split", "small", "--split", "rows:" + folder + "/test.rows"});
        QCOMPARE(again.at("fingerprint"), made.at("fingerprint"));
        const auto refused = workspace_.run(split);
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("already a row list"), refused.err);
    }

    void a_run_keeps_form_and_fingerprint() {
        const QString form = "loo:last,1;min_user=4;min_item=2;core";
        const auto made = workspace_.json({"data", "split", "small", "--split", form});
        const auto run = workspace_.json({"run", "--data", "small", "--model", "popularity", "--split", form});
        QCOMPARE(run.at("split").at("recipe").get<std::string>(), form.toStdString());
        QCOMPARE(run.at("split").at("fingerprint"), made.at("fingerprint"));
        QCOMPARE(run.at("split").at("validation_rows"), made.at("validation").at("rows"));
        const auto id = QString::number(run.at("id").get<int>());
        const auto shown = workspace_.run({"runs", "show", id});
        QVERIFY2(shown.out.contains(QByteArray::fromStdString(made.at("fingerprint").get<std::string>())), shown.out);
        QVERIFY2(shown.out.contains("to validate"), shown.out);
        // The command shown repeats the run although the form has characters that a shell would read.
        QVERIFY2(shown.out.contains("--split '" + form.toUtf8() + "'"), shown.out);
        const auto repeated = workspace_.json({"runs", "rerun", id});
        QVERIFY(repeated.at("identical").get<bool>());
        QCOMPARE(repeated.at("split").at("fingerprint"), made.at("fingerprint"));
    }

    void errors_name_the_split_and_leave_nothing() {
        for (const auto& [form, word] :
             std::vector<std::pair<QString, const char*>>{{"fixed", "without a test file"},
                                                          {"kfold:5", "write kfold:K:FOLD"},
                                                          {"random:0.8;core", "nothing to repeat"}}) {
            const auto folder = workspace_.path("none");
            const auto output = workspace_.run({"data", "split", "small", "--split", form, "--out", folder});
            QCOMPARE(output.code, 2);
            QVERIFY2(output.err.contains(word), output.err);
            QVERIFY(!QDir(folder).exists());
        }
    }
};

QTEST_GUILESS_MAIN(TestCliSplit)
#include "tst_cli_split.moc"
