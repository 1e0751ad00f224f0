// data import's recipes, data refresh, and what becomes of deleted data sets.
#include "cli_process.h"

#include "core/data/import/command_line.h"

using namespace tastebench;

class CliImportTest : public QObject {
    Q_OBJECT

  private:
    CliWorkspace workspace_;

    /// 200 rows of 20 users, with events.
    static QByteArray events(int users = 20) {
        QByteArray out = "user;item;stars;when;kind\n";
        for (int user = 0; user < users; ++user)
            for (int item = 0; item < 10; ++item)
                out += QByteArray("u") + QByteArray::number(user) + ";i" + QByteArray::number((user * 3 + item) % 25) +
                       ";" + QByteArray::number(1 + (user + item) % 5) + ",5;" +
                       QByteArray::number(1'000'000'000 + user * 100 + item) + (item % 2 == 0 ? ";buy" : ";view") +
                       "\n";
        return out;
    }

    std::string source_state(const QString& name) const {
        return workspace_.json({"data", "show", name})["source_state"].get<std::string>();
    }

    /// A line as a shell runs it, with the program and its workspace in the place of the name.
    Output shell(const QString& line) const {
        QProcess process;
        process.setProcessEnvironment(QProcessEnvironment::systemEnvironment());
        process.start("bash", {"-c", QString("tastebench-cli() { '%1' --quiet --workspace '%2' \"$@\"; }; %3")
                                         .arg(TASTEBENCH_CLI, workspace_.file(), line)});
        Output out;
        if (process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit)
            out.code = process.exitCode();
        out.out = process.readAllStandardOutput();
        out.err = process.readAllStandardError();
        return out;
    }

  private Q_SLOTS:
    void the_command_line_that_is_shown_does_the_same() {
        ImportOptions options;
        options.files = {workspace_.write("it's here.csv", events()).toStdString()};
        options.test_files = {workspace_.write("test part.csv", events(5)).toStdString()};
        options.name = "by $command";
        options.format = FileFormat::delimited;
        options.encoding = "ISO-8859-1";
        options.separator = ";";
        options.header = true;
        options.decimal = ',';
        options.time_format = "s";
        options.user = "user";
        options.item = "item";
        options.value = "stars";
        options.time = "when";
        options.event = "kind";
        options.event_weights = {{"buy", 5.25F}, {"a=b", 0.1F}};
        options.least_value = -1e-3;
        options.greatest_value = 1e6;
        options.duplicates = DuplicateRows::mean;
        options.missing = MissingValues::drop;
        options.least_per_user = 2;
        options.least_per_item = 3;
        options.core = true;
        options.sample = 0.875;
        options.sample_unit = SampleUnit::users;
        options.sample_seed = 12345678901234567890ULL;
        options.bad_rows = BadRows::skip;
        options.most_bad_rows = 77;
        options.user_table = "-";
        const auto file = workspace_.path("by command.json");
        const auto done = shell(QString::fromStdString(import_command_line(options)) + " --save-recipe '" + file + "'");
        QVERIFY2(done.code == 0, done.err.constData());
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.readAll().trimmed().toStdString(), write_recipe(options));
    }

    void the_command_line_says_only_what_differs_from_the_defaults() {
        ImportOptions options;
        options.files = {"a b.csv", "-c.csv"};
        options.separator = "\t";
        options.least_value = 1;
        options.value = "-";
        QCOMPARE(import_command_line(options),
                 std::string("tastebench-cli data import 'a b.csv' ./-c.csv --separator tab --value - --range 1:"));
    }

    void a_recipe_is_kept_in_the_workspace_and_repeats_an_import() {
        const auto file = workspace_.write("shop.csv", events());
        const auto first = workspace_.json({"data", "import", file, "--name", "shop", "--min-user", "4", "--sample",
                                            "0.5", "--save-recipe-as", "monthly"});
        const auto recipes = workspace_.json({"data", "recipes"});
        QCOMPARE(recipes.size(), std::size_t{1});
        QCOMPARE(recipes[0]["name"].get<std::string>(), std::string("monthly"));
        QCOMPARE(recipes[0]["options"]["least_per_user"].get<int>(), 4);
        QCOMPARE(workspace_.json({"data", "recipes", "list"}), recipes);
        QCOMPARE(workspace_.json({"data", "recipes", "show", "monthly"}), recipes[0]["options"]);
        const auto again = workspace_.json({"data", "import", "--recipe", "monthly", "--name", "again"});
        QCOMPARE(again["fingerprint"], first["fingerprint"]);
        const auto whole =
            workspace_.json({"data", "import", "--recipe", "monthly", "--name", "whole", "--sample", "1"});
        QCOMPARE(whole["interactions"].get<int>(), 200);
        QCOMPARE(workspace_.json({"data", "recipes", "delete", "monthly"})["deleted"].get<std::string>(),
                 std::string("monthly"));
        const auto unknown = workspace_.run({"data", "import", "--recipe", "monthly", "--name", "never"});
        QCOMPARE(unknown.code, 2);
        QVERIFY2(unknown.err.contains("monthly"), unknown.err.constData());
    }

