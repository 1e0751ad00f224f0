// The catalogue's panel as a user drives it, against a local server and with files on disk.
#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>

#include "core/data/catalogue/http_server.h"
#include "support.h"
#include "ui/pages/data/catalogue_panel.h"
#include "ui/shell/theme.h"

using namespace tastebench;
using namespace tastebench::ui;
using tastebench::testing::HttpServer;

namespace {

/// Two thousand ratings as CSV, so that a download has some length.
std::string ratingsText() {
    std::string out = "user,item,rating,timestamp\n";
    for (int i = 0; i < 2'000; ++i)
        out += "u" + std::to_string(i % 50) + ",i" + std::to_string(i % 97) + "," + std::to_string(1 + i % 5) + "," +
               std::to_string(i) + "\n";
    return out;
}

CatalogueEntry smallEntry(const std::string& content) {
    Hasher hasher(ChecksumKind::sha256);
    hasher.update(content.data(), content.size());
    CatalogueEntry out;
    out.id = "tiny";
    out.title = "Tiny ratings";
    out.summary = "A made-up set.";
    out.interactions = {2'000, false};
    out.license = "For tests.";
    out.limits = "You may not take it seriously.";
    out.citation = "Nobody. 2024. Tiny ratings.";
    out.home = "https://example.org/";
    out.files = {{"tiny.csv", "http://127.0.0.1:1/tiny.csv", content.size(), hasher.finish()}};
    out.import.format = FileFormat::delimited;
    out.import.train = {{0, ""}};
    return out;
}

CatalogueEntry manualEntry() {
    CatalogueEntry out = smallEntry("x");
    out.id = "manual";
    out.title = "By hand";
    out.limits.clear();
    out.manual = true;
    out.how_to_get = "Ask the publisher.";
    return out;
}

} // namespace

class TestCataloguePanel : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<CataloguePanel> panel_;
    const std::string content_ = ratingsText();

    void open() {
        panel_ = std::make_unique<CataloguePanel>(*bench_->workbench);
        panel_->resize(1000, 640);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void useServer(const HttpServer& server) {
        panel_->setEntries({smallEntry(content_), manualEntry()});
        FetchOptions options;
        options.folder = toStd(bench_->path(QStringLiteral("downloads")));
        options.url = server.url("/tiny.csv");
        options.transfer.first_pause = std::chrono::milliseconds(5);
        panel_->setFetchOptions(options);
    }
    QPushButton* downloadButton() const { return child<QPushButton>(panel_.get(), "catalogueDownload"); }
    void verifyImported() const {
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->currentDataset(), QStringLiteral("tiny"), patience);
        const auto data = bench_->workspace->dataset("tiny");
        QVERIFY(data.has_value());
        QCOMPARE((*data)->interactions().size(), std::size_t{2'000});
    }

  private Q_SLOTS:
    void initTestCase() { qputenv("no_proxy", "127.0.0.1"); }
    void init() {
        bench_ = std::make_unique<TestBench>();
        open();
    }
    void cleanup() {
        panel_.reset();
        bench_.reset();
    }

    void the_list_is_filtered_and_the_chosen_set_is_explained() {
        auto* list = child<QTableView>(panel_.get(), "catalogueList");
        QCOMPARE(list->model()->rowCount(), static_cast<int>(catalogue().size()));
        QTest::keyClicks(child<QLineEdit>(panel_.get(), "catalogueFilter"), QStringLiteral("gowalla"));
        QTRY_COMPARE(list->model()->rowCount(), 1);
        list->selectRow(0);
        QCOMPARE(child<QLabel>(panel_.get(), "catalogueTitle")->text(), QStringLiteral("Gowalla (LightGCN)"));
        QVERIFY(child<QLabel>(panel_.get(), "catalogueFiles")->text().contains(QStringLiteral("MD5 5eec1eb2")));
        QVERIFY(child<QLabel>(panel_.get(), "catalogueHome")->text().contains(QStringLiteral("href=\"https://")));
        QCOMPARE(child<QLabel>(panel_.get(), "catalogueUsers")->text(), countText(29'858));
    }

    void terms_are_shown_before_and_the_citation_is_copied() {
        panel_->setEntries({smallEntry(content_)});
        auto* limits = child<QLabel>(panel_.get(), "catalogueLimits");
        QVERIFY(limits->isVisible());
        QCOMPARE(limits->text(), QStringLiteral("You may not take it seriously."));
        click(child<QPushButton>(panel_.get(), "catalogueCopy"));
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("Nobody. 2024. Tiny ratings."));
    }

    void a_download_is_imported_and_selected() {
        const HttpServer server([this](const auto&, const auto& to, int) { to.whole(content_); });
        useServer(server);
        QSignalSpy closed(panel_.get(), &CataloguePanel::closed);
        click(downloadButton());
        QVERIFY(!downloadButton()->isEnabled());
        verifyImported();
        QCOMPARE(closed.count(), 1);
    }

    void a_download_shows_its_speed_is_cancelled_and_resumed() {
        const HttpServer server([this](const auto& request, const auto& to, int number) {
            const std::vector<std::string> tag{"ETag: \"v1\""};
            if (number > 0) {
                to.file(request, content_, tag);
                return;
            }
            to.head("200 OK", {tag[0], "Content-Length: " + std::to_string(content_.size())});
            for (std::size_t i = 0; i < content_.size() && !to.stopping(); i += 100)
                if (to.rest(20); !to.send(content_.substr(i, 100)))
                    return;
        });
        useServer(server);
        QSignalSpy closed(panel_.get(), &CataloguePanel::closed);
        click(downloadButton());
        auto* text = child<QLabel>(panel_.get(), "catalogueProgress");
        QTRY_VERIFY_WITH_TIMEOUT(text->isVisible() && text->text().contains(QStringLiteral("/s")), patience);
        QVERIFY2(text->text().contains(u'%'), qPrintable(text->text()));
        auto* close = child<QPushButton>(panel_.get(), "catalogueClose");
        click(close);
        QTRY_VERIFY_WITH_TIMEOUT(downloadButton()->isEnabled(), patience);
        QCOMPARE(closed.count(), 0);
        QVERIFY(bench_->workspace->datasets()->empty());
        QVERIFY2(downloadButton()->text().contains(QStringLiteral("Resume")), qPrintable(downloadButton()->text()));
        click(downloadButton());
        verifyImported();
        QVERIFY(server.seen()[1].from() > 0);
    }

    void a_failed_download_raises_an_error_and_can_be_tried_again() {
        const HttpServer server(
            [](const auto&, const auto& to, int) { to.head("404 Not Found", {"Content-Length: 0"}); });
        useServer(server);
        QString told;
        connect(bench_->workbench.get(), &Workbench::errorRaised, panel_.get(),
                [&told](const Error& error) { told = toQt(error.text()); });
        click(downloadButton());
        QTRY_VERIFY_WITH_TIMEOUT(!told.isEmpty(), patience);
        QVERIFY2(told.contains(QStringLiteral("404")), qPrintable(told));
        QVERIFY(downloadButton()->isEnabled());
    }

    void a_file_on_this_computer_is_checked_and_imported() {
        panel_->setEntries({smallEntry(content_)});
        const auto other = bench_->write(QStringLiteral("other.csv"), "user,item\na,b\n");
        QString told;
        connect(bench_->workbench.get(), &Workbench::errorRaised, panel_.get(),
                [&told](const Error& error) { told = toQt(error.text()); });
        panel_->useFiles({other});
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(QStringLiteral("other.csv")), patience);
        QTRY_VERIFY_WITH_TIMEOUT(downloadButton()->isEnabled(), patience);
        panel_->useFiles({bench_->write(QStringLiteral("mine.csv"), QByteArray::fromStdString(content_))});
        verifyImported();
    }

    void a_set_that_is_there_already_is_refused_before_the_download() {
        QVERIFY(bench_->workspace->add_dataset(*smallDataset("tiny")));
        const HttpServer server([this](const auto&, const auto& to, int) { to.whole(content_); });
        useServer(server);
        QString told;
        connect(bench_->workbench.get(), &Workbench::errorRaised, panel_.get(),
                [&told](const Error& error) { told = toQt(error.text()); });
        click(downloadButton());
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(QStringLiteral("already")), patience);
        QVERIFY(server.seen().empty());
    }

    void a_set_that_needs_consent_says_so_and_takes_files_only() {
        panel_->setEntries({manualEntry()});
        QVERIFY(!downloadButton()->isEnabled());
        QVERIFY(child<QPushButton>(panel_.get(), "catalogueUseFile")->isEnabled());
        auto* how = child<QLabel>(panel_.get(), "catalogueHowToGet");
        QVERIFY(how->isVisible());
        QCOMPARE(how->text(), QStringLiteral("Ask the publisher."));
    }

    void closing_leaves_the_catalogue() {
        QSignalSpy closed(panel_.get(), &CataloguePanel::closed);
        click(child<QPushButton>(panel_.get(), "catalogueClose"));
        QCOMPARE(closed.count(), 1);
    }
};

QTEST_MAIN(TestCataloguePanel)
#include "tst_catalogue_panel.moc"
