// Tables beside the interactions: types, ids that do not match, graphs, links between users.
#include <QtTest>

#include <chrono>

#include "core/data/zip_files.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

const std::string ratings = "user_id,item_id,rating\n1,10,4\n1,20,3\n2,10,5\n3,30,1\n";

#define IMPORTED(data) QVERIFY2(data, (data) ? "" : (data).error().text().c_str())

Result<DatasetPtr> with_items(const ZipFiles& files, const std::string& items, ImportReport* report = nullptr) {
    ImportOptions options;
    options.files = {files.write("ratings.csv", ratings)};
    options.item_table = files.write("things.csv", items);
    return import_with(options, report);
}

const FeatureColumn& column(const Result<DatasetPtr>& data, const std::string& name) {
    const auto* found = feature_named((*data)->item_features(), name);
    if (found == nullptr)
        qFatal("there is no feature %s", name.c_str());
    return *found;
}

ImportOptions social(const ZipFiles& files, const std::string& links) {
    ImportOptions options;
    options.files = {files.write("ratings.csv", ratings)};
    options.social = files.write("trust.tsv", links);
    return options;
}

} // namespace

class CompanionsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void types_of_a_plain_table_are_guessed() {
        const ZipFiles files;
        const auto data =
            with_items(files, "item_id,title,price,code,genres,released,blurb,kind\n"
                              "10,\"One, two\",9.5,0123,a|b,2001-02-03,\"the quick brown fox jumps over it\",x\n"
                              "20,Two,NA,0456,b,1999-12-31,\"a lazy dog sleeps in the warm sun\",y\n"
                              "30,Three,3,0789,c|d|e,\\N,\"it was the best of times and so on\",x\n");
        IMPORTED(data);
        const auto& items = (*data)->items();
        QCOMPARE(column(data, "title").type, ColumnType::text);
        QCOMPARE(column(data, "price").type, ColumnType::number);
        QCOMPARE(column(data, "code").type, ColumnType::category);
        QCOMPARE(column(data, "genres").type, ColumnType::multi_category);
        QCOMPARE(column(data, "released").type, ColumnType::date);
        QCOMPARE(column(data, "blurb").type, ColumnType::text);
        QCOMPARE(column(data, "kind").type, ColumnType::category);
        QCOMPARE((*data)->title(*items.find("10")), std::string_view("One, two"));
        QCOMPARE(feature_number((*data)->item_features(), items, "price", "10"), 9.5);
        QVERIFY(std::isnan(feature_number((*data)->item_features(), items, "price", "20")));
        // 2001-02-03T00:00:00Z.
        QCOMPARE(feature_number((*data)->item_features(), items, "released", "10"), 981158400.0);
        QVERIFY(std::isnan(feature_number((*data)->item_features(), items, "released", "30")));
        QCOMPARE(feature_text((*data)->item_features(), items, "code", "20"), std::string("0456"));
    }

    void semicolons_decimal_commas_latin_1_and_crlf_are_understood() {
        const ZipFiles files;
        const auto data = with_items(files, "item_id;name;preis\r\n10;Caf\xE9 \"M\xFCller\", gut und g\xFCnstig;1,5\r\n"
                                            "20;Stra\xDF"
                                            "e;12,25\r\n30;\xC4pfel;3\r\n");
        IMPORTED(data);
        QCOMPARE(feature_number((*data)->item_features(), (*data)->items(), "preis", "20"), 12.25);
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "name", "20"), std::string("Straße"));
    }

    void ids_that_do_not_match_are_reported_both_ways() {
        const ZipFiles files;
        ImportReport report;
        const auto data = with_items(files, "item_id,kind\n10,x\n77,y\n88,y\n", &report);
        IMPORTED(data);
        QCOMPARE(report.joined.size(), std::size_t{1});
        const auto& joined = report.joined.front();
        QCOMPARE(joined.table, std::string("things.csv"));
        QCOMPARE(joined.rows, std::uint64_t{3});
        QCOMPARE(joined.matched, std::uint64_t{1});
        QCOMPARE(joined.without, std::uint64_t{2});
        QVERIFY((joined.unmatched == std::vector<std::string>{"77", "88"}));
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "kind", "20"), std::string());
    }

    void the_last_row_of_an_id_counts_and_repeated_names_are_told_apart() {
        const ZipFiles files;
        ImportReport report;
        const auto data = with_items(files, "item_id,kind,kind\n10,old,a\n10,new,b\n20,x,c\n30,y,d\n", &report);
        IMPORTED(data);
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "kind", "10"), std::string("new"));
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "kind (2)", "10"), std::string("b"));
        QCOMPARE(report.notes.size(), std::size_t{2});
        QVERIFY(report.notes[0].find("'kind'") != std::string::npos);
        QVERIFY(report.notes[1].find("1 id more than once") != std::string::npos);
    }

    void the_id_column_is_found_by_its_name() {
        const ZipFiles files;
        const auto data = with_items(files, "kind,item_id\nx,10\ny,20\nz,30\n");
        IMPORTED(data);
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "kind", "30"), std::string("z"));
    }

    void errors_name_line_and_column() {
        const ZipFiles files;
        const auto short_row = with_items(files, "item_id,kind,more\n10,x,y\n20,x\n");
        QVERIFY(!short_row);
        QVERIFY2(QString::fromStdString(short_row.error().where).endsWith("things.csv:3:2"),
                 short_row.error().text().c_str());
        const auto open_quote = with_items(files, "item_id,kind\n10,x\n20,\"x\n");
        QVERIFY(!open_quote);
        QVERIFY2(QString::fromStdString(open_quote.error().where).endsWith("things.csv:3:2"),
                 open_quote.error().text().c_str());
        files.write("a.inter", "user_id:token\titem_id:token\n1\t10\n");
        files.write("a.item", "item_id:token\tprice:float\n10\tcheap\n");
        const auto no_number = import_path(files.path("a.inter"));
        QVERIFY(!no_number);
        QVERIFY2(QString::fromStdString(no_number.error().where).endsWith("a.item:2:2"),
                 no_number.error().text().c_str());
    }

    void recbole_tables_have_the_types_of_their_headings() {
        const ZipFiles files;
        files.write("a.inter",
                    "user_id:token\titem_id:token\tlabel:float\ttimestamp:float\tplace:token\thow:token_seq\n"
                    "1\t10\t1\t1000000000\thome\tslow loud\n2\t20\t0\t1000000001\t\tloud\n");
        files.write("a.item", "item_id:token\tmovie_title:token_seq\tclass:token_seq\tyear:token\tprice:float\n"
                              "10\tThe \"One\"\tDrama War\t1999\t2.5\n");
        files.write("a.user", "user_id:token\tage:token\n1\t24\n2\t35\n");
        files.write("a.net", "source_id:token\ttarget_id:token\n1\t2\n2\t1\n1\t9\n");
        ImportReport report;
        const auto data = import_path(files.path("a.inter"), &report);
        IMPORTED(data);
        QCOMPARE((*data)->title(*(*data)->items().find("10")), std::string_view("The \"One\""));
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "class", "10"), std::string("Drama|War"));
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "year", "10"), std::string("1999"));
        QCOMPARE(feature_number((*data)->item_features(), (*data)->items(), "price", "10"), 2.5);
        QCOMPARE(feature_text((*data)->user_features(), (*data)->users(), "age", "2"), std::string("35"));
        QVERIFY((*data)->has_values() && (*data)->has_times());
        QCOMPARE((*data)->context().size(), std::size_t{2});
        QCOMPARE((*data)->context()[0].name, std::string("place"));
        QCOMPARE((*data)->context()[0].codes[1], ContextColumn::missing);
        QCOMPARE((*data)->context()[1].type, ColumnType::multi_category);
        QCOMPARE((*data)->context()[1].codes.size(), std::size_t{3});
        QCOMPARE((*data)->parts().social.size(), std::size_t{2});
    }

    void recbole_files_may_be_in_a_zip() {
        const ZipFiles files;
        const auto zip = files.zip("a.zip", {{"a/a.inter", "user_id:token\titem_id:token\n1\t10\n"},
                                             {"a/a.item", "item_id:token\tkind:token\n10\tx\n"}});
        const auto data = import_path(zip);
        IMPORTED(data);
        QCOMPARE(feature_text((*data)->item_features(), (*data)->items(), "kind", "10"), std::string("x"));
    }

    void ml100k_comes_with_features_and_graph_of_the_published_size() {
        REQUIRE_FILE(ml100k_file());
        ImportReport report;
        const auto data = import_path(ml100k_file(), &report);
        IMPORTED(data);
        QCOMPARE((*data)->interactions().size(), std::size_t{100'000});
        QCOMPARE((*data)->graph().triples.size(), std::size_t{91'631});
        QCOMPARE((*data)->graph().links.size(), std::size_t{1'598});
        QCOMPARE((*data)->item_features().size(), std::size_t{3});
        QCOMPARE((*data)->user_features().size(), std::size_t{4});
        QCOMPARE(report.joined.size(), std::size_t{4});
        for (const auto& joined : report.joined)
            if (joined.table == "ml-100k.link")
                QCOMPARE(joined.without, std::uint64_t{1'682 - 1'598});
    }

    void a_graph_is_read_with_or_without_header() {
        const ZipFiles files;
        for (const auto* head : {"", "head,relation,tail\n"}) {
            ImportOptions options;
            options.files = {files.write("ratings.csv", ratings)};
            options.graph = files.write("kg.csv", std::string(head) + "e1,likes,e2\ne2,likes,e3\ne8,knows,e9\n");
            options.links = files.write("links.csv", "10,e1\n20,e2\n99,e3\n");
            ImportReport report;
            const auto data = import_with(options, &report);
            IMPORTED(data);
            const auto& graph = (*data)->graph();
            QCOMPARE(graph.triples.size(), std::size_t{3});
            QCOMPARE(graph.links.size(), std::size_t{2});
            QCOMPARE(graph.relations.size(), std::size_t{2});
            QCOMPARE(graph.entities[graph.links[1].entity], std::string_view("e2"));
            QCOMPARE(report.joined.size(), std::size_t{2});
            QVERIFY((report.joined[0].unmatched == std::vector<std::string>{"99"}));
            QCOMPARE(report.joined[0].without, std::uint64_t{1});
            QCOMPARE(report.joined[1].matched, std::uint64_t{2});
        }
    }

    void without_links_entities_are_linked_to_the_items_of_their_name() {
        const ZipFiles files;
        ImportOptions options;
        options.files = {files.write("ratings.csv", ratings)};
        options.graph = files.write("kg.txt", "10 0 500\n30 1 500\n");
        ImportReport report;
        const auto data = import_with(options, &report);
        IMPORTED(data);
        QCOMPARE((*data)->graph().links.size(), std::size_t{2});
        QVERIFY(!report.notes.empty());
    }

    void links_between_users_are_read_with_or_without_header() {
        const ZipFiles files;
        for (const auto* head : {"", "user\ttrusts\r\n", "source_id:token\ttarget_id:token\n"}) {
            ImportReport report;
            const auto data =
                import_with(social(files, std::string(head) + "1\t2\r\n2\t1\r\n3\t1\r\n1\t77\r\n"), &report);
            IMPORTED(data);
            QCOMPARE((*data)->parts().social.size(), std::size_t{3});
            QCOMPARE(report.joined.front().rows, std::uint64_t{4});
            QVERIFY((report.joined.front().unmatched == std::vector<std::string>{"77"}));
        }
    }

    void lastfm_comes_with_its_links() {
        const auto folder = test_data_folder() / "lastfm";
        REQUIRE_FILE(folder / "trust.tsv");
        ImportOptions options;
        options.files = {folder / "train.tsv"};
        options.test_files = {folder / "test.tsv"};
        options.social = folder / "trust.tsv";
        ImportReport report;
        const auto data = import_with(options, &report);
        IMPORTED(data);
        QCOMPARE(report.joined.front().rows, std::uint64_t{25'434});
        // 208 links name one of the people without a count; counted with awk.
        QCOMPARE((*data)->parts().social.size(), std::size_t{25'226});
        QCOMPARE((*data)->interactions().size(), std::size_t{42'135 + 10'533});
    }

    void a_table_of_many_rows_is_joined_quickly() {
        const ZipFiles files;
        std::string items = "item_id,title,price,genres\n";
        const int n = 200'000;
        for (int i = 0; i < n; ++i)
            items +=
                std::to_string(i) + ",\"Film, the " + std::to_string(i) + "\"," + std::to_string(i % 97) + ".5,a|b\n";
        const auto start = std::chrono::steady_clock::now();
        const auto data = with_items(files, items);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        IMPORTED(data);
        QCOMPARE((*data)->title(*(*data)->items().find("20")), std::string_view("Film, the 20"));
        qInfo("%d rows in %.2f s", n, seconds.count());
        // Generous: the machine may be busy and the build without optimisation.
        QVERIFY(seconds.count() < 4);
    }
};

QTEST_GUILESS_MAIN(CompanionsTest)
#include "tst_companions.moc"
