// MovieLens as published: faithful small copies of each release, in zips, folders and single files.
#include <QtTest>

#include "core/data/zip_files.h"
#include "support.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

#define IMPORTED(data) QVERIFY2(data, (data) ? "" : (data).error().text().c_str())

/// ml-100k.zip; titles in ISO 8859-1, flags for unknown, Action, ..., Western.
std::map<std::string, std::string> hundred_thousand() {
    return {
        {"ml-100k/README", "SUMMARY & USAGE LICENSE\n"},
        {"ml-100k/u.data", "196\t1\t3\t881250949\n186\t2\t3\t891717742\n196\t3\t1\t878887116\n"},
        {"ml-100k/u.genre", "unknown|0\nAction|1\n"},
        {"ml-100k/u.item",
         "1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
         "2|Mis\xE9rables, Les (1995)|01-Jan-1995||http://us.imdb.com/M|0|0|0|0|0|0|0|0|1|0|0|0|1|0|0|0|0|0|0\n"
         "3|unknown|||http://us.imdb.com/M|1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n"},
        {"ml-100k/u.user", "186|39|F|executive|00000\n196|49|M|writer|55105\n"},
        {"ml-100k/u1.base", "196\t1\t3\t881250949\n"}};
}

std::map<std::string, std::string> one_million() {
    return {{"ml-1m/ratings.dat", "1::1::5::978300760\n1::73::3::978302109\n2::1::3::978301968\n"},
            {"ml-1m/movies.dat",
             "1::Toy Story (1995)::Animation|Children's|Comedy\n73::Mis\xE9rables, Les (1995)::Drama|Musical\n"},
            {"ml-1m/users.dat", "1::F::1::10::48067\n2::M::56::16::70072\n"}};
}

std::map<std::string, std::string> ten_million() {
    return {{"ml-10M100K/ratings.dat", "1::122::5::838985046\n1::185::3.5::838983525\n2::122::3::838983392\n"},
            {"ml-10M100K/movies.dat", "122::Boomerang (1992)::Comedy|Romance\n185::Les Misérables (1995)::(no genres "
                                      "listed)\n"},
            {"ml-10M100K/tags.dat", "15::122::funny::1215184630\n16::122::sad::1215184631\n17::122::sad::1215184632\n"
                                    "15::185::a::b | c::1215184630\n20::999::lost::1188263867\n"},
            {"ml-10M100K/split_ratings.sh", "#!/bin/sh\n"}};
}

std::map<std::string, std::string> latest() {
    return {{"ml-25m/ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,11,2.5,964981247\n"},
            {"ml-25m/movies.csv", "movieId,title,genres\n1,Toy Story (1995),Adventure|Animation\n"
                                  "11,\"American President, The (1995)\",(no genres listed)\n"},
            {"ml-25m/tags.csv", "userId,movieId,tag,timestamp\n2,1,\"fun, fast\",1445714994\n3,1,pixar,1445714995\n"
                                "4,1,pixar,1445714996\n4,1,zoo,1445714997\n"},
            {"ml-25m/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n11,0112346,\n"},
            {"ml-25m/genome-tags.csv", "tagId,tag\n1,007\n"}};
}

std::string item_text(const DatasetPtr& data, const char* name, const char* id) {
    return feature_text(data->item_features(), data->items(), name, id);
}

std::string user_text(const DatasetPtr& data, const char* name, const char* id) {
    return feature_text(data->user_features(), data->users(), name, id);
}

} // namespace

class MovieLensTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_100k_zip_has_titles_genres_and_people() {
        const ZipFiles files;
        const auto data = import_path(files.zip("ml-100k.zip", hundred_thousand()));
        IMPORTED(data);
        QCOMPARE((*data)->interactions().size(), std::size_t{3});
        QCOMPARE((*data)->title(*(*data)->items().find("2")), std::string_view("Misérables, Les (1995)"));
        QCOMPARE(item_text(*data, "genres", "1"), std::string("Animation|Children's|Comedy"));
        QCOMPARE(item_text(*data, "genres", "2"), std::string("Drama|Musical"));
        QCOMPARE(feature_named((*data)->item_features(), "genres")->type, ColumnType::multi_category);
        // 1995-01-01T00:00:00Z.
        QCOMPARE(feature_number((*data)->item_features(), (*data)->items(), "release_date", "1"), 788918400.0);
        QVERIFY(std::isnan(feature_number((*data)->item_features(), (*data)->items(), "release_date", "3")));
        QCOMPARE(feature_number((*data)->user_features(), (*data)->users(), "age", "196"), 49.0);
        QCOMPARE(user_text(*data, "zip_code", "186"), std::string("00000"));
        QCOMPARE((*data)->interactions().time[0], std::int64_t{881250949});
    }

    void the_1m_zip_turns_codes_into_words() {
        const ZipFiles files;
        const auto data = import_path(files.zip("ml-1m.zip", one_million()));
        IMPORTED(data);
        QCOMPARE((*data)->title(*(*data)->items().find("73")), std::string_view("Misérables, Les (1995)"));
        QCOMPARE(user_text(*data, "age", "1"), std::string("Under 18"));
        QCOMPARE(user_text(*data, "age", "2"), std::string("56+"));
        QCOMPARE(user_text(*data, "occupation", "1"), std::string("K-12 student"));
        QCOMPARE(user_text(*data, "occupation", "2"), std::string("self-employed"));
        QCOMPARE(user_text(*data, "gender", "1"), std::string("F"));
    }

    void the_10m_zip_has_tags_most_frequent_first() {
        const ZipFiles files;
        ImportReport report;
        const auto data = import_path(files.zip("ml-10m.zip", ten_million()), &report);
        IMPORTED(data);
        QCOMPARE((*data)->title(*(*data)->items().find("185")), std::string_view("Les Misérables (1995)"));
        QCOMPARE(item_text(*data, "tags", "122"), std::string("sad|funny"));
        QCOMPARE(item_text(*data, "tags", "185"), std::string("a::b / c"));
        QCOMPARE(item_text(*data, "genres", "185"), std::string());
        QCOMPARE((*data)->interactions().value[1], 3.5F);
        const auto& tags = report.joined.back();
        QCOMPARE(tags.table, std::string("tags.dat"));
        QCOMPARE(tags.rows, std::uint64_t{5});
        QCOMPARE(tags.matched, std::uint64_t{4});
        QVERIFY((tags.unmatched == std::vector<std::string>{"999"}));
    }

    void the_csv_releases_have_tags_and_links() {
        const ZipFiles files;
        const auto data = import_path(files.zip("ml-25m.zip", latest()));
        IMPORTED(data);
        QCOMPARE((*data)->title(*(*data)->items().find("11")), std::string_view("American President, The (1995)"));
        QCOMPARE(item_text(*data, "tags", "1"), std::string("pixar|fun, fast|zoo"));
        QCOMPARE(item_text(*data, "imdb_id", "1"), std::string("0114709"));
        QCOMPARE(item_text(*data, "tmdb_id", "11"), std::string());
        QCOMPARE(item_text(*data, "genres", "11"), std::string());
    }

    void zip_folder_and_file_come_to_the_same() {
        const ZipFiles files;
        for (const auto& release : {hundred_thousand(), one_million(), ten_million(), latest()}) {
            const auto zipped = import_path(files.zip("published.zip", release));
            IMPORTED(zipped);
            const auto folder = files.path(release.begin()->first.substr(0, release.begin()->first.find('/')));
            std::filesystem::create_directory(folder);
            std::filesystem::path rating_file;
            for (const auto& [member, content] : release) {
                const auto written = files.write(member, content);
                const auto name = written.filename();
                if (name == "u.data" || name == "ratings.dat" || name == "ratings.csv")
                    rating_file = written;
            }
            const auto unpacked = import_path(folder);
            IMPORTED(unpacked);
            const auto single = import_path(rating_file);
            IMPORTED(single);
            QCOMPARE((*unpacked)->fingerprint(), (*zipped)->fingerprint());
            QCOMPARE((*single)->fingerprint(), (*zipped)->fingerprint());
        }
    }

    void tables_that_are_refused_are_left_out() {
        const ZipFiles files;
        ImportOptions options;
        options.files = {files.zip("ml-1m.zip", one_million())};
        options.item_table = "-";
        options.user_table = "-";
        const auto data = import_with(options);
        IMPORTED(data);
        QVERIFY((*data)->item_features().empty());
        QVERIFY((*data)->user_features().empty());
    }

    void a_damaged_table_is_named_by_line_and_column() {
        const ZipFiles files;
        auto release = one_million();
        release["ml-1m/movies.dat"] += "74::No genres\n";
        const auto data = import_path(files.zip("ml-1m.zip", release));
        QVERIFY(!data);
        QVERIFY2(data.error().where.ends_with("ml-1m.zip#ml-1m/movies.dat:3:2"), data.error().text().c_str());
    }

    void latest_small_has_the_published_counts() {
        const auto file = test_data_folder() / "ml-latest-small" / "ratings.csv.gz";
        REQUIRE_FILE(file);
        ImportReport report;
        const auto data = import_path(file, &report);
        IMPORTED(data);
        QCOMPARE((*data)->interactions().size(), std::size_t{100'836});
        QCOMPARE((*data)->users().size(), std::uint32_t{610});
        QCOMPARE((*data)->items().size(), std::uint32_t{9'724});
        QCOMPARE(report.joined.size(), std::size_t{3});
        for (const auto& joined : report.joined)
            if (joined.table == "tags.csv")
                QCOMPARE(joined.rows, std::uint64_t{3'683});
        QVERIFY(!item_text(*data, "tags", "1").empty());
    }
};

QTEST_GUILESS_MAIN(MovieLensTest)
#include "tst_movielens.moc"
