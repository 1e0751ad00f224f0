// What a trained model says of chosen pairs, of everyone and of one item, as on a command line.
#include <algorithm>

#include <QFile>
#include <QtTest>

#include "cli/cli_process.h"

namespace {

QString id(const nlohmann::json& run) {
    return QString::number(run.at("id").get<int>());
}

} // namespace

class TestLists : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;
    QString popularity_, sar_, svd_;

    void refused(const QStringList& arguments, const QString& part) {
        const auto output = workspace_.run(arguments);
        QCOMPARE(output.code, 2);
        QVERIFY2(QString::fromUtf8(output.err).contains(part), output.err);
        QVERIFY(output.out.isEmpty());
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(workspace_.make_small());
        popularity_ = id(workspace_.json({"run", "--data", "small", "--model", "popularity"}));
        sar_ = id(workspace_.json({"run", "--data", "small", "--model", "sar"}));
        svd_ = id(workspace_.json({"run", "--data", "small", "--model", "svd", "--set", "epochs=3"}));
    }

    void ratings_are_predicted_for_named_pairs() {
        const auto told = workspace_.json({"predict", svd_, "--user", "u0003", "--item", "f0005", "--item", "f0007"});
        QCOMPARE(told.at("predicts"), "rating");
        QCOMPARE(told.at("pairs").size(), std::size_t{2});
        QCOMPARE(told.at("pairs")[1].at("item"), "f0007");
        for (const auto& pair : told.at("pairs")) {
            QCOMPARE(pair.at("user"), "u0003");
            QVERIFY(pair.at("rating") >= 1 && pair.at("rating") <= 5);
            QVERIFY(pair.at("user_in_training").get<bool>());
        }
        const auto text = workspace_.run({"predict", svd_, "--user", "u0003", "--item", "f0005"});
        QVERIFY(text.out.contains("rating") && text.out.contains("f0005"));
    }

    void scores_are_those_of_the_list() {
        const auto list = workspace_.json({"recommend", sar_, "--user", "u0003", "-k", "1"}).at("items")[0];
        const auto item = QString::fromStdString(list.at("item").get<std::string>());
        const auto told = workspace_.json({"predict", sar_, "--user", "u0003", "--item", item});
        QCOMPARE(told.at("predicts"), "score");
        QCOMPARE(told.at("pairs")[0].at("score"), list.at("score"));
    }

    void pairs_come_from_a_file_with_or_without_a_header() {
        const auto plain = workspace_.write("pairs.csv", "u0003,f0005\nu0004,\"f0007\"\n");
        const auto titled = workspace_.write("titled.csv", "user,item\r\nu0003,f0005\r\nu0004,f0007\r\n");
        const auto first = workspace_.json({"predict", svd_, "--pairs", plain});
        QCOMPARE(first.at("pairs").size(), std::size_t{2});
        QCOMPARE(first.at("pairs").dump(), workspace_.json({"predict", svd_, "--pairs", titled}).at("pairs").dump());
        const auto wrong = workspace_.write("wrong.csv", "user,item\nu0003,f0005\nu0004,nothing\n");
        const auto output = workspace_.run({"predict", svd_, "--pairs", wrong});
        QCOMPARE(output.code, 3);
        QVERIFY2(output.err.contains("wrong.csv:3") && output.err.contains("nothing"), output.err);
    }

    void what_is_not_said_is_asked_for() {
        refused({"predict", svd_, "--user", "u0003"}, "--item");
        refused({"predict", svd_, "--user", "u0003", "--item", "f0005x"}, "did you mean 'f0005'?");
        refused({"recommend", sar_}, "--all");
        refused({"recommend", sar_, "--all"}, "--out");
        refused({"recommend", sar_, "--user", "u0003", "--out", "x.csv"}, "--out");
        refused({"similar", popularity_, "--item", "f0005"}, "sar");
    }

    void the_lists_of_everyone_go_into_one_file() {
        const auto file = workspace_.path("lists.csv");
        const auto told = workspace_.json({"recommend", sar_, "--all", "--out", file, "-k", "5"});
        QCOMPARE(told.at("users"), 80);
        QFile in(file);
        QVERIFY(in.open(QIODevice::ReadOnly));
        const auto lines = in.readAll().trimmed().split('\n');
        QCOMPARE(lines.front(), QByteArray("user,rank,item,title,score"));
        QCOMPARE(lines.size() - 1, told.at("rows").get<qsizetype>());
        const auto list = workspace_.json({"recommend", sar_, "--user", "u0007", "-k", "5"}).at("items");
        QList<QByteArray> rows;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(rows),
                     [](const QByteArray& line) { return line.startsWith("u0007,"); });
        QCOMPARE(static_cast<std::size_t>(rows.size()), list.size());
        for (std::size_t at = 0; at < list.size(); ++at) {
            const auto start = QByteArray("u0007,") + QByteArray::number(at + 1) + ',' +
                               QByteArray::fromStdString(list[at].at("item").get<std::string>()) + ',';
            QVERIFY2(rows[static_cast<qsizetype>(at)].startsWith(start), rows[static_cast<qsizetype>(at)]);
        }
        const auto everything = workspace_.run({"recommend", sar_, "--all", "--keep-seen", "--out", file});
        QCOMPARE(everything.code, 0);
        QVERIFY(everything.out.startsWith("wrote 800 recommendations for 80 users"));
    }

    void no_list_is_longer_than_the_items() {
        const auto output =
            workspace_.run({"--json", "recommend", sar_, "--user", "u0003", "--keep-seen", "-k", "4294967295"});
        QCOMPARE(output.code, 0);
        QVERIFY2(output.err.contains("has 100 items"), output.err);
        QVERIFY(output.json().at("items").size() <= 100);
    }

    void items_alike_are_listed() {
        const auto told = workspace_.json({"similar", sar_, "--item", "f0005", "-k", "4"});
        QCOMPARE(told.at("item"), "f0005");
        QCOMPARE(told.at("items").size(), std::size_t{4});
        double before = 2;
        for (const auto& item : told.at("items")) {
            QVERIFY(item.at("item") != "f0005");
            QVERIFY(item.at("similarity") <= before);
            before = item.at("similarity");
        }
    }
};

QTEST_GUILESS_MAIN(TestLists)
#include "tst_cli_lists.moc"
