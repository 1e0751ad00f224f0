// The split of a run in the workspace: new kinds come back whole, rows written before them read as they did.
#include <QTemporaryDir>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/split/random_data.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestSplitStore : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void every_kind_comes_back_data() {
        QTest::addColumn<QString>("form");
        for (const auto& form : all_forms())
            QTest::newRow(form.c_str()) << QString::fromStdString(form);
    }
    void every_kind_comes_back() {
        QFETCH(QString, form);
        const auto data = random_rows(1);
        const auto workspace = *Workspace::open(file());
        Run run;
        run.spec = make_spec(*data, "popularity");
        run.spec.split = recipe(form.toStdString(), 0xFFFFFFFFFFFFFFFF); // a seed of 64 bits
        const auto id = *workspace->add_run(run);
        auto outcome = train(*data, run.spec);
        outcome.run.id = id;
        QVERIFY(workspace->finish_run(outcome).has_value());
        const auto read = *(*Workspace::open(file()))->run(id);
        QVERIFY(read.spec.split == run.spec.split);
        QCOMPARE(read.split_fingerprint, make_split(*data, run.spec.split)->fingerprint);
        QCOMPARE(read.validation_rows, outcome.run.validation_rows);
        QCOMPARE(read.train_rows, outcome.run.train_rows);
        QVERIFY(workspace->runs()->front().spec.split == run.spec.split);
        QCOMPARE(stored_form(), recipe_needs_text(run.spec.split) ? form.toStdString() : std::string());
    }

    void a_damaged_split_is_told() {
        const auto data = random_rows(1);
        const auto workspace = *Workspace::open(file());
        Run run;
        run.spec = make_spec(*data, "popularity");
        run.spec.split = recipe("loo:last");
        const auto id = *workspace->add_run(run);
        SQLite::Database(file(), SQLite::OPEN_READWRITE).exec("UPDATE run SET split_form = 'loo:lost'");
        const auto read = workspace->run(id);
        QVERIFY(!read);
        QVERIFY(read.error().text().find("loo:lost") != std::string::npos);
    }

  private:
    static bool recipe_needs_text(const SplitRecipe& made) {
        const auto text = made.text();
        return text.find_first_of(",;") != std::string::npos ||
               (!text.starts_with("random") && !text.starts_with("chrono") && !text.starts_with("stratified"));
    }
    std::string file() const { return folder_->filePath(QStringLiteral("w.tastebench")).toStdString(); }
    std::string stored_form() const {
        SQLite::Database db(file(), SQLite::OPEN_READONLY);
        return db.execAndGet("SELECT split_form FROM run").getString();
    }
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_APPLESS_MAIN(TestSplitStore)
#include "tst_split_store.moc"
