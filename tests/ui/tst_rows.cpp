// The long tables of a data set: what their cells say, how they are searched and sorted, without any widget.
#include <cmath>

#include <QtTest>

#include "core/base/rng.h"
#include "core/data/generator.h"
#include "ui/models/group_rows.h"
#include "ui/models/interaction_rows.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

using Field = InteractionRows::Field;

StringColumn column(std::initializer_list<const char*> texts) {
    StringColumn out;
    for (const auto* text : texts)
        out.push_back(text);
    return out;
}

/// Six rows: users a, b, c; items x, y, z with x the most popular; one numeric and one category column.
DatasetPtr sixRows() {
    DatasetParts parts;
    parts.name = "six";
    parts.interactions.user = {0, 0, 1, 1, 2, 2};
    parts.interactions.item = {0, 1, 0, 2, 0, 1};
    parts.interactions.value = {5, 3, std::nanf(""), -1, 3, 3};
    parts.interactions.time = {60, 50, 40, 30, 20, -10};
    parts.users = IdMap(column({"a", "b", "c"}));
    parts.items = IdMap(column({"x", "y", "z"}));
    parts.item_titles = column({"Alien", "Brazil", "Casablanca"});
    parts.user_features = {{"age", ColumnType::number, {40, std::nan(""), -2}, {}}};
    parts.item_features = {{"genre", ColumnType::multi_category, {}, column({"horror|space", "", "drama"})}};
    parts.context = {
        {"price", ColumnType::number, {1, std::nan(""), -3, 0, -0.0, 1e300}, {}, {}, {}, {}},
        {"device", ColumnType::category, {}, {1, ContextColumn::missing, 0, 1, 0, 0}, {}, {}, column({"phone", "tv"})}};
    parts.graph.entities = column({"Gilliam", "Scott"});
    parts.graph.relations = column({"made"});
    parts.graph.triples = {{0, 0, 1}, {1, 0, 1}};
    parts.graph.links = {{1, 0}, {0, 1}, {2, 1}};
    auto made = Dataset::make(std::move(parts));
    if (!made)
        qFatal("%s", made.error().text().c_str());
    return *made;
}

std::vector<RowIx> found(const RowSource& source, const RowQuery& query) {
    const Parallel parallel(2);
    Progress progress;
    const auto rows = findRows(source, query, parallel, progress);
    if (!rows)
        qFatal("%s", rows.error().text().c_str());
    return *rows ? **rows : std::vector<RowIx>{};
}

using Rows = std::vector<RowIx>;

} // namespace

