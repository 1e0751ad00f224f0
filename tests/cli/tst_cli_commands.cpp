// What the commands print and keep, on a small generated data set.
#include <cmath>
#include <map>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QtTest>

#include "cli/cli_process.h"

class TestCommands : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;
    nlohmann::json popularity_, sar_, svd_;

    static QString id(const nlohmann::json& run) { return QString::number(run.at("id").get<int>()); }

    static QStringList keys(const nlohmann::json& object) {
        QStringList out;
        for (const auto& [key, value] : object.items())
            out << QString::fromStdString(key);
        return out;
    }
    static void has_all(const nlohmann::json& object, const QStringList& wanted) {
        for (const auto& key : wanted)
            QVERIFY2(object.contains(key.toStdString()), key.toUtf8());
    }

  private slots:
    void initTestCase() {
        QVERIFY(workspace_.make_small());
        popularity_ = workspace_.json({"run", "--data", "small", "--model", "popularity", "--note", "floor"});
        sar_ = workspace_.json({"run", "--data", "small", "--model", "sar", "--set", "half_life_days=30"});
        svd_ = workspace_.json({"run", "--data", "small", "--model", "svd", "--preset", "fast", "--set", "epochs=3"});
    }

    void data_list_names_counts_and_fingerprint() {
        const auto list = workspace_.json({"data", "list"});
        QCOMPARE(list.size(), std::size_t{1});
        has_all(list[0], {"name", "users", "items", "interactions", "fingerprint", "density", "first_time"});
        QCOMPARE(list[0].at("name"), "small");
        QCOMPARE(list[0].at("users"), 80);
        QCOMPARE(list[0].at("fingerprint").get<std::string>().size(), std::size_t{32});
    }

    void data_show_says_which_models_can_use_it() {
        const auto shown = workspace_.json({"data", "show", "small"});
        QCOMPARE(shown.at("events").size(), std::size_t{3});
        std::map<std::string, bool> needs_more; // than who met what
        for (const auto& model : workspace_.json({"models"})) {
            const auto& can = model.at("capabilities");
            needs_more[model.at("id")] = can.at("needs_ratings") || can.at("needs_features") || can.at("needs_texts");
        }
        QVERIFY(needs_more.at("svd") && needs_more.at("dkn") && !needs_more.at("sar"));
        for (const auto& model : shown.at("models"))
            QVERIFY(model.at("usable").get<bool>());
        const auto csv = workspace_.write("views.csv", "user,item\na,x\na,y\nb,x\nb,z\n");
        workspace_.json({"data", "import", csv, "--name", "views"});
        const auto views = workspace_.json({"data", "show", "views"});
        for (const auto& model : views.at("models"))
            QCOMPARE(model.at("usable").get<bool>(), !needs_more.at(model.at("model")));
    }

    void generated_files_can_be_imported_and_repeat() {
        const QStringList generate{"data",           "generate", "--users", "50", "--items", "100",
                                   "--interactions", "1000",     "--seed",  "11", "--out"};
        workspace_.json(generate + QStringList{workspace_.path("a.csv")});
        workspace_.json(generate + QStringList{workspace_.path("b.csv")});
        QFile a(workspace_.path("a.csv")), b(workspace_.path("b.csv"));
        QVERIFY(a.open(QIODevice::ReadOnly) && b.open(QIODevice::ReadOnly));
        QCOMPARE(a.readAll(), b.readAll());
        const auto made = workspace_.json({"data", "import", workspace_.path("a.csv"), "--name", "generated file"});
        QVERIFY(std::abs(made.at("interactions").get<double>() - 1000) <= 20);
        QVERIFY(!made.at("first_time").is_null());
    }

    void the_sample_is_made_once() {
        const auto first = workspace_.json({"data", "sample"});
        const auto second = workspace_.json({"data", "sample"});
        QCOMPARE(first.at("fingerprint"), second.at("fingerprint"));
        QVERIFY(first.at("users").get<int>() >= 500);
    }

    void models_show_their_schema() {
        const auto models = workspace_.json({"models"});
        QVERIFY(models.size() >= 3);
        const auto sar = workspace_.json({"models", "sar"});
        has_all(sar, {"id", "title", "summary", "citation", "parameters", "presets", "capabilities"});
        const auto& similarity = sar.at("parameters").at(0);
        QCOMPARE(similarity.at("name"), "similarity");
        QCOMPARE(similarity.at("choices").size(), std::size_t{7});
    }

    void a_run_is_recorded_in_full() {
        has_all(sar_, {"id", "state", "model", "data", "fingerprint", "split", "parameters", "seed", "protocol",
                       "metrics", "fit_seconds", "evaluate_seconds", "peak_memory_bytes", "environment", "created",
                       "finished", "command"});
        has_all(sar_.at("split"), {"recipe", "train_rows", "test_rows"});
        QCOMPARE(sar_.at("state"), "done");
        QCOMPARE(sar_.at("parameters").at("half_life_days"), 30.0);
        QCOMPARE(sar_.at("split").at("recipe"), "chrono:0.75");
        has_all(sar_.at("metrics"), {"ndcg@5", "ndcg@10", "ndcg@20", "precision@10", "map@10", "coverage@10"});
        QVERIFY(sar_.at("peak_memory_bytes").get<double>() > 1e6);
        has_all(svd_.at("metrics"), {"rmse", "mae"});
        QCOMPARE(svd_.at("parameters").at("epochs"), 3);
        QCOMPARE(svd_.at("parameters").at("factors"), 32);
        QCOMPARE(popularity_.at("note"), "floor");
    }

    void a_stored_run_reads_back_as_it_was_printed() {
        auto shown = workspace_.json({"runs", "show", id(svd_)});
        QVERIFY(!shown.at("curves").empty());
        shown.erase("curves");
        QCOMPARE(QString::fromStdString(shown.dump()), QString::fromStdString(svd_.dump()));
    }

    void runs_are_filtered_and_sorted() {
        const auto all = workspace_.json({"runs", "list"});
        QVERIFY(all.size() >= 3);
        QVERIFY(all[0].at("id").get<int>() > all[1].at("id").get<int>());
        const auto chosen = workspace_.json({"runs", "list", "--filter", "model = sar and half_life_days = 30"});
        QVERIFY(!chosen.empty());
        for (const auto& run : chosen)
            QCOMPARE(run.at("model"), "sar");
        const auto best = workspace_.json({"runs", "list", "--sort", "ndcg@10"});
        for (std::size_t i = 1; i < best.size(); ++i)
            QVERIFY(best[i - 1].at("metrics").at("ndcg@10") >= best[i].at("metrics").at("ndcg@10"));
        const auto least_error = workspace_.json({"runs", "list", "--filter", "rmse > 0", "--sort", "rmse"});
        QCOMPARE(least_error[0].at("model"), "svd");
    }

    void comparison_tests_each_run_against_the_baseline() {
        const auto result = workspace_.json(
            {"compare", id(popularity_), id(sar_), id(svd_), "--baseline", id(popularity_), "--metric", "ndcg@10"});
        QCOMPARE(result.at("baseline"), popularity_.at("id"));
        QCOMPARE(result.at("metric"), "ndcg@10");
        QCOMPARE(result.at("runs").size(), std::size_t{3});
        for (const auto& run : result.at("runs")) {
            QVERIFY(run.at("low") <= run.at("mean") && run.at("mean") <= run.at("high"));
            const bool baseline = run.at("id") == popularity_.at("id");
            QCOMPARE(run.at("p_value").is_null(), baseline);
            QCOMPARE(run.at("effect").is_null(), baseline);
            if (!baseline)
                QVERIFY(run.at("p_adjusted") >= run.at("p_value"));
        }
        const double shown = result.at("runs").at(1).at("mean").get<double>();
        QVERIFY(std::abs(shown - sar_.at("metrics").at("ndcg@10").get<double>()) < 1e-6);
    }

    void a_metric_without_users_is_compared_without_a_test() {
        const auto result =
            workspace_.json({"compare", id(popularity_), id(sar_), "--baseline", id(sar_), "--metric", "coverage@10"});
        for (const auto& run : result.at("runs")) {
            QVERIFY(run.at("low").is_null() && run.at("p_value").is_null());
            const auto& whole = run.at("id") == sar_.at("id") ? sar_ : popularity_;
            QCOMPARE(run.at("mean").get<double>(), whole.at("metrics").at("coverage@10").get<double>());
        }
        const auto words = workspace_.run({"compare", id(popularity_), id(sar_), "--metric", "coverage@10"}).out;
        QVERIFY2(words.contains("nothing can be said about chance"), words);
    }

    void recommendations_are_ranked_and_unseen() {
        const auto result = workspace_.json({"recommend", id(sar_), "--user", "u0005", "-k", "7"});
        QCOMPARE(keys(result), (QStringList{"items", "run", "user"}));
        QCOMPARE(result.at("items").size(), std::size_t{7});
        double last = std::numeric_limits<double>::infinity();
        int rank = 0;
        for (const auto& item : result.at("items")) {
            QCOMPARE(item.at("rank"), ++rank);
            QVERIFY(item.at("score").get<double>() <= last);
            last = item.at("score").get<double>();
            QVERIFY(!item.at("title").get<std::string>().empty());
        }
    }

    void contributions_add_up_to_the_score_of_the_recommendation() {
        const auto top = workspace_.json({"recommend", id(sar_), "--user", "u0009", "-k", "3"}).at("items");
        for (const auto& item : top) {
            const auto why = workspace_.json({"explain", id(sar_), "--user", "u0009", "--item",
                                              QString::fromStdString(item.at("item").get<std::string>())});
            double sum = 0, shares = 0;
            for (const auto& reason : why.at("contributions")) {
                has_all(reason, {"item", "title", "affinity", "similarity", "contribution", "share", "common_users",
                                 "event", "time"});
                const double product = reason.at("affinity").get<double>() * reason.at("similarity").get<double>();
                QVERIFY(std::abs(product - reason.at("contribution").get<double>()) <= 1e-12 * std::abs(product));
                sum += reason.at("contribution").get<double>();
                shares += reason.at("share").get<double>();
            }
            QVERIFY(!why.at("contributions").empty());
            QCOMPARE(sum, why.at("score").get<double>());
            QVERIFY(std::abs(shares - 1) < 1e-9);
            const double score = item.at("score").get<double>();
            QVERIFY(std::abs(sum - score) <= 1e-9 * std::abs(score));
            QVERIFY(!why.at("sentence").get<std::string>().empty());
        }
    }

    void reports_are_one_html_file_without_network() {
        const auto file = workspace_.path("report.html");
        const auto made =
            workspace_.json({"report", id(popularity_), id(sar_), "--out", file, "--title", "A <b>bold</b> title"});
        QCOMPARE(made.at("file"), file.toStdString());
        QFile html(file);
        QVERIFY(html.open(QIODevice::ReadOnly));
        const auto content = html.readAll();
        QCOMPARE(content.size(), made.at("bytes").get<int>());
        QVERIFY(content.startsWith("<!DOCTYPE html>") || content.startsWith("<!doctype html>"));
        QVERIFY(content.contains("A &lt;b&gt;bold&lt;/b&gt; title"));
        for (const char* reference : {"src=\"http", "href=\"http", "url(http", "@import"})
            QVERIFY2(!content.contains(reference), reference);
    }

    void a_deleted_run_is_gone() {
        const auto made = workspace_.json({"run", "--data", "small", "--model", "popularity"});
        workspace_.json({"runs", "delete", id(made)});
        QCOMPARE(workspace_.run({"runs", "show", id(made)}).code, 2);
    }

    void json_stands_alone_on_standard_output_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("data list") << QStringList{"data", "list"};
        QTest::newRow("models") << QStringList{"models"};
        QTest::newRow("run") << QStringList{"run", "--data", "small", "--model", "sar"};
        QTest::newRow("runs list") << QStringList{"runs", "list"};
        QTest::newRow("rerun") << QStringList{"runs", "rerun", id(sar_)};
        QTest::newRow("recommend") << QStringList{"recommend", id(sar_), "--user", "u0001"};
    }
    void json_stands_alone_on_standard_output() {
        QFETCH(QStringList, arguments);
        // Global options may stand before or behind the command.
        const auto before = workspace_.run(QStringList{"--json"} + arguments);
        QCOMPARE(before.code, 0);
        QVERIFY(nlohmann::json::accept(before.out.toStdString()));
        const auto behind = workspace_.run(arguments + QStringList{"--json", "--quiet"});
        QCOMPARE(behind.code, 0);
        QVERIFY(nlohmann::json::accept(behind.out.toStdString()));
        QCOMPARE(behind.err, QByteArray());
    }

    void progress_is_plain_lines_on_standard_error() {
        const auto output = workspace_.run({"run", "--data", "small", "--model", "svd", "--preset", "fast"});
        QCOMPARE(output.code, 0);
        QVERIFY(output.err.startsWith("run "));
        QVERIFY(!output.err.contains('\r') && !output.err.contains('\033'));
    }

    void numbers_do_not_depend_on_the_locale() {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LC_ALL", "de_DE.UTF-8");
        const QStringList show{"runs", "show", id(svd_)};
        QCOMPARE(workspace_.run(show, environment).out, workspace_.run(show).out);
        const QStringList train{"run", "--data", "small", "--model", "svd", "--set", "learning_rate=0.01", "--json"};
        const auto run = workspace_.run(train, environment);
        QCOMPARE(run.code, 0);
        QCOMPARE(run.json().at("parameters").at("learning_rate"), 0.01);
    }

    void the_default_workspace_follows_xdg_data_home() {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", workspace_.path("xdg"));
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(TASTEBENCH_CLI, {"--json", "data", "list"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(QFileInfo::exists(workspace_.path("xdg/tastebench/workspace.tastebench")));
    }
};

QTEST_APPLESS_MAIN(TestCommands)
#include "tst_cli_commands.moc"
