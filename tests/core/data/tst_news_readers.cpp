#include <set>

#include <zlib.h>

#include "core/data/import_files.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

// Rows as MIND has them: U2 has no history, U1 has the same one in both impressions.
const QByteArray behaviors = "1\tU1\t11/12/2019 6:00:00 PM\tN10 N11\tN20-1 N21-0\n"
                             "2\tU2\t11/11/2019 9:05:58 AM\t\tN20-0 N22-1\n"
                             "3\tU1\t11/11/2019 9:05:58 AM\tN10 N11\tN22-0\n";
const QByteArray entity = "[{\"Label\": \"%1\", \"Type\": \"P\", \"WikidataId\": \"%2\", \"Confidence\": 1.0, "
                          "\"OccurrenceOffsets\": [48], \"SurfaceForms\": [\"x\"]}]";
QByteArray entity_cell(const char* label, const char* id) {
    return QString::fromUtf8(entity).arg(QString::fromUtf8(label), QString::fromUtf8(id)).toUtf8();
}
QByteArray news() {
    return "N10\tlifestyle\troyals\tThe Brands \"Queen\" Elizabeth Swears By\tShop the notebooks.\thttps://x/1\t" +
           entity_cell("Prince Philip", "Q80976") + "\t[]\n" + "N20\tnews\tworld\tApple shares\t\thttps://x/2\t" +
           entity_cell("Apple", "Q312") + "\t" + entity_cell("Apple", "Q89") + "\n" +
           "N22\tnews\tworld\tOther\tText\thttps://x/3\t\t" + entity_cell("Prince Philip", "Q80976") + "\n" +
           "N99\tnews\tworld\tNot read\tText\thttps://x/4\t[]\t[]\n";
}
constexpr std::int64_t first_morning = 1573463158; // date -ud '2019-11-11 09:05:58' +%s
constexpr std::int64_t next_evening = 1573581600;  // date -ud '2019-11-12 18:00:00' +%s

void put(QByteArray& out, std::uint32_t number, int bytes) {
    for (int b = 0; b < bytes; ++b)
        out.append(static_cast<char>(number >> (8 * b)));
}

/// A zip archive whose members are stored as they are (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16).
QByteArray zip_of(const std::vector<std::pair<QByteArray, QByteArray>>& members) {
    QByteArray out;
    QByteArray directory;
    for (const auto& [name, content] : members) {
        QByteArray about;
        put(about, 20, 2);
        about += QByteArray(8, 0); // flags, method, time, date
        put(about,
            static_cast<std::uint32_t>(
                crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()))),
            4);
        put(about, static_cast<std::uint32_t>(content.size()), 4);
        put(about, static_cast<std::uint32_t>(content.size()), 4);
        put(about, static_cast<std::uint32_t>(name.size()), 2);
        put(about, 0, 2);
        directory += QByteArray("PK\1\2", 4);
        put(directory, 20, 2);
        directory += about;
        directory += QByteArray(10, 0);
        put(directory, static_cast<std::uint32_t>(out.size()), 4);
        directory += name;
        out += QByteArray("PK\3\4", 4) + about + name + content;
    }
    const auto start = static_cast<std::uint32_t>(out.size());
    out += directory + QByteArray("PK\5\6", 4);
    put(out, 0, 4);
    put(out, static_cast<std::uint32_t>(members.size()), 2);
    put(out, static_cast<std::uint32_t>(members.size()), 2);
    put(out, static_cast<std::uint32_t>(directory.size()), 4);
    put(out, start, 4);
    put(out, 0, 2);
    return out;
}

struct Row {
    std::string user, item, event;
    float value;
    std::int64_t time;
    auto operator<=>(const Row&) const = default;
};
std::set<Row> rows_of(const Dataset& data) {
    std::set<Row> out;
    const auto& rows = data.interactions();
    for (std::size_t r = 0; r < rows.size(); ++r)
        out.insert({std::string(data.users().id(rows.user[r])), std::string(data.items().id(rows.item[r])),
                    data.events()[rows.event[r]], rows.value[r], rows.time[r]});
    return out;
}

