#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/data/generator.h"
#include "core/file_size_limit.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestWorkspace : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    std::filesystem::path file() const { return folder_->filePath(QStringLiteral("w.tastebench")).toStdString(); }
    std::shared_ptr<Workspace> open() const { return *Workspace::open(file()); }

  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void a_data_set_comes_back_whole() {
        Progress progress;
        const auto made = *generate_dataset({40, 50, 900, 3}, "films", progress);
        QVERIFY(open()->add_dataset(*made).has_value());
        const auto workspace = open();
        const auto read = workspace->dataset("films");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QCOMPARE((*read)->fingerprint(), made->fingerprint());
        QCOMPARE((*read)->name(), made->name());
        QCOMPARE((*read)->source(), made->source());
        QCOMPARE((*read)->title(7), made->title(7));
        const auto entries = *workspace->datasets();
        QCOMPARE(entries.size(), std::size_t{1});
        QCOMPARE(entries[0].summary.interactions, made->summary().interactions);
        QCOMPARE(entries[0].summary.last_time, made->summary().last_time);
    }

    void odd_values_come_back() {
        std::vector<Row> rows;
        for (int i = 0; i < 400; ++i) // more than 256 different ratings
            rows.push_back({"u" + std::to_string(i % 7), "i" + std::to_string(i), static_cast<float>(i) * 0.37F - 50,
                            i % 2 == 0 ? -2'000'000'000LL + i : 7'000'000'000LL});
        rows.push_back({"v", "i1", std::numeric_limits<float>::quiet_NaN(), 0});
        const auto made = *make_data(rows);
        const auto workspace = open();
        QVERIFY(workspace->add_dataset(*made).has_value());
        QCOMPARE((*workspace->dataset("small"))->fingerprint(), made->fingerprint());
    }

    void names_are_unique_and_unknown_ones_are_told() {
        const auto workspace = open();
        const auto data = tastes();
        QVERIFY(workspace->add_dataset(*data).has_value());
        QVERIFY(workspace->add_dataset(*data).error().text().find("already") != std::string::npos);
        QVERIFY(workspace->dataset("smal").error().text().find("did you mean 'small'") != std::string::npos);
        QVERIFY(workspace->run(99).error().text().find("no run 99") != std::string::npos);
        QCOMPARE(workspace->model(99).error().kind, ErrorKind::usage);
    }

    void a_run_comes_back_whole() {
        const auto data = tastes();
        Run run;
        run.spec = make_spec(*data, "svd", {{"factors", std::int64_t{8}}, {"learning_rate", 0.01 + 0.02}});
        run.spec.split.kind = SplitKind::rows;
        run.spec.split.rows_file = "rows.txt";
        run.spec.split.test_rows = {1, 5, 9, 100};
        run.spec.evaluation = {{1, 10}, false};
        run.spec.note = "it's \"noted\"; DROP TABLE run";
        const auto workspace = open();
        const auto id = *workspace->add_run(run);
        QCOMPARE(workspace->run(id)->state, RunState::queued);
        QVERIFY(workspace->mark_started(id, 1'700'000'050).has_value());
        QCOMPARE(workspace->run(id)->state, RunState::running);
        auto outcome = train(*data, run.spec);
        outcome.run.id = id;
        QVERIFY(workspace->finish_run(outcome).has_value());
        const auto again = open();
        const auto read = *again->run(id);
        QCOMPARE(read.state, RunState::done);
        QVERIFY(read.spec.parameters == run.spec.parameters);
        QCOMPARE(read.spec.split.test_rows, run.spec.split.test_rows);
        QCOMPARE(read.spec.split.text(), run.spec.split.text());
        QCOMPARE(read.spec.evaluation.ks, run.spec.evaluation.ks);
        QCOMPARE(read.spec.evaluation.remove_seen, false);
        QCOMPARE(read.spec.note, run.spec.note);
        QVERIFY(read.metrics == outcome.run.metrics);
        QVERIFY(read.curves == outcome.run.curves);
        QCOMPARE(read.environment.cpu, outcome.run.environment.cpu);
        QCOMPARE(read.users_counted, outcome.run.users_counted);
        const auto values = *again->per_user(id, "ndcg@10");
        QVERIFY(values.has_value());
        QCOMPARE(values->users, outcome.evaluation.users);
        QCOMPARE(values->values, outcome.evaluation.per_user.at("ndcg@10"));
        QVERIFY(!again->per_user(id, "magic")->has_value());
        std::vector<double> a(data->items().size());
        auto b = a;
        outcome.model->score(3, a);
        (*again->model(id))->score(3, b);
        QCOMPARE(a, b);
        // The same run again, without the rows file, gives the same digits.
        QVERIFY(train(*data, read.spec).run.metrics == read.metrics);
    }

    void deleting_follows_the_rules() {
        const auto workspace = open();
        const auto data = tastes();
        QVERIFY(workspace->add_dataset(*data).has_value());
        const auto id = store_run(*workspace, *data, "popularity");
        QVERIFY(workspace->delete_dataset("small").error().text().find("1 run uses 'small'") != std::string::npos);
        QVERIFY(workspace->delete_run(id).has_value());
        QVERIFY(!workspace->delete_run(id).has_value());
        QVERIFY(workspace->delete_dataset("small").has_value());
        QVERIFY(workspace->empty_bin().has_value());
        SQLite::Database db(file().string());
        for (const char* table : {"dataset_part", "run_part", "metric", "parameter", "curve"})
            QCOMPARE(db.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0);
    }

    void two_windows_see_each_other() {
        const auto one = open();
        const auto two = open();
        const auto before = two->change_count();
        QVERIFY(one->set_setting("theme", "dark").has_value());
        QCOMPARE(two->setting("theme"), std::string("dark"));
        QCOMPARE(two->setting("none"), std::string());
        QVERIFY(two->change_count() > before);
        const auto data = tastes();
        QVERIFY(one->add_dataset(*data).has_value());
        const auto id = store_run(*two, *data, "popularity");
        QCOMPARE(one->run(id)->state, RunState::done);
    }

    void runs_of_a_living_program_are_not_interrupted() {
        const auto one = open();
        Run run;
        run.spec = make_spec(*tastes(), "sar");
        const auto id = *one->add_run(run);
        QCOMPARE(open()->run(id)->state, RunState::queued);
    }

    void an_older_file_is_brought_up_to_date() {
        QFile script(QStringLiteral(TASTEBENCH_FIXTURES "/workspace_v1.sql"));
        QVERIFY(script.open(QFile::ReadOnly));
        {
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            db.exec(script.readAll().toStdString());
        }
        const auto workspace = Workspace::open(file());
        QVERIFY2(workspace.has_value(), workspace ? "" : workspace.error().text().c_str());
        const auto runs = *(*workspace)->runs();
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[1].metrics.at("ndcg@10"), 0.25);
        QCOMPARE(get_int(runs[1].spec.parameters, "factors"), std::int64_t{8});
        QCOMPARE(runs[0].state, RunState::interrupted); // its program is long gone
        QVERIFY((*workspace)->set_note(runs[0].id, "new").has_value());
        QVERIFY((*workspace)->set_setting("a", "b").has_value());
        SQLite::Database db(file().string());
        QCOMPARE(db.execAndGet("PRAGMA user_version").getInt(), 4);
    }

    void a_newer_file_is_left_alone() {
        open();
        {
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
            db.exec("PRAGMA user_version = 99");
        }
        const auto refused = Workspace::open(file());
        QVERIFY(refused.error().text().find("newer Tastebench") != std::string::npos);
        SQLite::Database db(file().string());
        QCOMPARE(db.execAndGet("PRAGMA user_version").getInt(), 99);
    }

    void strange_files_are_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("text") << QByteArray("user,item\nu,a\n").repeated(200);
        QTest::newRow("header only") << QByteArray("SQLite format 3\0", 16);
        QTest::newRow("damaged header") << QByteArray("SQLite format 3\0", 16) + QByteArray(4080, '\x7F');
    }
    void strange_files_are_refused() {
        QFETCH(QByteArray, content);
        QFile strange(QString::fromStdString(file().string()));
        QVERIFY(strange.open(QFile::WriteOnly));
        strange.write(content);
        strange.close();
        const auto refused = Workspace::open(file());
        QVERIFY(!refused);
        QVERIFY2(!refused.error().remedy.empty(), refused.error().text().c_str());
        QVERIFY(strange.open(QFile::ReadOnly));
        QCOMPARE(strange.readAll(), content);
    }

    void another_programs_database_is_refused() {
        {
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            db.exec("CREATE TABLE recipes (name TEXT)");
        }
        QVERIFY(Workspace::open(file()).error().text().find("no Tastebench workspace") != std::string::npos);
        QVERIFY(Workspace::open(folder_->path().toStdString()).error().text().find("folder") != std::string::npos);
        QVERIFY(Workspace::open("/nonexistent/w.tastebench").error().text().find("cannot be opened") !=
                std::string::npos);
    }

    void damaged_pages_end_in_errors_not_crashes() {
        const auto data = tastes(200, 90);
        {
            const auto workspace = open();
            QVERIFY(workspace->add_dataset(*data).has_value());
            store_run(*workspace, *data, "svd");
        }
        QFile original(QString::fromStdString(file().string()));
        QVERIFY(original.open(QFile::ReadOnly));
        const QByteArray sound = original.readAll();
        Rng rng(9);
        int refused = 0;
        for (int round = 0; round < 60; ++round) {
            QByteArray content = sound;
            if (round % 3 == 0)
                content.truncate(static_cast<qsizetype>(rng.below(static_cast<std::uint32_t>(content.size()))));
            for (int flip = 0; flip < 200 && !content.isEmpty(); ++flip)
                content[static_cast<qsizetype>(rng.below(static_cast<std::uint32_t>(content.size())))] =
                    static_cast<char>(rng.below(256));
            const auto path = folder_->filePath(QStringLiteral("damaged-%1").arg(round));
            QFile damaged(path);
            QVERIFY(damaged.open(QFile::WriteOnly));
            damaged.write(content);
            damaged.close();
            const auto workspace = Workspace::open(path.toStdString());
            if (!workspace) {
                ++refused;
                continue;
            }
            const auto read = (*workspace)->dataset("small");
            QVERIFY(!read || (*read)->fingerprint() == data->fingerprint());
            refused += read ? 0 : 1;
            (void)(*workspace)->runs();
            (void)(*workspace)->run(1);
            (void)(*workspace)->model(1);
            (void)(*workspace)->per_user(1, "ndcg@10");
        }
        QVERIFY(refused > 30);
    }

    void a_locked_file_is_told() {
        open();
        SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
        other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE held (x)");
        const auto refused = Workspace::open(file());
        QVERIFY(refused.error().text().find("another program holds the workspace locked") != std::string::npos);
    }

    void a_full_disk_keeps_what_was_saved() {
        const auto data = tastes();
        const auto workspace = open();
        QVERIFY(workspace->add_dataset(*data).has_value());
        const auto id = store_run(*workspace, *data, "popularity");
        Progress progress;
        const auto large = *generate_dataset({3'000, 900, 300'000, 4}, "large", progress);
        {
            const FileSizeLimit limit(1'000'000);
            const auto refused = workspace->add_dataset(*large);
            QVERIFY(!refused);
            QVERIFY2(refused.error().text().find("disk") != std::string::npos, refused.error().text().c_str());
        }
        QCOMPARE(workspace->datasets()->size(), std::size_t{1});
        QCOMPARE(open()->run(id)->state, RunState::done);
        QVERIFY(workspace->add_dataset(*large).has_value());
    }

    void a_thousand_runs_are_listed_at_once() {
        const auto data = tastes(20, 20);
        {
            const auto workspace = open();
            store_run(*workspace, *data, "sar");
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
            const auto others = db.execAndGet("SELECT group_concat(name, ', ') FROM pragma_table_info('run') "
                                              "WHERE name <> 'id'")
                                    .getString();
            db.exec("BEGIN");
            for (int i = 0; i < 10; ++i) {
                db.exec("INSERT INTO run (id, " + others + ") SELECT (SELECT max(id) FROM run) + id, " + others +
                        " FROM run");
                for (const char* table : {"metric", "parameter"})
                    db.exec(std::string("INSERT INTO ") + table + " SELECT run_id + (1 << " + std::to_string(i) +
                            "), " + (table[0] == 'm' ? "name, value" : "name, type, value") + " FROM " + table);
            }
            db.exec("COMMIT");
        }
        const auto workspace = open();
        QElapsedTimer timer;
        timer.start();
        const auto runs = *workspace->runs();
        qInfo("%zu runs listed in %lld ms", runs.size(), static_cast<long long>(timer.elapsed()));
        QCOMPARE(runs.size(), std::size_t{1024});
        QVERIFY(runs.front().metrics.size() > 5 && runs.front().spec.parameters.size() > 5);
    }
};

QTEST_APPLESS_MAIN(TestWorkspace)
#include "tst_workspace.moc"
