// What check_split finds against comparing every row with every other, and row lists as files.
#include <map>
#include <set>
#include <tuple>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/split/checks.h"
#include "core/split/preview.h"
#include "core/split/random_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Count by finding, and distinct users, items or pairs where there are such.
using Found = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;

/// Every test row against every training row, every row against every earlier one.
Found found_by_hand(const Dataset& data, const Split& split) {
    const auto& rows = data.interactions();
    Found out;
    std::set<std::uint32_t> cold_users, cold_items, with_rows, tested;
    std::set<std::pair<UserIx, ItemIx>> pairs;
    const auto sides = split.sides(rows.size());
    for (RowIx a = 0; a < rows.size(); ++a) {
        if (sides[a] == Side::none)
            continue;
        with_rows.insert(rows.user[a]);
        bool repeats = false;
        for (RowIx b = 0; b < a; ++b)
            repeats |= sides[b] != Side::none && rows.user[a] == rows.user[b] && rows.item[a] == rows.item[b] &&
                       rows.value[a] == rows.value[b] && rows.time[a] == rows.time[b];
        out["repeated_rows"].first += repeats ? 1 : 0;
    }
    for (const RowIx test : split.test) {
        tested.insert(rows.user[test]);
        bool user = false, item = false, pair = false, other = false, own = false;
        for (const RowIx train : split.train) {
            const bool same = rows.user[train] == rows.user[test];
            user |= same;
            item |= rows.item[train] == rows.item[test];
            pair |= same && rows.item[train] == rows.item[test];
            (same ? own : other) |= rows.time[train] > rows.time[test];
        }
        if (!user)
            cold_users.insert(rows.user[test]);
        if (!item)
            cold_items.insert(rows.item[test]);
        if (pair)
            pairs.emplace(rows.user[test], rows.item[test]);
        out["cold_users"].first += user ? 0 : 1;
        out["cold_items"].first += item ? 0 : 1;
        out["both_sides"].first += pair ? 1 : 0;
        out["time_leak"].first += other ? 1 : 0;
        out["own_time_leak"].first += own ? 1 : 0;
    }
    out["untested_users"].first = with_rows.size() - tested.size();
    out["cold_users"].second = cold_users.size();
    out["cold_items"].second = cold_items.size();
    out["both_sides"].second = pairs.size();
    std::erase_if(out, [](const auto& entry) { return entry.second.first == 0; });
    return out;
}

} // namespace

