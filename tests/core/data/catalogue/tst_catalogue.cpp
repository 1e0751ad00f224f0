// The catalogue's entries make sense, and its files are matched, checked, fetched and imported.
#include <fstream>
#include <set>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/catalogue/fetch.h"
#include "core/data/catalogue/http_server.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

const std::string ratings = "user,item,rating,timestamp\nann,alien,5,100\nann,brazil,3,200\nbob,alien,4,300\n";

std::string digest(const std::string& bytes) {
    Hasher hasher(ChecksumKind::sha256);
    hasher.update(bytes.data(), bytes.size());
    return hasher.finish().hex;
}

/// A made-up entry of one or two small files.
CatalogueEntry small_entry(std::size_t files = 1) {
    CatalogueEntry out;
    out.id = "small";
    out.title = "Small";
    out.import.format = FileFormat::delimited;
    for (std::size_t i = 0; i < files; ++i) {
        const auto name = "small-" + std::to_string(i) + ".csv";
        out.files.push_back({name,
                             "http://127.0.0.1:1/part" + std::to_string(i) + ".csv",
                             ratings.size(),
                             {ChecksumKind::sha256, digest(ratings)}});
        out.import.train.push_back({i, ""});
    }
    return out;
}

const CatalogueEntry& entry_of(const char* id) {
    const auto found = find_catalogue_entry(id);
    if (!found)
        qFatal("%s", found.error().text().c_str());
    return **found;
}

bool is_hex(const std::string& text, std::size_t length) {
    return text.size() == length && text.find_first_not_of("0123456789abcdef") == text.npos;
}

} // namespace

class TestCatalogue : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path write(const QString& name, const std::string& content) const {
        const std::filesystem::path path = folder_->filePath(name).toStdString();
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

  private slots:
    void initTestCase() { qputenv("no_proxy", "127.0.0.1"); }
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void all_sets_of_the_catalogue_are_there() {
        std::set<std::string> ids;
        for (const auto& entry : catalogue())
            ids.insert(entry.id);
        const std::set<std::string> wanted{"ml-100k",
                                           "ml-1m",
                                           "ml-10m",
                                           "ml-20m",
                                           "ml-25m",
                                           "ml-latest-small",
                                           "ml-latest",
                                           "frappe",
                                           "gowalla",
                                           "yelp2018",
                                           "amazon-book",
                                           "lastfm-360k",
                                           "mind-small",
                                           "mind-large",
                                           "criteo-sample",
                                           "criteo-kaggle",
                                           "lastfm-hetrec-2011"};
        QCOMPARE(ids, wanted);
        QCOMPARE(catalogue().size(), wanted.size());
    }

    void every_entry_is_complete_and_consistent() {
        std::set<std::string> names;
        for (const auto& entry : catalogue()) {
            const auto why = [&entry](const char* what) { return entry.id + ": " + what; };
            for (const auto* text :
                 {&entry.title, &entry.summary, &entry.counted, &entry.license, &entry.terms, &entry.citation})
                QVERIFY2(!text->empty(), why("a text is missing").c_str());
            QVERIFY2(entry.home.starts_with("https://"), why("home").c_str());
            QVERIFY2(entry.summary.ends_with('.') && entry.license.ends_with('.'), why("no sentence").c_str());
            QVERIFY2(!entry.files.empty() && !entry.import.train.empty(), why("no files").c_str());
            QVERIFY2(entry.manual == !entry.how_to_get.empty(), why("how to get it").c_str());
            for (const auto& file : entry.files) {
                QVERIFY2(names.insert(file.name).second, why("a file name is used twice").c_str());
                QVERIFY2(entry.manual ? file.url.empty() : file.url.starts_with("https://"), why("address").c_str());
                const auto& checksum = file.checksum;
                QVERIFY2(
                    checksum.kind == ChecksumKind::none
                        ? checksum.hex.empty()
                        : is_hex(checksum.hex, checksum.kind == ChecksumKind::md5 ? std::size_t{32} : std::size_t{64}),
                    why("checksum").c_str());
            }
            for (const auto& parts : {entry.import.train, entry.import.test})
                for (const auto& part : parts)
                    QVERIFY2(part.file < entry.files.size(), why("part of no file").c_str());
        }
    }

