// data export, and data import of what it wrote.
#include <QDir>

#include "cli_process.h"

class CliExportTest : public QObject {
    Q_OBJECT

  private:
    CliWorkspace workspace_;

  private Q_SLOTS:
    void initTestCase() { QVERIFY(workspace_.make_small()); }

    void an_export_comes_back_by_import_data() {
        QTest::addColumn<QString>("format");
        QTest::newRow("csv") << "csv";
        QTest::newRow("recbole") << "recbole";
    }
    void an_export_comes_back_by_import() {
        QFETCH(QString, format);
        const auto folder = workspace_.path("as-" + format);
        const auto written = workspace_.json(
            {"data", "export", "small", "--out", folder, "--format", format, "--split", "random:0.75", "--seed", "7"});
        QCOMPARE(written["format"].get<std::string>(), format.toStdString());
        const auto& split = written["split"];
        QCOMPARE(split["train_rows"].get<int>() + split["test_rows"].get<int>(), written["rows"].get<int>());
        for (const auto& file : written["files"])
            QVERIFY(QFile::exists(folder + '/' + QString::fromStdString(file.get<std::string>())));
        QVERIFY(workspace_.run({"data", "import", folder, "--name", "again-" + format}).code == 0);
        const auto again = workspace_.json({"data", "show", "again-" + format});
        QCOMPARE(again["fingerprint"].get<std::string>(), written["fingerprint"].get<std::string>());
    }

    void a_taken_folder_is_replaced_only_by_force() {
        const auto folder = workspace_.path("taken");
        QCOMPARE(workspace_.run({"data", "export", "small", "--out", folder}).code, 0);
        const auto refused = workspace_.run({"data", "export", "small", "--out", folder});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("--force"), refused.err.constData());
        QCOMPARE(workspace_.run({"data", "export", "small", "--out", folder, "--force"}).code, 0);
    }

    void wrong_usage_is_explained() {
        const auto format =
            workspace_.run({"data", "export", "small", "--out", workspace_.path("x"), "--format", "xml"});
        QCOMPARE(format.code, 2);
        QVERIFY(format.err.contains("recbole"));
        const auto name = workspace_.run({"data", "export", "smal", "--out", workspace_.path("x")});
        QCOMPARE(name.code, 2);
        QVERIFY(name.err.contains("small"));
        const auto split =
            workspace_.run({"data", "export", "small", "--out", workspace_.path("x"), "--split", "magic"});
        QCOMPARE(split.code, 2);
        QVERIFY(!QDir(workspace_.path("x")).exists());
    }
};

QTEST_GUILESS_MAIN(CliExportTest)
#include "tst_cli_export.moc"