std::size_t links_of(const Dataset& data, std::string_view item) {
    const auto index = data.items().find(item);
    return static_cast<std::size_t>(std::count_if(data.graph().links.begin(), data.graph().links.end(),
                                                  [&](const auto& link) { return link.item == index; }));
}

} // namespace

class TestNewsReaders : public QObject {
    Q_OBJECT

    ImportFiles files_;

    ImportOptions write_mind(const QString& folder) {
        const auto in = [&](const char* name) { return folder + QStringLiteral("/") + QString::fromUtf8(name); };
        files_.write(news(), in("news.tsv"));
        files_.write("Q80976\t0.5\t-1\t\nQ1\t1\t1\t\nQ312\t2\t3e-1\t\n", in("entity_embedding.vec"));
        files_.write("P31\t1\t0\t\n", in("relation_embedding.vec"));
        return options_for(files_.write(behaviors, in("behaviors.tsv")));
    }

  private Q_SLOTS:
    void impressions_and_histories_become_rows() {
        const auto data = import_files(write_mind("rows"));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const std::set<Row> expected{
            {"U1", "N10", "history", 1, first_morning - 1}, {"U1", "N11", "history", 1, first_morning - 1},
            {"U1", "N20", "impression", 1, next_evening},   {"U1", "N21", "impression", 0, next_evening},
            {"U1", "N22", "impression", 0, first_morning},  {"U2", "N20", "impression", 0, first_morning},
            {"U2", "N22", "impression", 1, first_morning}};
        QCOMPARE((*data)->interactions().size(), expected.size());
        QVERIFY(rows_of(**data) == expected);
        std::multiset<std::string> impressions;
        for (std::size_t row = 0; row < expected.size(); ++row)
            impressions.insert(context_text(**data, "impression", row));
        QVERIFY((impressions == std::multiset<std::string>{"", "", "1", "1", "2", "2", "3"}));
    }

    void a_folder_a_zip_and_a_file_are_the_same_data() {
        const auto file = import_files(write_mind("both"));
        const auto folder = import_files(options_for(files_.path() + "/both"));
        QVERIFY2(folder, folder ? "" : folder.error().text().c_str());
        QCOMPARE((*folder)->fingerprint(), (*file)->fingerprint());
        const auto in = [&](const char* name) {
            QFile content(QString::fromStdString(files_.path()) + "/both/" + QString::fromUtf8(name));
            const bool open = content.open(QFile::ReadOnly);
            return std::pair(QByteArray("MINDsmall_train/") + name, open ? content.readAll() : QByteArray());
        };
        const auto zip = files_.write(
            zip_of({in("behaviors.tsv"), in("news.tsv"), in("entity_embedding.vec"), in("relation_embedding.vec")}),
            "MINDsmall_train.zip");
        const auto packed = import_files(options_for(zip));
        QVERIFY2(packed, packed ? "" : packed.error().text().c_str());
        QCOMPARE((*packed)->fingerprint(), (*file)->fingerprint());
    }

    void news_bring_titles_features_entities_and_vectors() {
        ImportReport report;
        const auto data = import_files(write_mind("news"), &report);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& d = **data;
        QCOMPARE(d.title(*d.items().find("N10")), std::string_view("The Brands \"Queen\" Elizabeth Swears By"));
        QCOMPARE(d.title(*d.items().find("N11")), std::string_view("N11"));
        QCOMPARE(d.item_features().size(), std::size_t{3});
        QCOMPARE(d.item_features()[1].texts[*d.items().find("N22")], std::string_view("world"));
        QCOMPARE(d.graph().entities.size(), std::size_t{3});
        QCOMPARE(links_of(d, "N20"), std::size_t{2});
        QCOMPARE(links_of(d, "N22"), std::size_t{1});
        // Two entities share a label: their ids tell them apart.
        std::set<std::string_view> names;
        for (std::size_t e = 0; e < d.graph().entities.size(); ++e)
            names.insert(d.graph().entities[e]);
        QVERIFY((names == std::set<std::string_view>{"Apple (Q312)", "Apple (Q89)", "Prince Philip"}));
        const auto& vectors = d.parts().vectors;
        QCOMPARE(vectors.size(), std::size_t{2});
        QCOMPARE(vectors[0].name, std::string("entities"));
        QCOMPARE(vectors[0].keys.size(), std::size_t{2});
        QCOMPARE(vectors[0].keys[0], std::string_view("Prince Philip"));
        QCOMPARE(vectors[0].of(0)[1], -1.0F);
        QCOMPARE(vectors[0].of(1)[1], 0.3F);
        QCOMPARE(vectors[1].name, std::string("relations"));
        const auto joined = std::find_if(report.joined.begin(), report.joined.end(),
                                         [](const Joined& j) { return j.table == "news.tsv"; });
        QVERIFY(joined != report.joined.end());
        QCOMPARE(joined->matched, std::uint64_t{3});
        QCOMPARE(joined->without, std::uint64_t{2});
        QCOMPARE(joined->unmatched, std::vector<std::string>{"N99"});
        QVERIFY(std::any_of(report.notes.begin(), report.notes.end(),
                            [](const std::string& note) { return note.find("does not date") != std::string::npos; }));
    }