    void terms_that_forbid_something_are_held_as_such() {
        for (const auto& entry : catalogue()) {
            const bool forbids =
                entry.license.find("no ") != std::string::npos || entry.license.find("non-") != std::string::npos;
            QVERIFY2(!forbids || !entry.limits.empty(), entry.id.c_str());
        }
    }

    void a_name_that_is_nearly_right_is_guessed() {
        const auto found = find_catalogue_entry("ml-100");
        QVERIFY(!found);
        QVERIFY2(found.error().remedy.find("ml-100k") != std::string::npos, found.error().text().c_str());
        QCOMPARE(find_catalogue_entry("ml-1m").value()->users.value, std::uint64_t{6'040});
    }

    void the_size_is_told_only_where_all_files_have_one() {
        QCOMPARE(entry_of("ml-100k").bytes(), std::uint64_t{4'924'029});
        QCOMPARE(entry_of("mind-small").bytes(), std::uint64_t{52'952'752 + 30'945'572});
        QCOMPARE(entry_of("gowalla").bytes(), std::uint64_t{0});
    }

    void files_are_matched_by_name_or_else_by_order() {
        const auto& entry = entry_of("gowalla");
        const auto by_publisher = match_files(entry, {"/d/test.txt", "/d/train.txt"});
        QVERIFY(by_publisher.has_value());
        QCOMPARE(by_publisher->front().string(), std::string("/d/train.txt"));
        const auto by_catalogue = match_files(entry, {"/d/gowalla-test.txt", "/d/gowalla-train.txt"});
        QCOMPARE(by_catalogue->front().string(), std::string("/d/gowalla-train.txt"));
        QCOMPARE(match_files(entry, {"/d/a", "/d/b"})->front().string(), std::string("/d/a"));
        const auto one = match_files(entry, {"/d/a"});
        QVERIFY(!one && one.error().kind == ErrorKind::usage);
        QVERIFY2(one.error().remedy.find("gowalla-test.txt") != std::string::npos, one.error().text().c_str());
    }

    void a_folder_stands_for_the_files_in_it() {
        const auto entry = small_entry(2);
        write("small-0.csv", ratings);
        const std::filesystem::path folder = folder_->path().toStdString();
        const auto missing = match_files(entry, {folder});
        QVERIFY(!missing && missing.error().what.find("small-1.csv") != std::string::npos);
        write("part1.csv", ratings);
        const auto found = match_files(entry, {folder});
        QVERIFY(found.has_value());
        QCOMPARE(found->back().filename().string(), std::string("part1.csv"));
    }

    void a_file_on_disk_is_checked_by_size_and_checksum() {
        const auto entry = small_entry();
        Progress progress;
        const auto good = take_files(entry, {write("a.csv", ratings)}, progress);
        QVERIFY(good.has_value() && good->front().checked);
        QCOMPARE(check_sentence(*good), std::string("size and checksum are the published ones"));
        const auto shorter = take_files(entry, {write("b.csv", ratings.substr(1))}, progress);
        QVERIFY(!shorter && shorter.error().kind == ErrorKind::bad_data);
        QVERIFY(shorter.error().what.find("bytes") != std::string::npos);
        auto other = ratings;
        other.back() = ' ';
        const auto altered = take_files(entry, {write("c.csv", other)}, progress);
        QVERIFY(!altered && altered.error().what.find(digest(other)) != std::string::npos);
        const auto absent = take_files(entry, {folder_->filePath("none").toStdString()}, progress);
        QVERIFY(!absent && absent.error().kind == ErrorKind::bad_data);
    }

    void without_a_published_checksum_the_own_one_is_told() {
        auto entry = small_entry();
        entry.files.front().checksum = {};
        Progress progress;
        const auto taken = take_files(entry, {write("a.csv", ratings)}, progress);
        QVERIFY(taken.has_value() && !taken->front().checked);
        QVERIFY(check_sentence(*taken).find("no checksum") != std::string::npos);
        QVERIFY(check_sentence(*taken).find(digest(ratings)) != std::string::npos);
    }

    void checking_a_file_can_be_cancelled() {
        Progress progress;
        progress.cancel();
        const auto taken = take_files(small_entry(), {write("a.csv", ratings)}, progress);
        QVERIFY(!taken && taken.error().kind == ErrorKind::cancelled);
    }

    void files_are_fetched_once_and_then_taken_from_the_folder() {
        const HttpServer server([&](const auto& request, const auto& to, int) {
            if (request.target == "/d/part0.csv" || request.target == "/d/part1.csv")
                to.whole(ratings);
            else
                to.head("404 Not Found", {"Content-Length: 0"});
        });
        const auto entry = small_entry(2);
        FetchOptions options;
        options.folder = folder_->filePath("downloads/deep").toStdString();
        options.url = server.url("/d/");
        Progress progress;
        const auto got = fetch(entry, options, progress);
        QVERIFY2(got.has_value(), got ? "" : got.error().text().c_str());
        QCOMPARE(got->size(), std::size_t{2});
        QCOMPARE(got->back().path.filename().string(), std::string("small-1.csv"));
        QVERIFY(fetch(entry, options, progress).has_value());
        QCOMPARE(server.seen().size(), std::size_t{2});
        // A damaged one is fetched again.
        std::ofstream(got->front().path, std::ios::binary) << "damaged";
        QVERIFY(fetch(entry, options, progress).has_value());
        QCOMPARE(server.seen().size(), std::size_t{3});
    }

    void what_must_be_fetched_by_hand_says_how() {
        Progress progress;
        const auto got = fetch(entry_of("mind-small"), {}, progress);
        QVERIFY(!got && got.error().kind == ErrorKind::usage);
        QVERIFY(got.error().remedy.find("https://msnews.github.io/") != std::string::npos);
    }

    void the_downloads_folder_follows_the_cache_folder() {
        qputenv("XDG_CACHE_HOME", "/somewhere/cache");
        QCOMPARE(downloads_folder()->string(), std::string("/somewhere/cache/tastebench/downloads"));
        qunsetenv("XDG_CACHE_HOME");
        qputenv("HOME", "/home/ann");
        QCOMPARE(downloads_folder()->string(), std::string("/home/ann/.cache/tastebench/downloads"));
    }

    void a_fetched_entry_is_imported_under_its_name() {
        Progress progress;
        const auto entry = small_entry();
        const auto taken = take_files(entry, {write("a.csv", ratings)}, progress);
        const Parallel parallel(1);
        const auto data = import_dataset(import_options(entry, paths_of(*taken)), parallel, progress);
        QVERIFY2(data.has_value(), data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->name(), std::string("small"));
        QCOMPARE((*data)->interactions().size(), std::size_t{3});
    }

    void members_of_archives_are_named_after_the_archive() {
        const auto options = import_options(entry_of("lastfm-hetrec-2011"), {"/d/h.zip"});
        QCOMPARE(options.files.front().string(), std::string("/d/h.zip#user_artists.dat"));
        QCOMPARE(options.value, std::string("weight"));
        const auto graph = import_options(entry_of("gowalla"), {"/d/train.txt", "/d/test.txt"});
        QVERIFY(graph.format == FileFormat::adjacency);
        QCOMPARE(graph.files.front().string(), std::string("/d/train.txt"));
        QCOMPARE(graph.test_files.front().string(), std::string("/d/test.txt"));
    }
};

QTEST_GUILESS_MAIN(TestCatalogue)
#include "tst_catalogue.moc"
