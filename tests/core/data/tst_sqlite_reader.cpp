#include <SQLiteCpp/SQLiteCpp.h>

#include "core/data/import_files.h"
#include "core/store/workspace.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestSqliteReader : public QObject {
    Q_OBJECT

    ImportFiles files_;

    std::string make(const QString& name, const std::string& sql) {
        const auto path = files_.path() + "/" + name.toStdString();
        QFile::remove(QString::fromStdString(path));
        SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec(sql);
        return path;
    }

    static std::string content_of(const std::string& path) {
        QFile file(QString::fromStdString(path));
        return file.open(QFile::ReadOnly) ? file.readAll().toStdString() : std::string();
    }

  private Q_SLOTS:
    void a_table_is_read_by_the_names_of_its_columns() {
        const auto file =
            make("a.db", "CREATE TABLE \"my \"\"ratings\"\"; --\"(\"when\" INTEGER, user_id INTEGER, "
                         "movie_id REAL, rating, note TEXT, age INTEGER);"
                         "INSERT INTO \"my \"\"ratings\"\"; --\" VALUES (1600000000, 7, 5.0, 4.5, 'x', 3),"
                         "(1600000001, 12345678901, 6, '3', NULL, NULL)");
        auto options = options_for(file);
        options.context = {"*"};
        const auto before = content_of(file);
        const auto preview = preview_import(options);
        QVERIFY2(preview, preview ? "" : preview.error().text().c_str());
        QCOMPARE(preview->format, FileFormat::sqlite);
        QCOMPARE(preview->user, std::string("user_id"));
        QCOMPARE(preview->item, std::string("movie_id"));
        QCOMPARE(preview->time, std::string("when"));
        QCOMPARE(preview->rows.size(), std::size_t{2});
        QCOMPARE(preview->rows[0][4], std::string("x"));
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& d = **data;
        QCOMPARE(d.interactions().value, (std::vector<float>{4.5F, 3}));
        QCOMPARE(d.interactions().time[1], std::int64_t{1600000001});
        QCOMPARE(d.items().id(d.interactions().item[0]), std::string_view("5"));
        QCOMPARE(d.users().id(d.interactions().user[1]), std::string_view("12345678901"));
        QCOMPARE(context_text(d, "note", 0), std::string("x"));
        QCOMPARE(context_text(d, "note", 1), std::string());
        QCOMPARE(context_text(d, "age", 0), std::string("3"));
        QCOMPARE(context_text(d, "age", 1), std::string("nan"));
        QCOMPARE(content_of(file), before);
    }

    void several_tables_are_listed_until_one_is_named() {
        const auto file = make("b.db", "CREATE TABLE people(id, name); CREATE TABLE log(user, item, day);"
                                       "INSERT INTO log VALUES ('u', 'a', '31.12.2023'), ('u', 'b', '01.02.2024');"
                                       "CREATE VIEW late AS SELECT user, item, day AS date FROM log WHERE item = 'b'");
        auto options = options_for(file);
        const auto unnamed = import_files(options);
        QVERIFY(!unnamed);
        QVERIFY2(unnamed.error().remedy.find("late, log, people") != std::string::npos, unnamed.error().text().c_str());
        options.table = "nothing";
        QVERIFY(!import_files(options));
        options.table = "late";
        const auto view = import_files(options);
        QVERIFY2(view, view ? "" : view.error().text().c_str());
        QCOMPARE((*view)->interactions().time, std::vector<std::int64_t>{1706745600}); // date -ud 2024-02-01 +%s
        QCOMPARE(preview_import(options)->members.size(), std::size_t{3});
        options.table = "people";
        const auto people = import_files(options);
        QVERIFY(!people);
        QVERIFY2(people.error().remedy.find("id, name") != std::string::npos, people.error().text().c_str());
    }

    void many_rows_come_in_pieces_and_in_order() {
        const auto file =
            make("c.db", "CREATE TABLE t(user, item, value);"
                         "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)"
                         "INSERT INTO t SELECT i % 977, i % 313, i FROM n");
        const auto data = import_files(options_for(file));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& rows = (*data)->interactions();
        QCOMPARE(rows.size(), std::size_t{200'000});
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows.value[i] != static_cast<float>(i))
                QFAIL("a row is out of order");
        QCOMPARE((*data)->users().size(), 977U);
    }

    void bad_rows_are_named_by_number_and_column() {
        const auto file = make("d.db", "CREATE TABLE t(user, item, rating);"
                                       "INSERT INTO t VALUES (1, 2, 3), (1, 3, 'good'), (NULL, 4, 1), (1, x'00ff', 1)");
        const auto stopped = import_files(options_for(file));
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().where, file + ":2:3");
        QVERIFY(!stopped.error().remedy.empty());
        auto options = options_for(file);
        options.bad_rows = BadRows::skip;
        ImportReport report;
        const auto data = import_files(options, &report);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{1});
        QCOMPARE(report.bad_rows, std::uint64_t{3});
        QCOMPARE(report.bad[1].place, file + ":3:1");
        QCOMPARE(report.bad[2].place, file + ":4:2");
        QCOMPARE(preview_import(options)->problems.size(), std::size_t{3});
    }

    void a_workspace_is_no_data() {
        const auto file = files_.path() + "/own.tastebench";
        {
            auto workspace = Workspace::open(file);
            QVERIFY2(workspace, workspace ? "" : workspace.error().text().c_str());
        }
        const auto data = import_files(options_for(file));
        QVERIFY(!data);
        QVERIFY2(data.error().what.find("workspace") != std::string::npos, data.error().text().c_str());
        QVERIFY(!data.error().remedy.empty());
    }

    void damage_is_an_error_and_never_a_crash() {
        const auto file = make("e.db", "CREATE TABLE t(user, item);"
                                       "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                                       "INSERT INTO t SELECT 'user' || i, i FROM n");
        const auto whole = QByteArray::fromStdString(content_of(file));
        QVERIFY(whole.size() > 20'000);
        const auto cut = import_files(options_for(files_.write(whole.left(9000), "cut.db")));
        QVERIFY(!cut);
        QVERIFY2(cut.error().what.find("damaged") != std::string::npos, cut.error().text().c_str());
        auto smeared = whole;
        smeared.replace(8192, 4096, QByteArray(4096, '\x5A'));
        const auto wrong = import_files(options_for(files_.write(smeared, "wrong.db")));
        QVERIFY(!wrong);
        QVERIFY(!wrong.error().remedy.empty());
        const auto head = import_files(options_for(files_.write(whole.left(100), "head.db")));
        QVERIFY(!head);
    }

    void a_view_may_only_read() {
        const auto file = make("f.db", "CREATE TABLE t(user, item); INSERT INTO t VALUES (1, 2);"
                                       "CREATE VIEW v AS SELECT user, load_extension('x') AS item FROM t");
        auto options = options_for(file);
        options.table = "v";
        const auto data = import_files(options);
        QVERIFY(!data);
        QVERIFY(!data.error().remedy.empty());
    }

    void an_endless_view_can_be_cancelled() {
        const auto file =
            make("g.db", "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)"
                         "SELECT i AS user, i AS item FROM n WHERE i < 0");
        const Parallel parallel(1);
        Progress progress;
        progress.cancel();
        const auto data = import_dataset(options_for(file), parallel, progress);
        QVERIFY(!data);
        QCOMPARE(data.error().kind, ErrorKind::cancelled);
    }
};

QTEST_APPLESS_MAIN(TestSqliteReader)
#include "tst_sqlite_reader.moc"
