// Downloads against a local server that is slow, broken, truncated, redirected, wrong or gone.
#include <chrono>
#include <fstream>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/catalogue/checksum.h"
#include "core/data/catalogue/download.h"
#include "core/data/catalogue/http_server.h"
#include "core/data/catalogue/transfer.h"
#include "core/file_size_limit.h"

using namespace tastebench;
using namespace tastebench::testing;
using namespace std::chrono_literals;

namespace {

const std::string etag = "ETag: \"v1\"";

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string digest(const std::string& bytes, ChecksumKind kind) {
    Hasher hasher(kind);
    hasher.update(bytes.data(), bytes.size());
    return hasher.finish().hex;
}

} // namespace

class TestDownload : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path file_;
    std::filesystem::path part() const { return file_.string() + ".part"; }

    /// Quick to give up, with the published size and checksum of `bytes`.
    static DownloadOptions options_for(const std::string& bytes) {
        DownloadOptions out;
        out.expected_bytes = bytes.size();
        out.checksum = {ChecksumKind::sha256, digest(bytes, ChecksumKind::sha256)};
        out.first_pause = 5ms;
        out.most_retries = 2;
        return out;
    }

    Result<DownloadReport> get(const std::string& url, const DownloadOptions& options) {
        Progress progress;
        return download(url, file_, options, progress);
    }

    void verify_error(const Result<DownloadReport>& got, ErrorKind kind, const char* part_of_text) {
        QVERIFY(!got);
        QVERIFY2(got.error().kind == kind, got.error().text().c_str());
        QVERIFY2(got.error().what.find(part_of_text) != std::string::npos, got.error().text().c_str());
        QVERIFY2(!got.error().remedy.empty(), got.error().text().c_str());
        QVERIFY(!std::filesystem::exists(file_));
    }

  private slots:
    void initTestCase() { qputenv("no_proxy", "127.0.0.1"); }

    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        file_ = folder_->filePath("data.bin").toStdString();
    }

    void checksums_are_those_of_the_standards() {
        // RFC 1321 and FIPS 180-2.
        QCOMPARE(digest("abc", ChecksumKind::md5), std::string("900150983cd24fb0d6963f7d28e17f72"));
        QCOMPARE(digest("abc", ChecksumKind::sha256),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(digest("", ChecksumKind::md5), std::string("d41d8cd98f00b204e9800998ecf8427e"));
    }

    void a_file_arrives_whole_and_leaves_no_part() {
        const auto bytes = some_bytes(300'000);
        const HttpServer server([&](const auto& request, const auto& to, int) { to.file(request, bytes, {etag}); });
        Progress progress;
        const auto got = download(server.url(), file_, options_for(bytes), progress);
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(read(file_), bytes);
        QCOMPARE(got->bytes, std::uint64_t{bytes.size()});
        QVERIFY(got->checked);
        QVERIFY(!std::filesystem::exists(part()));
        QVERIFY(!std::filesystem::exists(part().string() + ".tag"));
        const auto shown = progress.snapshot();
        QVERIFY(shown.bytes);
        QCOMPARE(shown.done, std::uint64_t{bytes.size()});
        QCOMPARE(shown.total, std::uint64_t{bytes.size()});
    }

    void without_published_figures_the_checksum_is_told_but_not_called_checked() {
        const auto bytes = some_bytes(1'000);
        const HttpServer server([&](const auto&, const auto& to, int) { to.whole(bytes); });
        const auto got = get(server.url(), {});
        QVERIFY(got.has_value());
        QVERIFY(!got->checked);
        QCOMPARE(to_text(got->checksum), "SHA-256 " + digest(bytes, ChecksumKind::sha256));
    }

    void a_cut_connection_is_taken_up_where_it_stopped() {
        const auto bytes = some_bytes(400'000);
        const HttpServer server([&](const auto& request, const auto& to, int number) {
            if (number == 0) {
                to.head("200 OK", {etag, "Content-Length: 400000"});
                to.send(bytes.substr(0, 150'000));
                return;
            }
            to.file(request, bytes, {etag});
        });
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(got->retries, 1);
        QCOMPARE(read(file_), bytes);
        const auto seen = server.seen();
        QCOMPARE(seen.size(), std::size_t{2});
        QCOMPARE(seen[1].from(), std::size_t{150'000});
        QCOMPARE(seen[1].headers.at("if-range"), std::string("\"v1\""));
    }

    void a_later_call_goes_on_with_the_part_of_an_earlier_one() {
        const auto bytes = some_bytes(200'000);
        const HttpServer server([&](const auto& request, const auto& to, int number) {
            if (number == 0) {
                to.head("200 OK", {"Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT", "Content-Length: 200000"});
                to.send(bytes.substr(0, 70'000));
                return;
            }
            to.file(request, bytes, {"Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT"});
        });
        auto options = options_for(bytes);
        options.most_retries = 0;
        verify_error(get(server.url(), options), ErrorKind::failed, "was cut");
        QCOMPARE(part_bytes(file_), std::uint64_t{70'000});
        const auto got = get(server.url(), options);
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(got->resumed_from, std::uint64_t{70'000});
        QCOMPARE(server.seen()[1].headers.at("if-range"), std::string("Wed, 21 Oct 2015 07:28:00 GMT"));
        QCOMPARE(read(file_), bytes);
    }

    void a_server_without_ranges_is_read_from_the_start_and_nothing_is_appended() {
        const auto bytes = some_bytes(100'000);
        const HttpServer server([&](const auto&, const auto& to, int number) {
            to.head("200 OK", {etag, "Content-Length: 100000"});
            to.send(number == 0 ? bytes.substr(0, 40'000) : bytes);
        });
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(server.seen()[1].from(), std::size_t{40'000});
        QCOMPARE(got->resumed_from, std::uint64_t{0});
        QCOMPARE(read(file_), bytes);
    }

    void a_file_that_changed_meanwhile_is_read_anew() {
        const auto before = some_bytes(90'000, 1), after = some_bytes(90'000, 2);
        const HttpServer server([&](const auto& request, const auto& to, int number) {
            if (number == 0) {
                to.head("200 OK", {etag, "Content-Length: 90000"});
                to.send(before.substr(0, 50'000));
            } else if (request.headers.at("if-range") != "\"v2\"") {
                to.whole(after, {"ETag: \"v2\""});
            }
        });
        const auto got = get(server.url(), options_for(after));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(read(file_), after);
    }

    void without_a_promise_of_the_same_bytes_a_part_is_not_gone_on_with() {
        const auto bytes = some_bytes(60'000);
        // A weak tag does not promise the same bytes.
        const HttpServer server([&](const auto&, const auto& to, int number) {
            to.head("200 OK", {"ETag: W/\"v1\"", "Content-Length: 60000"});
            to.send(number == 0 ? bytes.substr(0, 20'000) : bytes);
        });
        auto options = options_for(bytes);
        options.most_retries = 0;
        verify_error(get(server.url(), options), ErrorKind::failed, "was cut");
        QCOMPARE(part_bytes(file_), std::uint64_t{0});
        QVERIFY(get(server.url(), options).has_value());
        QCOMPARE(server.seen()[1].from(), std::size_t{0});
        QCOMPARE(read(file_), bytes);
    }

    void another_piece_than_asked_for_is_not_taken() {
        const auto bytes = some_bytes(80'000);
        const HttpServer server([&](const auto&, const auto& to, int number) {
            if (number == 0) {
                to.head("200 OK", {etag, "Content-Length: 80000"});
                to.send(bytes.substr(0, 30'000));
            } else if (number == 1) {
                to.head("206 Partial Content",
                        {etag, "Content-Range: bytes 10000-79999/80000", "Content-Length: 70000"});
                to.send(bytes.substr(10'000));
            } else {
                to.whole(bytes, {etag});
            }
        });
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(read(file_), bytes);
    }

    void a_part_that_was_complete_already_is_only_checked() {
        const auto bytes = some_bytes(50'000);
        const HttpServer server([&](const auto& request, const auto& to, int) {
            QCOMPARE(request.from(), bytes.size());
            to.head("416 Range Not Satisfiable", {"Content-Range: bytes */50000", "Content-Length: 0"});
        });
        std::ofstream(part(), std::ios::binary) << bytes;
        std::ofstream(part().string() + ".tag") << server.url() << "\n\"v1\"\n";
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(read(file_), bytes);
    }

    void a_truncated_answer_is_an_error_after_all_retries() {
        const auto bytes = some_bytes(10'000);
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {"Content-Length: 10000"});
            to.send(bytes.substr(0, 9'000));
        });
        verify_error(get(server.url(), options_for(bytes)), ErrorKind::failed, "was cut");
        QCOMPARE(server.seen().size(), std::size_t{3});
    }

    void an_end_without_a_length_is_taken_for_a_cut() {
        const auto bytes = some_bytes(10'000);
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {});
            to.send(bytes.substr(0, 9'000));
        });
        verify_error(get(server.url(), options_for(bytes)), ErrorKind::failed, "ended after 9000 of 10000");
    }

    void redirects_are_followed() {
        const auto bytes = some_bytes(5'000);
        const HttpServer server([&](const auto& request, const auto& to, int) {
            if (request.target == "/data.bin")
                to.head("302 Found", {"Location: /second", "Content-Length: 0"});
            else if (request.target == "/second")
                to.head("301 Moved Permanently", {"Location: /third?x=1", "Content-Length: 0"});
            else
                to.whole(bytes);
        });
        QVERIFY(get(server.url(), options_for(bytes)).has_value());
        QCOMPARE(server.seen().back().target, std::string("/third?x=1"));
        QCOMPARE(read(file_), bytes);
    }

    void an_endless_chain_of_redirects_is_refused() {
        const HttpServer server([](const auto&, const auto& to, int) {
            to.head("302 Found", {"Location: /data.bin", "Content-Length: 0"});
        });
        verify_error(get(server.url(), options_for("x")), ErrorKind::failed, "more than 5 times");
        QCOMPARE(server.seen().size(), std::size_t{6});
    }

    void a_redirect_to_something_else_than_http_is_refused() {
        const HttpServer server([](const auto&, const auto& to, int) {
            to.head("302 Found", {"Location: file:///etc/passwd", "Content-Length: 0"});
        });
        verify_error(get(server.url(), options_for("x")), ErrorKind::failed, "not http or https");
    }

    void a_redirect_never_leaves_https() {
        QVERIFY(check_redirect("https://a.org/x", "https://b.org/x"));
        QVERIFY(check_redirect("http://a.org/x", "https://a.org/x"));
        QVERIFY(check_redirect("http://a.org/x", "http://b.org/x"));
        QVERIFY(!check_redirect("https://a.org/x", "http://a.org/x"));
        QVERIFY(!check_redirect("HTTPS://a.org/x", "HTTP://a.org/x"));
        QVERIFY(!check_redirect("http://a.org/x", "ftp://a.org/x"));
    }

    void only_http_addresses_are_taken() {
        verify_error(get("file:///etc/passwd", {}), ErrorKind::usage, "no http or https");
        verify_error(get("data.zip", {}), ErrorKind::usage, "no http or https");
    }

    void a_missing_file_is_not_asked_for_again() {
        const HttpServer server(
            [](const auto&, const auto& to, int) { to.head("404 Not Found", {"Content-Length: 0"}); });
        verify_error(get(server.url(), options_for("x")), ErrorKind::failed, "404");
        QCOMPARE(server.seen().size(), std::size_t{1});
        QVERIFY(!std::filesystem::exists(part()));
    }

    void a_server_that_fails_once_is_asked_again() {
        const auto bytes = some_bytes(5'000);
        const HttpServer server([&](const auto&, const auto& to, int number) {
            if (number == 0)
                to.head("500 Internal Server Error", {"Content-Length: 0"});
            else
                to.whole(bytes);
        });
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY(got.has_value());
        QCOMPARE(got->retries, 1);
    }

    void a_server_that_keeps_failing_is_given_up() {
        const HttpServer server(
            [](const auto&, const auto& to, int) { to.head("503 Service Unavailable", {"Content-Length: 0"}); });
        verify_error(get(server.url(), options_for("x")), ErrorKind::failed, "503");
        QCOMPARE(server.seen().size(), std::size_t{3});
    }

    void nobody_listening_is_an_error_with_a_remedy() {
        std::string url;
        {
            const HttpServer gone([](const auto&, const auto&, int) {});
            url = gone.url();
        }
        verify_error(get(url, options_for("x")), ErrorKind::failed, "does not answer");
    }

    void a_wrong_checksum_is_refused_and_nothing_is_kept() {
        const auto bytes = some_bytes(5'000, 1), other = some_bytes(5'000, 2);
        const HttpServer server([&](const auto&, const auto& to, int) { to.whole(other, {etag}); });
        verify_error(get(server.url(), options_for(bytes)), ErrorKind::bad_data, "checksum");
        QVERIFY(!std::filesystem::exists(part()));
    }

    void a_wrong_size_is_refused_before_the_body_comes() {
        const auto bytes = some_bytes(5'000);
        std::atomic<bool> sent_all = false;
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {"Content-Length: 900000000"});
            const std::string block(1 << 20, 'x');
            for (int i = 0; i < 858 && to.send(block); ++i)
                sent_all = i == 857;
        });
        verify_error(get(server.url(), options_for(bytes)), ErrorKind::bad_data, "900000000 bytes, not 5000");
        QVERIFY(!sent_all);
        QVERIFY(!std::filesystem::exists(part()));
    }

    void a_body_that_grows_beyond_what_is_expected_is_stopped() {
        const auto bytes = some_bytes(5'000);
        std::atomic<int> blocks = 0;
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {});
            const std::string block(1 << 20, 'x');
            while (blocks < 2'000 && to.send(block))
                ++blocks;
        });
        verify_error(get(server.url(), options_for(bytes)), ErrorKind::bad_data, "not 5000");
        DownloadOptions unknown;
        unknown.most_bytes = 100'000;
        verify_error(get(server.url(), unknown), ErrorKind::bad_data, "larger than 100000");
        QVERIFY(blocks < 2'000);
        QVERIFY(!std::filesystem::exists(part()));
    }

    void a_dribbling_server_can_be_cancelled_and_gone_on_with() {
        const auto bytes = some_bytes(4'000);
        const HttpServer server([&](const auto& request, const auto& to, int number) {
            if (number > 0) {
                to.file(request, bytes, {etag});
                return;
            }
            to.head("200 OK", {etag, "Content-Length: 4000"});
            for (std::size_t i = 0; i < bytes.size() && to.send(bytes.substr(i, 1)) && !to.stopping(); ++i)
                to.rest(20);
        });
        Progress progress;
        std::optional<Result<DownloadReport>> got;
        std::thread worker([&] { got = download(server.url(), file_, options_for(bytes), progress); });
        QTRY_VERIFY(progress.snapshot().done >= 3);
        QTRY_VERIFY(progress.snapshot().per_second.has_value());
        const auto asked = std::chrono::steady_clock::now();
        progress.cancel();
        worker.join();
        const auto took = std::chrono::steady_clock::now() - asked;
        QVERIFY2(took < 200ms, std::to_string(took / 1ms).c_str());
        QVERIFY(!*got && got->error().kind == ErrorKind::cancelled);
        const auto left = part_bytes(file_);
        QVERIFY(left >= 3 && left < bytes.size());
        const auto rest = get(server.url(), options_for(bytes));
        QVERIFY(rest.has_value());
        QCOMPARE(rest->resumed_from, left);
        QCOMPARE(read(file_), bytes);
    }

    void a_silent_server_can_be_cancelled() {
        const HttpServer server([&](const auto&, const auto& to, int) { to.rest(20'000); });
        Progress progress;
        std::optional<Result<DownloadReport>> got;
        std::thread worker([&] { got = download(server.url(), file_, options_for("x"), progress); });
        QTRY_COMPARE(server.seen().size(), std::size_t{1});
        const auto asked = std::chrono::steady_clock::now();
        progress.cancel();
        worker.join();
        QVERIFY(std::chrono::steady_clock::now() - asked < 200ms);
        QVERIFY(!*got && got->error().kind == ErrorKind::cancelled);
    }

    void the_pause_before_a_retry_can_be_cancelled() {
        const HttpServer server([](const auto&, const auto& to, int) {
            to.head("503 Busy", {"Retry-After: 30", "Content-Length: 0"});
        });
        Progress progress;
        std::optional<Result<DownloadReport>> got;
        std::thread worker([&] { got = download(server.url(), file_, options_for("x"), progress); });
        QTRY_COMPARE(progress.snapshot().stage, std::string("Waiting to try again"));
        const auto asked = std::chrono::steady_clock::now();
        progress.cancel();
        worker.join();
        QVERIFY(std::chrono::steady_clock::now() - asked < 200ms);
        QVERIFY(!*got && got->error().kind == ErrorKind::cancelled);
    }

    void a_server_that_is_too_slow_is_given_up() {
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {etag, "Content-Length: 4000"});
            while (to.send("x") && !to.stopping())
                to.rest(30);
        });
        auto options = options_for(std::string(4'000, 'x'));
        options.most_retries = 0;
        options.stall_timeout = 300ms;
        options.stall_bytes = 2'000;
        verify_error(get(server.url(), options), ErrorKind::failed, "nothing or too little");
    }

    void a_full_disk_says_so_and_keeps_the_part() {
        const auto bytes = some_bytes(500'000);
        const HttpServer server([&](const auto& request, const auto& to, int) { to.file(request, bytes, {etag}); });
        {
            const FileSizeLimit limit(100'000);
            verify_error(get(server.url(), options_for(bytes)), ErrorKind::failed, "no room");
        }
        QCOMPARE(part_bytes(file_), std::uint64_t{100'000});
        const auto got = get(server.url(), options_for(bytes));
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(got->resumed_from, std::uint64_t{100'000});
        QCOMPARE(read(file_), bytes);
    }

    void a_file_larger_than_the_disk_is_refused_beforehand() {
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {"Content-Length: 9000000000000000"});
            to.send("x");
            to.rest(10'000);
        });
        DownloadOptions options;
        options.most_bytes = ~std::uint64_t{0};
        verify_error(get(server.url(), options), ErrorKind::failed, "the disk has room for");
    }

    void a_folder_that_cannot_be_written_is_named() {
        std::ofstream(folder_->filePath("taken").toStdString()) << "a file";
        file_ = folder_->filePath("taken/data.bin").toStdString();
        verify_error(get("http://127.0.0.1:1/", {}), ErrorKind::failed, "folder cannot be made");
    }

    void two_downloads_of_one_file_do_not_mix() {
        const auto bytes = some_bytes(1'000);
        const HttpServer server([&](const auto&, const auto& to, int) {
            to.head("200 OK", {"Content-Length: 1000"});
            to.rest(1'000);
            to.send(bytes);
        });
        Progress progress;
        std::optional<Result<DownloadReport>> first;
        std::thread worker([&] { first = download(server.url(), file_, options_for(bytes), progress); });
        QTRY_COMPARE(server.seen().size(), std::size_t{1});
        const auto second = get(server.url(), options_for(bytes));
        QVERIFY(!second && second.error().what.find("another program") != std::string::npos);
        worker.join();
        QVERIFY2(first->has_value(), *first ? "" : first->error().text().c_str());
    }
};

QTEST_GUILESS_MAIN(TestDownload)
#include "tst_download.moc"