    void a_data_set_remembers_its_source_and_is_refreshed_when_that_changes() {
        const auto file = workspace_.write("grows.csv", events(10));
        const auto first = workspace_.json({"data", "import", file, "--name", "grows", "--duplicates", "last"});
        QCOMPARE(source_state("grows"), std::string("unchanged"));
        QCOMPARE(workspace_.json({"data", "refresh", "grows"})["refreshed"].get<bool>(), false);
        workspace_.write("grows.csv", events(12));
        QCOMPARE(source_state("grows"), std::string("changed"));
        const auto kept = workspace_.json({"data", "refresh", "grows", "--as", "grown"});
        QCOMPARE(kept["name"].get<std::string>(), std::string("grown"));
        QCOMPARE(workspace_.json({"data", "show", "grows"})["fingerprint"], first["fingerprint"]);
        const auto fresh = workspace_.json({"data", "refresh", "grows"});
        QCOMPARE(fresh["interactions"].get<int>(), 120);
        QCOMPARE(fresh["fingerprint"], kept["fingerprint"]);
        QCOMPARE(source_state("grows"), std::string("unchanged"));
        QCOMPARE(workspace_.json({"data", "show", "grows"})["recipe"]["duplicates"].get<std::string>(),
                 std::string("last"));
        const auto bin = workspace_.json({"data", "bin"});
        QCOMPARE(bin.size(), std::size_t{1});
        QCOMPARE(bin[0]["fingerprint"], first["fingerprint"]);
        QVERIFY(QFile::remove(file));
        QCOMPARE(source_state("grows"), std::string("gone"));
        const auto gone = workspace_.run({"data", "refresh", "grows"});
        QCOMPARE(gone.code, 3);
        QVERIFY2(gone.err.contains("grows.csv"), gone.err.constData());
        QCOMPARE(workspace_.json({"data", "show", "grows"})["fingerprint"], fresh["fingerprint"]);
    }

    void a_data_set_that_runs_use_is_neither_refreshed_nor_deleted() {
        const auto file = workspace_.write("used.csv", events(20));
        QCOMPARE(workspace_.run({"data", "import", file, "--name", "used"}).code, 0);
        const auto run = workspace_.run({"run", "--data", "used", "--model", "popularity", "--split", "random:0.7"});
        QVERIFY2(run.code == 0, run.err.constData());
        workspace_.write("used.csv", events(22));
        const auto refused = workspace_.run({"data", "refresh", "used"});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("--as"), refused.err.constData());
        QCOMPARE(workspace_.run({"data", "delete", "used"}).code, 2);
        QCOMPARE(workspace_.json({"data", "show", "used"})["interactions"].get<int>(), 200);
    }

    void what_is_made_here_cannot_be_refreshed() {
        QVERIFY(workspace_.make_small());
        QCOMPARE(source_state("small"), std::string("unknown"));
        const auto refused = workspace_.run({"data", "refresh", "small"});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("small"), refused.err.constData());
    }

    void a_deleted_data_set_comes_back_until_the_bin_is_emptied() {
        const CliWorkspace own;
        QVERIFY(own.make_small());
        const auto before = own.json({"data", "list"});
        QCOMPARE(own.json({"data", "delete", "small"})["deleted"].get<std::string>(), std::string("small"));
        QVERIFY(own.json({"data", "list"}).empty());
        QCOMPARE(own.json({"data", "bin"})[0]["name"].get<std::string>(), std::string("small"));
        own.json({"data", "restore", "small"});
        QCOMPARE(own.json({"data", "list"}), before);
        own.json({"data", "delete", "small"});
        const auto removed = own.json({"data", "empty-bin"});
        QCOMPARE(removed["removed"].size(), std::size_t{1});
        QVERIFY(own.json({"data", "bin"}).empty());
        QCOMPARE(own.run({"data", "restore", "small"}).code, 2);
    }

    void a_data_set_is_renamed_unless_the_name_is_taken() {
        const CliWorkspace own;
        QVERIFY(own.make_small());
        QCOMPARE(own.json({"data", "rename", "small", "little"})["name"].get<std::string>(), std::string("little"));
        QVERIFY(own.make_small());
        QCOMPARE(own.run({"data", "rename", "small", "little"}).code, 2);
        const auto wrong = own.run({"data", "rename", "litle", "x"});
        QCOMPARE(wrong.code, 2);
        QVERIFY2(wrong.err.contains("little"), wrong.err.constData());
    }
};

QTEST_GUILESS_MAIN(CliImportTest)
#include "tst_cli_import.moc"
