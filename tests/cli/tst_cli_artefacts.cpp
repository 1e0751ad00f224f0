// The dependency rules, read from what was built: the headless program needs no Qt, the window speaks no SQL.
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QtTest>

class TestArtefacts : public QObject {
    Q_OBJECT

    /// The shared libraries that a program or library asks for itself.
    static QByteArray needed(const char* file) {
        QProcess process;
        process.start("readelf", {"-d", file});
        if (!process.waitForFinished() || process.exitCode() != 0)
            return {};
        QByteArray out;
        for (const auto& line : process.readAllStandardOutput().split('\n'))
            if (line.contains("(NEEDED)"))
                out += line + '\n';
        return out;
    }

  private slots:
    void initTestCase() {
        if (QStandardPaths::findExecutable("readelf").isEmpty())
            QSKIP("not found: readelf");
    }

    void the_headless_program_and_the_core_need_no_qt() {
        for (const char* file : {TASTEBENCH_CLI, TASTEBENCH_CORE}) {
            const auto libraries = needed(file);
            QVERIFY2(libraries.contains("libc.so"), file);
            QVERIFY2(!libraries.contains("libQt"), libraries);
        }
    }

    void only_the_core_speaks_sql() {
        QVERIFY(needed(TASTEBENCH_CORE).contains("libsqlite3"));
        QVERIFY(!needed(TASTEBENCH_CLI).contains("sqlite"));
#ifdef TASTEBENCH_WINDOW
        const auto libraries = needed(TASTEBENCH_WINDOW);
        QVERIFY(libraries.contains("libQt6Widgets"));
        QVERIFY2(!libraries.contains("sqlite") && !libraries.contains("SQLite") && !libraries.contains("Qt6Sql"),
                 libraries);
#endif
    }
};

QTEST_APPLESS_MAIN(TestArtefacts)
#include "tst_cli_artefacts.moc"
