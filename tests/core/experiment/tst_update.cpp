// Which training rows a newer version of a data set adds to an earlier one.
#include <QTest>

#include "core/experiment/update.h"
#include "core/make_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

using Rows = std::optional<std::vector<RowIx>>;

Rows added(const std::vector<Row>& before, const std::vector<Row>& now, const Columns& columns = {}) {
    const auto old_data = *make_data(before, columns);
    const auto new_data = *make_data(now, columns);
    return added_rows(*old_data, all_rows(*old_data), *new_data, all_rows(*new_data));
}

Rows rows(std::vector<RowIx> list) {
    return list;
}

const Rows no_rows;

const std::vector<Row> three{{"b", "x", 3, 10}, {"c", "y", 4, 20}, {"b", "y", 5, 30}};

} // namespace

class TestUpdate : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// A new user and a new item before the others in the order of ids, so that every index moves.
    void new_rows_are_found_where_indices_moved() {
        QCOMPARE(added(three, {{"b", "x", 3, 10}, {"a", "w", 1, 15}, {"c", "y", 4, 20}, {"b", "y", 5, 30}}), rows({1}));
    }

    void the_same_event_again_is_new() {
        auto now = three;
        now.push_back(three[1]);
        now.push_back(three[1]);
        QCOMPARE(added(three, now), rows({3, 4}));
        QCOMPARE(added(now, now), rows({}));
        QCOMPARE(added(now, three), no_rows);
    }

    void every_column_tells_rows_apart_data() {
        QTest::addColumn<int>("column");
        QTest::newRow("value") << 0;
        QTest::newRow("time") << 1;
        QTest::newRow("item") << 2;
        QTest::newRow("user") << 3;
        QTest::newRow("event") << 4;
    }
    void every_column_tells_rows_apart() {
        QFETCH(int, column);
        const Columns columns{true, true, {"view", "list"}};
        auto before = three;
        for (auto& row : before)
            row.event = 0;
        auto now = before;
        auto& row = now[1];
        if (column == 0)
            row.value = 1;
        else if (column == 1)
            row.time = 21;
        else if (column == 2)
            row.item = "x";
        else if (column == 3)
            row.user = "b";
        else
            row.event = 1;
        QCOMPARE(added(before, now, columns), no_rows);
        QCOMPARE(added(before, before, columns), rows({}));
    }

    void a_missing_value_equals_itself() {
        const std::vector<Row> unrated{{"a", "x"}, {"b", "x", 2}};
        QCOMPARE(added(unrated, {{"a", "x"}, {"b", "x", 2}, {"b", "y"}}), rows({2}));
    }

    /// The order of events at one time can decide which of them counts.
    void another_order_is_other_data() { QCOMPARE(added(three, {three[1], three[0], three[2]}), no_rows); }

    void only_training_rows_are_compared() {
        const auto old_data = *make_data(three);
        auto more = three;
        more.push_back({"d", "x", 2, 40});
        const auto new_data = *make_data(more);
        const std::vector<RowIx> first{0};
        const std::vector<RowIx> some{0, 1, 3};
        QCOMPARE(added_rows(*old_data, first, *new_data, some), rows({1, 3}));
    }

    void other_columns_are_other_data() {
        const auto old_data = *make_data(three, {true, false, {}});
        const auto new_data = *make_data(three);
        QCOMPARE(added_rows(*old_data, all_rows(*old_data), *new_data, all_rows(*new_data)), no_rows);
    }
};

QTEST_APPLESS_MAIN(TestUpdate)
#include "tst_update.moc"
