#include <QTest>

#include <set>

#include "core/data/row_scan.h"
#include "core/make_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// More rows than a block holds, so that blocks meet within a user.
Interactions random_rows(std::uint32_t rows, std::uint32_t users, std::uint32_t items, bool by_user) {
    Rng rng(6);
    Interactions out;
    for (std::uint32_t row = 0; row < rows; ++row) {
        out.user.push_back(by_user ? static_cast<UserIx>(std::uint64_t{row} * users / rows) : rng.below(users));
        out.item.push_back(rng.below(items));
        out.value.push_back(row % 7 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                         : static_cast<float>(rng.below(9)) - 3);
        out.time.push_back(static_cast<std::int64_t>(rng.below(1'000'000)) - 500'000);
        out.event.push_back(static_cast<EventIx>(rng.below(3)));
    }
    return out;
}

} // namespace

class TestRowScan : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void counts_agree_with_a_set_of_pairs_data() {
        QTest::addColumn<quint32>("users");
        QTest::addColumn<quint32>("items");
        QTest::addColumn<bool>("by_user");
        for (const bool by_user : {true, false}) {
            QTest::addRow("few users, %d", by_user) << quint32(3) << quint32(90'000) << by_user;
            QTest::addRow("many users, %d", by_user) << quint32(40'000) << quint32(11) << by_user;
        }
    }
    void counts_agree_with_a_set_of_pairs() {
        QFETCH(quint32, users);
        QFETCH(quint32, items);
        QFETCH(bool, by_user);
        const auto rows = random_rows(300'000, users, items, by_user);
        std::set<std::pair<UserIx, ItemIx>> pairs;
        for (std::size_t row = 0; row < rows.size(); ++row)
            pairs.emplace(rows.user[row], rows.item[row]);
        const Parallel parallel(3);
        for (const Parallel* threads : {static_cast<const Parallel*>(nullptr), &parallel}) {
            const auto scan = scan_rows(rows, threads);
            QCOMPARE(scan.by_user, by_user);
            QCOMPARE(count_distinct_pairs(rows, users, items, by_user, threads), std::uint64_t{pairs.size()});
            QCOMPARE(count_distinct_pairs(rows, users, items, false, threads), std::uint64_t{pairs.size()});
        }
    }

    void a_scan_finds_the_extremes() {
        auto rows = random_rows(600'000, 50, 60, true);
        rows.item[599'999] = 777;
        rows.value[3] = 90;
        rows.value[400'000] = -90;
        rows.time[1] = 1LL << 40;
        rows.time[599'998] = -(1LL << 40);
        double sum = 0;
        std::uint64_t rated = 0;
        for (const float value : rows.value)
            if (!std::isnan(value)) {
                sum += value;
                ++rated;
            }
        const auto scan = scan_rows(rows, nullptr);
        QCOMPARE(scan.greatest_user, UserIx{49});
        QCOMPARE(scan.greatest_item, ItemIx{777});
        QCOMPARE(scan.greatest_event, EventIx{2});
        QCOMPARE(scan.least_value, -90.0);
        QCOMPARE(scan.greatest_value, 90.0);
        QCOMPARE(scan.first_time, -(1LL << 40));
        QCOMPARE(scan.last_time, 1LL << 40);
        QCOMPARE(scan.rated, rated);
        QCOMPARE(scan.sum, sum); // whole numbers: any order of adding gives the same digits
        QVERIFY(!scan.infinite);
        rows.value[500'000] = -std::numeric_limits<float>::infinity();
        QVERIFY(scan_rows(rows, nullptr).infinite);
    }

    void threads_change_nothing_in_a_data_set() {
        DatasetParts parts;
        parts.interactions = random_rows(500'000, 900, 700, false);
        std::vector<std::string> ids;
        for (int i = 0; i < 900; ++i)
            ids.push_back(std::to_string(i));
        parts.users = make_ids(ids);
        ids.resize(700);
        parts.items = make_ids(ids);
        parts.events = {"a", "b", "c"};
        const Parallel parallel(3);
        const auto one = *Dataset::make(parts);
        const auto three = *Dataset::make(parts, &parallel);
        QCOMPARE(three->fingerprint(), one->fingerprint());
        QCOMPARE(three->summary().mean_value, one->summary().mean_value);
        QCOMPARE(three->summary().distinct_pairs, one->summary().distinct_pairs);
        parts.interactions.item[450'000] = 700;
        const auto refused = Dataset::make(parts, &parallel);
        QVERIFY(refused.error().text().find("row 450000 names") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRowScan)
#include "tst_row_scan.moc"
