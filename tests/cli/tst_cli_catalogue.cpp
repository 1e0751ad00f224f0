// data catalogue and data download, against a local server and with files at hand.
#include <csignal>

#include <QtTest>

#include "cli/cli_process.h"
#include "core/data/catalogue/http_server.h"

using namespace tastebench::testing;

namespace {

constexpr const char* ratings = "userId,movieId,rating,timestamp\n1,10,4.0,100\n1,20,3.5,200\n2,10,5.0,300\n";

} // namespace

class TestCliCatalogue : public QObject {
    Q_OBJECT
    std::unique_ptr<CliWorkspace> workspace_;
    QProcessEnvironment environment_;

    Output run(const QStringList& arguments) const { return workspace_->run(arguments, environment_); }

  private slots:
    void init() {
        workspace_ = std::make_unique<CliWorkspace>();
        environment_ = QProcessEnvironment::systemEnvironment();
        environment_.insert("XDG_CACHE_HOME", workspace_->path("cache"));
        environment_.insert("no_proxy", "127.0.0.1");
    }

    void the_catalogue_lists_every_set_with_its_figures() {
        const auto list = workspace_->json({"data", "catalogue"});
        QCOMPARE(list.size(), std::size_t{17});
        for (const auto& entry : list)
            for (const char* key : {"name", "title", "summary", "users", "items", "interactions", "bytes", "license",
                                    "citation", "home", "files", "manual"})
                QVERIFY2(entry.contains(key), key);
        const auto table = run({"data", "catalogue"});
        QCOMPARE(table.code, 0);
        QVERIFY(table.out.contains("ml-20m") && table.out.contains("20,000,263"));
    }

    void one_set_is_shown_with_terms_citation_and_checksum() {
        const auto shown = run({"data", "catalogue", "ml-100k"});
        QCOMPARE(shown.code, 0);
        for (const char* part : {"MD5 0e33842e24a9c977be4e0107933c0723", "Harper", "redistribution", "943"})
            QVERIFY2(shown.out.contains(part), part);
        const auto unknown = run({"data", "catalogue", "ml-100"});
        QCOMPARE(unknown.code, 2);
        QVERIFY(unknown.err.contains("ml-100k"));
    }

    void a_download_is_kept_and_not_repeated() {
        const HttpServer server([](const auto&, const auto& to, int) { to.whole("not really a zip"); });
        const auto url = QString::fromStdString(server.url("/ml-latest.zip"));
        const QStringList command{"--json", "data", "download", "ml-latest", "--keep-only", "--url", url};
        const auto first = run(command);
        QVERIFY2(first.code == 0, first.err.constData());
        const auto file = first.json().at("files").at(0);
        QCOMPARE(QString::fromStdString(file.at("path").get<std::string>()),
                 workspace_->path("cache/tastebench/downloads/ml-latest.zip"));
        QCOMPARE(file.at("checked"), false);
        QCOMPARE(file.at("checksum").at("kind"), "sha256");
        // The terms are shown before the download.
        QVERIFY(first.err.contains("commercially"));
        QCOMPARE(run(command).code, 0);
        QCOMPARE(server.seen().size(), std::size_t{1});
    }

    void what_is_not_the_published_file_is_refused() {
        const HttpServer server([](const auto&, const auto& to, int) { to.whole("something else"); });
        const auto url = QString::fromStdString(server.url());
        const auto output =
            run({"data", "download", "ml-100k", "--keep-only", "--folder", workspace_->path("d"), "--url", url});
        QCOMPARE(output.code, 3);
        QVERIFY2(output.err.contains("4924029"), output.err.constData());
        QVERIFY(QDir(workspace_->path("d")).isEmpty());
        const auto mine = workspace_->write("ml-100k.zip", "something else");
        QCOMPARE(run({"data", "download", "ml-100k", "--from", mine}).code, 3);
    }

    void a_set_that_needs_consent_says_how_to_get_it() {
        const auto output = run({"data", "download", "mind-small"});
        QCOMPARE(output.code, 2);
        QVERIFY(output.err.contains("https://msnews.github.io/"));
    }

    void a_file_at_hand_is_imported_under_the_name_of_the_catalogue() {
        const auto file = workspace_->write("ratings.csv", ratings);
        const auto output = run({"--json", "data", "download", "ml-latest", "--from", file});
        QVERIFY2(output.code == 0, output.err.constData());
        QCOMPARE(output.json().at("data").at("name"), "ml-latest");
        QCOMPARE(output.json().at("data").at("interactions"), 3);
        const auto again = run({"data", "download", "ml-latest", "--from", file});
        QCOMPARE(again.code, 2);
        QVERIFY(again.err.contains("already"));
        QCOMPARE(run({"data", "download", "ml-latest", "--from", file, "--name", "mine"}).code, 0);
        QCOMPARE(workspace_->json({"data", "list"}).size(), std::size_t{2});
    }

    void an_interrupted_download_goes_on_where_it_stopped() {
        const auto bytes = some_bytes(20'000);
        const HttpServer server([&](const auto& request, const auto& to, int number) {
            if (number > 0) {
                to.file(request, bytes, {"ETag: \"v1\""});
                return;
            }
            to.head("200 OK", {"ETag: \"v1\"", "Content-Length: 20000"});
            to.send(bytes.substr(0, 5'000));
            to.rest(60'000);
        });
        const QStringList command{"data",        "download", "ml-latest",
                                  "--keep-only", "--url",    QString::fromStdString(server.url())};
        const QFileInfo part(workspace_->path("cache/tastebench/downloads/ml-latest.zip.part"));
        QProcess process;
        process.setProcessEnvironment(environment_);
        workspace_->start(process, command);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(part.filePath()).size() == 5'000, 20'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        const auto rest = run(command);
        QVERIFY2(rest.code == 0, rest.err.constData());
        QCOMPARE(server.seen().back().from(), std::size_t{5'000});
        QFile whole(workspace_->path("cache/tastebench/downloads/ml-latest.zip"));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QCOMPARE(whole.readAll().toStdString(), bytes);
    }
};

QTEST_GUILESS_MAIN(TestCliCatalogue)
#include "tst_cli_catalogue.moc"