    void a_history_is_kept_once_however_long_the_file_is_and_never_tested_on() {
        // Long enough for several stretches.
        QByteArray text;
        std::size_t impressions = 0;
        for (int i = 0; text.size() < (9 << 20); ++i, ++impressions)
            text += QByteArray::number(i) + "\tU" + QByteArray::number(i % 7) +
                    "\t11/12/2019 6:00:00 AM\tN1 N2 N3\tN20-1\n";
        auto options = options_for(files_.write(text, "long/behaviors.tsv"));
        options.test_files = {files_.write("1\tU3\t11/13/2019 6:00:00 AM\tN1 N2 N3\tN30-0\n"
                                           "2\tU9\t11/13/2019 6:00:00 AM\tN4\tN30-1\n",
                                           "long/test/behaviors.tsv")};
        files_.write("N30\ta\tb\tOnly in the test news\t\t\t[]\t[]\n", "long/test/news.tsv");
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->title(*(*data)->items().find("N30")), std::string_view("Only in the test news"));
        QCOMPARE((*data)->interactions().size(), impressions + std::size_t{7 * 3 + 2 + 1});
        QCOMPARE((*data)->parts().fixed_test.size(), std::size_t{2});
        for (const auto row : (*data)->parts().fixed_test)
            QCOMPARE((*data)->items().id((*data)->interactions().item[row]), std::string_view("N30"));
    }

    void bad_news_are_refused_with_place_and_remedy_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("what");
        QTest::newRow("test set") << QByteArray("behaviors.tsv")
                                  << QByteArray("1\tU1\t11/15/2019 8:55:22 AM\tN1\tN2 N3\n") << "behaviors.tsv:1:5"
                                  << "no labels";
        QTest::newRow("one without a label")
            << QByteArray("behaviors.tsv") << behaviors + "4\tU1\t11/15/2019 8:55:22 AM\tN1\tN2-1 N3\n"
            << "behaviors.tsv:4:5"
            << "'N3' is no article with a label";
        QTest::newRow("time") << QByteArray("behaviors.tsv") << behaviors + "4\tU1\t31/31/2019 8:55:22 AM\tN1\tN2-1\n"
                              << "behaviors.tsv:4:3"
                              << "cannot be read";
        QTest::newRow("columns") << QByteArray("behaviors.tsv") << behaviors + "4\tU1\n"
                                 << "behaviors.tsv:4:2"
                                 << "2 columns";
        QTest::newRow("news") << QByteArray("news.tsv") << news() + "N1\tnews\n"
                              << "news.tsv:5:2"
                              << "2 columns";
        QTest::newRow("vectors") << QByteArray("entity_embedding.vec") << QByteArray("Q312\t1\t2\nQ89\t1\tx\n")
                                 << "entity_embedding.vec:2:3"
                                 << "'x' is no number";
        QTest::newRow("short vector") << QByteArray("entity_embedding.vec") << QByteArray("Q312\t1\t2\nQ89\t1\n")
                                      << "entity_embedding.vec:2:3"
                                      << "1 numbers, the first one 2";
    }
    void bad_news_are_refused_with_place_and_remedy() {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, content);
        QFETCH(QString, place);
        QFETCH(QString, what);
        const QString folder = "bad " + QString::fromUtf8(QTest::currentDataTag());
        auto options = write_mind(folder);
        files_.write(content, folder + "/" + QString::fromUtf8(file));
        const auto data = import_files(options);
        QVERIFY(!data);
        QVERIFY2(QString::fromStdString(data.error().where).endsWith(folder + "/" + place),
                 data.error().text().c_str());
        QVERIFY2(QString::fromStdString(data.error().what).contains(what), data.error().text().c_str());
        QVERIFY(!data.error().remedy.empty());
    }

    void entities_that_are_no_json_are_told_of_and_leave_the_rest() {
        auto options = write_mind("json");
        files_.write("N10\ta\tb\tTitle\t\t\t[{\"Label\":\tx\n", "json/news.tsv");
        ImportReport report;
        const auto data = import_files(options, &report);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->title(*(*data)->items().find("N10")), std::string_view("Title"));
        QVERIFY(std::any_of(report.notes.begin(), report.notes.end(), [](const std::string& note) {
            return note.find("entities of 2 cells") != std::string::npos;
        }));
    }

    void dkn_rows_have_titles_as_items_and_entities_linked() {
        const auto data = import_files(options_for(files_.write("7\tspringsteen song\t1\t331:Bruce Springsteen;9:Song\n"
                                                                "8\tspringsteen song\t0\t331:Bruce Springsteen\n"
                                                                "8\tother\t0\t12:Tom; Jerry;9:Song\n"
                                                                "8\tlast\t0\t\n")));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& d = **data;
        QCOMPARE(d.interactions().size(), std::size_t{4});
        QCOMPARE(d.items().size(), 3U);
        QCOMPARE(d.title(0), d.items().id(0));
        QCOMPARE(d.graph().entities.size(), std::size_t{3});
        QCOMPARE(d.graph().entities[0], std::string_view("Song"));
        QCOMPARE(d.graph().entities[1], std::string_view("Tom; Jerry"));
        QCOMPARE(links_of(d, "springsteen song"), std::size_t{2});
        QCOMPARE(links_of(d, "other"), std::size_t{2});
        QCOMPARE(links_of(d, "last"), std::size_t{0});
        QVERIFY(d.context().empty());
    }

    void bad_dkn_rows_are_named_data() {
        QTest::addColumn<QByteArray>("row");
        QTest::addColumn<QString>("place");
        QTest::newRow("label") << QByteArray("7\tt\tyes\t1:A") << ":2:3";
        QTest::newRow("entity") << QByteArray("7\tt\t1\tA") << ":2:4";
        QTest::newRow("columns") << QByteArray("7\tt\t1") << ":2:3";
        QTest::newRow("user") << QByteArray("\tt\t1\t1:A") << ":2:1";
        QTest::newRow("title") << QByteArray("7\t\t1\t1:A") << ":2:2";
    }
    void bad_dkn_rows_are_named() {
        QFETCH(QByteArray, row);
        QFETCH(QString, place);
        auto options = options_for(files_.write("7\tt\t1\t1:A\n" + row + "\n"));
        options.format = FileFormat::dkn;
        const auto data = import_files(options);
        QVERIFY(!data);
        QVERIFY2(QString::fromStdString(data.error().where).endsWith(place), data.error().text().c_str());
        QVERIFY(!data.error().remedy.empty());
    }

    void the_dkn_sample_is_a_fixed_split_with_entities() {
        const auto folder = test_data_folder() / "dkn-news";
        REQUIRE_FILE(folder / "raw_train.txt");
        auto options = options_for((folder / "raw_train.txt").string());
        options.test_files = {folder / "raw_test.txt"};
        const auto data = import_files(options);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const auto& d = **data;
        QCOMPARE(d.interactions().size(), std::size_t{10'401 + 462});
        QCOMPARE(d.parts().fixed_test.size(), std::size_t{462});
        QCOMPARE(d.parts().fixed_test.front(), RowIx{10'401});
        // cut -f2 raw_*.txt | sort -u | wc -l; the same of the entities' ids
        QCOMPARE(d.items().size(), 9075U);
        QCOMPARE(d.graph().entities.size(), std::size_t{3776});
    }
};

QTEST_APPLESS_MAIN(TestNewsReaders)
#include "tst_news_readers.moc"