class TestSplitChecks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void findings_are_what_comparing_all_rows_finds_data() {
        QTest::addColumn<QString>("form");
        for (const auto& form : all_forms())
            QTest::newRow(form.c_str()) << QString::fromStdString(form);
    }
    void findings_are_what_comparing_all_rows_finds() {
        QFETCH(QString, form);
        for (const std::uint64_t seed : {1, 2, 3}) {
            const auto data = random_rows(seed, 400, 60, 50, 20);
            const auto split = *make_split(*data, recipe(form.toStdString(), seed));
            const auto check = check_split(*data, split, Parallel(2));
            Found found;
            for (const auto& finding : check.findings) {
                QVERIFY(finding.count > 0 && finding.count <= finding.total);
                QVERIFY(finding.text.ends_with('.'));
                found[finding.id] = {finding.count, finding.groups};
            }
            QVERIFY(found == found_by_hand(*data, split));
        }
    }

    void sides_are_counted() {
        const auto data = random_rows(4);
        const auto split = *make_split(*data, recipe("chrono:0.6,0.2;min_user=5"));
        const auto check = check_split(*data, split, Parallel(1));
        const std::array lists{&split.train, &split.validation, &split.test};
        std::size_t used = 0;
        for (std::size_t side = 0; side < lists.size(); ++side) {
            std::set<std::uint32_t> users, items;
            for (const RowIx row : *lists[side]) {
                users.insert(data->interactions().user[row]);
                items.insert(data->interactions().item[row]);
            }
            QCOMPARE(check.sides[side].rows, lists[side]->size());
            QCOMPARE(check.sides[side].users, users.size());
            QCOMPARE(check.sides[side].items, items.size());
            used += lists[side]->size();
        }
        QVERIFY(check.left_out > 0);
        QCOMPARE(check.left_out, data->interactions().size() - used);
    }

    void a_clean_split_has_no_findings() {
        std::vector<Row> rows;
        for (int day = 0; day < 4; ++day)
            for (const char* user : {"u", "v"})
                rows.push_back({user, std::string(day < 3 ? "a" : "b") + std::to_string(day % 3), 1, day});
        rows.push_back({"w", "b0", 1, 0}); // so that b0 is known
        rows.push_back({"w", "a1", 1, 3});
        const auto data = *make_data(rows);
        const auto split = *make_split(*data, recipe("global:1970-01-01T00:00:03Z"));
        const auto check = check_split(*data, split, Parallel(1));
        QVERIFY2(check.findings.empty(), check.findings.empty() ? "" : check.findings.front().text.c_str());
    }

    void splits_made_for_new_users_only_note_that_they_are_cold() {
        const auto data = random_rows(5);
        const auto severity = [&](const char* form) {
            for (const auto& finding : check_split(*data, *make_split(*data, recipe(form)), Parallel(1)).findings)
                if (finding.id == "cold_users")
                    return finding.severity == Severity::warning ? "warning" : "note";
            return "absent";
        };
        QCOMPARE(severity("users:0.7"), "note");
        QCOMPARE(severity("global:1970-01-15"), "warning");
        QCOMPARE(severity("loo:last"), "absent");
    }

    void examples_show_the_last_rows_in_order_of_time() {
        const auto data = random_rows(6);
        const auto split = *make_split(*data, recipe("loo:last,1"));
        const auto preview = preview_split(*data, split, 12, 20);
        QCOMPARE(preview.users.size(), std::size_t{12});
        QCOMPARE(preview.train + preview.validation + preview.test + preview.left_out, std::uint64_t{400});
        for (const auto& user : preview.users) {
            QVERIFY(user.latest.size() <= 20 && user.rows >= user.latest.size());
            if (user.rows < 3)
                continue;
            QCOMPARE(user.latest.back(), Side::test);
            QCOMPARE(user.latest[user.latest.size() - 2], Side::validation);
            QVERIFY(std::all_of(user.latest.begin(), user.latest.end() - 2, [](Side s) { return s == Side::train; }));
        }
    }

    void row_lists_come_back_and_never_overwrite() {
        QTemporaryDir folder;
        const auto data = random_rows(7);
        const auto split = *make_split(*data, recipe("random:0.7,0.1"));
        const auto place = folder.filePath(QStringLiteral("lists")).toStdString();
        const auto files = write_row_lists(split, place);
        QVERIFY2(files.has_value(), files ? "" : files.error().text().c_str());
        QCOMPARE(files->size(), std::size_t{3});
        QCOMPARE(*read_row_list(place + "/train.rows"), split.train);
        QCOMPARE(*read_row_list(place + "/validation.rows"), split.validation);
        QCOMPARE(make_split(*data, recipe("rows:" + place + "/test.rows"))->test, split.test);
        const auto again = write_row_lists(split, place);
        QVERIFY(!again);
        QCOMPARE(again.error().kind, ErrorKind::usage);
        QCOMPARE(QDir(QString::fromStdString(place)).entryList(QDir::Files).size(), 3);
    }

    void a_failed_write_leaves_nothing() {
        QTemporaryDir folder;
        const auto split = *make_split(*random_rows(7), recipe("random:0.7"));
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QFile::WriteOnly));
        file.close();
        QVERIFY(!write_row_lists(split, folder.filePath(QStringLiteral("file/lists")).toStdString()));
        // A folder in the place of the second file's temporary one stops the write after the first.
        const auto place = folder.filePath(QStringLiteral("lists"));
        QVERIFY(QDir().mkpath(place + QStringLiteral("/test.rows.part/taken")));
        const auto written = write_row_lists(split, place.toStdString());
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::failed);
        QVERIFY(QDir(place).entryList(QDir::Files).isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestSplitChecks)
#include "tst_split_checks.moc"