class TestRows : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cells_are_read_from_the_data_set() {
        const InteractionRows rows(sixRows());
        const auto text = [&](std::uint64_t row, Field field) { return rows.cell(row, rows.columnOf(field)); };
        QCOMPARE(rows.rowCount(), std::uint64_t{6});
        QCOMPARE(text(3, Field::user), QStringLiteral("b"));
        QCOMPARE(text(3, Field::title), QStringLiteral("Casablanca"));
        QCOMPARE(text(2, Field::value), QString());
        QCOMPARE(text(0, Field::time), QStringLiteral("1970-01-01T00:01:00Z"));
        QCOMPARE(rows.columnOf(Field::event), -1);
        const int price = rows.columnOf(Field::context);
        QCOMPARE(rows.header(price), QStringLiteral("price"));
        QCOMPARE(rows.cell(1, price), QString());
        QCOMPARE(rows.cell(3, price + 1), QStringLiteral("tv"));
    }

    void rows_match_by_user_item_and_title() {
        const InteractionRows rows(sixRows());
        const Parallel parallel(1);
        Progress progress;
        QCOMPARE(*findRows(rows, {}, parallel, progress), RowList());
        QCOMPARE(found(rows, {QStringLiteral("CASA"), -1, {}}), (Rows{3}));
        // User b has rows 2 and 3; Brazil rows 1 and 5; Casablanca row 3.
        QCOMPARE(found(rows, {QStringLiteral("b"), -1, {}}), (Rows{1, 2, 3, 5}));
        QVERIFY(found(rows, {QStringLiteral("nowhere"), -1, {}}).empty());
    }

    void rows_sort_by_real_values_and_keep_file_order_among_equals() {
        const InteractionRows rows(sixRows());
        const auto by = [&](int at, Qt::SortOrder order) { return found(rows, {{}, at, order}); };
        const int value = rows.columnOf(Field::value);
        QCOMPARE(by(value, Qt::AscendingOrder), (Rows{2, 3, 1, 4, 5, 0}));
        QCOMPARE(by(value, Qt::DescendingOrder), (Rows{0, 1, 4, 5, 3, 2}));
        QCOMPARE(by(rows.columnOf(Field::time), Qt::AscendingOrder), (Rows{5, 4, 3, 2, 1, 0}));
        QCOMPARE(by(rows.columnOf(Field::row), Qt::DescendingOrder), (Rows{5, 4, 3, 2, 1, 0}));
        QCOMPARE(by(rows.columnOf(Field::title), Qt::DescendingOrder), (Rows{3, 1, 5, 0, 2, 4}));
        const int price = rows.columnOf(Field::context);
        QCOMPARE(by(price, Qt::AscendingOrder), (Rows{1, 2, 3, 4, 0, 5}));
        QCOMPARE(by(price + 1, Qt::AscendingOrder), (Rows{1, 2, 4, 5, 0, 3}));
    }

    void a_filter_and_an_order_work_together() {
        const InteractionRows rows(sixRows());
        QCOMPARE(found(rows, {QStringLiteral("alien"), rows.columnOf(Field::time), Qt::AscendingOrder}),
                 (Rows{4, 2, 0}));
    }

    void a_cancelled_question_has_no_answer() {
        const InteractionRows rows(sixRows());
        const Parallel parallel(1);
        Progress progress;
        progress.cancel();
        const auto answer = findRows(rows, {QStringLiteral("a"), -1, {}}, parallel, progress);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::cancelled);
    }

    void users_and_items_show_counts_times_means_and_features() {
        const auto data = sixRows();
        const Parallel parallel(1);
        const auto statistics = std::make_shared<const DataStatistics>(data_statistics(*data, parallel));
        const GroupRows users(data, statistics, GroupRows::Of::users);
        const auto at = [&](const GroupRows& rows, std::uint64_t row, GroupRows::Field field) {
            return rows.cell(row, rows.columnOf(field));
        };
        QCOMPARE(at(users, 1, GroupRows::Field::count), QStringLiteral("2"));
        QCOMPARE(at(users, 0, GroupRows::Field::mean), QLocale().toString(4.0, 'f', 2));
        QCOMPARE(at(users, 2, GroupRows::Field::first), QStringLiteral("1969-12-31T23:59:50Z"));
        QCOMPARE(at(users, 1, GroupRows::Field::feature), QString());
        QCOMPARE(found(users, {{}, users.columnOf(GroupRows::Field::feature), Qt::AscendingOrder}), (Rows{1, 2, 0}));
        const GroupRows items(data, statistics, GroupRows::Of::items);
        QCOMPARE(at(items, 0, GroupRows::Field::count), QStringLiteral("3"));
        QCOMPARE(at(items, 0, GroupRows::Field::feature), QStringLiteral("horror, space"));
        QCOMPARE(found(items, {QStringLiteral("Drama"), -1, {}}), (Rows{2}));
        QCOMPARE(found(items, {{}, items.columnOf(GroupRows::Field::count), Qt::DescendingOrder}), (Rows{0, 1, 2}));
        QCOMPARE(found(items, {{}, items.columnOf(GroupRows::Field::mean), Qt::AscendingOrder}), (Rows{2, 1, 0}));
    }

    void entities_show_their_facts_and_items() {
        const EntityRows rows(sixRows());
        QCOMPARE(rows.cell(0, EntityRows::Facts), QStringLiteral("1"));
        QCOMPARE(rows.cell(1, EntityRows::Facts), QStringLiteral("2"));
        QCOMPARE(rows.cell(1, EntityRows::ItemCount), QStringLiteral("2"));
        QCOMPARE(rows.cell(1, EntityRows::Items), QStringLiteral("Alien, Casablanca"));
        QCOMPARE(found(rows, {{}, EntityRows::ItemCount, Qt::DescendingOrder}), (Rows{1, 0}));
        QCOMPARE(found(rows, {QStringLiteral("gill"), -1, {}}), (Rows{0}));
    }

    void long_tables_sort_as_a_comparison_sort_does() {
        Progress progress;
        const auto data = *generate_dataset({600, 800, 60'000, 11}, "many", progress);
        const InteractionRows rows(data);
        const auto& columns = data->interactions();
        for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            Rows expected(columns.size());
            std::iota(expected.begin(), expected.end(), 0U);
            std::stable_sort(expected.begin(), expected.end(), [&](RowIx a, RowIx b) {
                return order == Qt::AscendingOrder ? columns.time[a] < columns.time[b]
                                                   : columns.time[b] < columns.time[a];
            });
            QCOMPARE(found(rows, {{}, rows.columnOf(Field::time), order}), expected);
        }
    }

    void data_without_pairs_is_searched_by_category() {
        DatasetParts parts;
        parts.has_pairs = false;
        parts.interactions.user = {0, 0, 0};
        parts.interactions.item = {0, 0, 0};
        parts.interactions.value = {1, 0, 1};
        parts.users = IdMap(column({"-"}));
        parts.items = IdMap(column({"-"}));
        parts.context = {
            {"tags", ColumnType::multi_category, {}, {0, 1, 1}, {0, 2, 2, 3}, {}, column({"blue", "red"})}};
        const auto data = Dataset::make(std::move(parts));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const InteractionRows rows(*data);
        QCOMPARE(rows.columnOf(Field::user), -1);
        QCOMPARE(rows.header(rows.columnOf(Field::value)), QStringLiteral("Label"));
        QCOMPARE(rows.cell(0, rows.columnOf(Field::context)), QStringLiteral("blue, red"));
        QCOMPARE(found(rows, {QStringLiteral("red"), -1, {}}), (Rows{0, 2}));
        QCOMPARE(found(rows, {QStringLiteral("blue"), -1, {}}), (Rows{0}));
    }
};

QTEST_GUILESS_MAIN(TestRows)
#include "tst_rows.moc"
