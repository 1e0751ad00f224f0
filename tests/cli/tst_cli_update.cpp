// New events taken into a finished run, as on a command line.
#include <QtTest>

#include "cli/cli_process.h"

namespace {

QString id(const nlohmann::json& run) {
    return QString::number(run.at("id").get<int>());
}

/// 60 people with 12 of 50 films each, a day apart; `late`: three more each, one of them new to all, and a new person.
QByteArray events(bool late) {
    QByteArray out = "user,item,rating,timestamp\n";
    const auto add = [&](int user, int item, int when) {
        out += QStringLiteral("u%1,f%2,%3,%4\n")
                   .arg(user, 2, 10, QChar('0'))
                   .arg(item, 2, 10, QChar('0'))
                   .arg(1 + (user * item) % 5)
                   .arg(1'000'000 + 86'400 * when + user)
                   .toUtf8();
    };
    for (int user = 0; user < 60; ++user) {
        for (int n = 0; n < (late ? 14 : 12); ++n)
            add(user, (3 * user + 7 * n + user * n * (user % 2)) % 50, n);
        if (late)
            add(user, 50 + user % 3, 14);
    }
    for (int n = 0; late && n < 8; ++n)
        add(61, 6 * n, n);
    return out;
}

} // namespace

class TestUpdate : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;

    bool import(const QString& name, const QByteArray& content) {
        return workspace_.run({"--quiet", "data", "import", workspace_.write(name + ".csv", content), "--name", name})
                   .code == 0;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(import("old", events(false)));
        QVERIFY(import("new", events(true)));
    }

    void an_update_has_the_digits_of_a_new_run_data() {
        QTest::addColumn<QStringList>("settings");
        QTest::addColumn<bool>("takes_in");
        const QStringList sar{"--model", "sar", "--set", "half_life_days=30"};
        QTest::newRow("SAR takes the new events in") << sar << true;
        QTest::newRow("a random split deals old events anew") << sar + QStringList{"--split", "random:0.75"} << false;
        QTest::newRow("SVD is trained anew") << QStringList{"--model", "svd", "--set", "epochs=3"} << false;
    }
    void an_update_has_the_digits_of_a_new_run() {
        QFETCH(QStringList, settings);
        QFETCH(bool, takes_in);
        const auto earlier = workspace_.json(QStringList{"run", "--data", "old"} + settings);
        const auto updated = workspace_.json({"runs", "update", id(earlier), "--data", "new"});
        const auto anew = workspace_.json(QStringList{"run", "--data", "new"} + settings);
        QVERIFY(updated.at("id") != earlier.at("id"));
        QCOMPARE(updated.at("update_of"), earlier.at("id"));
        QCOMPARE(updated.at("trained_anew").is_null(), takes_in);
        QCOMPARE(updated.at("added_rows").get<int>() > 0, takes_in);
        QCOMPARE(updated.at("metrics").dump(), anew.at("metrics").dump());
        QCOMPARE(updated.at("parameters").dump(), earlier.at("parameters").dump());
        QCOMPARE(updated.at("split").dump(), anew.at("split").dump());
        for (const char* user : {"u03", "u61"}) {
            const auto list = [&](const nlohmann::json& run) {
                return workspace_.json({"recommend", id(run), "--user", user}).at("items").dump();
            };
            QCOMPARE(list(updated), list(anew));
        }
        const auto stored = workspace_.json({"runs", "show", id(updated)});
        const auto note = QString::fromStdString(stored.at("note").get<std::string>());
        QVERIFY2(note.startsWith("update of run " + id(earlier)), qPrintable(note));
        QCOMPARE(note.contains("trained anew"), !takes_in);
    }

    void what_cannot_be_updated_is_told_why_data() {
        QTest::addColumn<QString>("data");
        QTest::addColumn<QString>("run");
        QTest::addColumn<QString>("part");
        QTest::newRow("its own data") << "old"
                                      << ""
                                      << "nothing is new";
        QTest::newRow("no such data") << "newest"
                                      << ""
                                      << "newest";
        QTest::newRow("no such run") << "new"
                                     << "4711"
                                     << "4711";
    }
    void what_cannot_be_updated_is_told_why() {
        QFETCH(QString, data);
        QFETCH(QString, run);
        QFETCH(QString, part);
        const auto earlier = workspace_.json({"run", "--data", "old", "--model", "sar"});
        const auto before = workspace_.json({"runs", "list"}).size();
        const auto refused = workspace_.run({"runs", "update", run.isEmpty() ? id(earlier) : run, "--data", data});
        QVERIFY(refused.code != 0);
        QVERIFY2(QString::fromUtf8(refused.err).contains(part), refused.err);
        QCOMPARE(workspace_.json({"runs", "list"}).size(), before);
    }
};

QTEST_GUILESS_MAIN(TestUpdate)
#include "tst_cli_update.moc"
