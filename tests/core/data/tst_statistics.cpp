// The figures of a data set's page against the plainest way to count them, on random data.
#include <algorithm>
#include <cmath>
#include <map>

#include <QtTest>

#include "core/base/radix_order.h"
#include "core/base/rng.h"
#include "core/data/statistics.h"
#include "core/make_data.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Skewed, with repeats, unrated rows and many different ratings where asked.
DatasetPtr skewed_data(std::uint64_t seed, bool many_ratings) {
    Rng rng(seed);
    std::vector<Row> rows;
    for (int i = 0; i < 5'000; ++i) {
        const double u = rng.uniform();
        Row row{std::to_string(static_cast<int>(u * u * 300)), std::to_string(rng.below(1 + rng.below(400)))};
        if (rng.below(10) > 0)
            row.value = many_ratings ? static_cast<float>(rng.uniform() * 7 - 2) : static_cast<float>(rng.below(5));
        row.time = static_cast<std::int64_t>(rng.below(100'000'000)) - 3'000'000;
        row.event = static_cast<int>(rng.below(3));
        rows.push_back(row);
    }
    return *make_data(rows, {true, true, {"view", "list", "rating"}});
}

std::vector<std::uint32_t> counts(const std::vector<std::uint32_t>& column, std::size_t groups) {
    std::vector<std::uint32_t> out(groups);
    for (const auto index : column)
        ++out[index];
    return out;
}

std::vector<std::uint32_t> greatest_first(const std::vector<std::uint32_t>& of) {
    std::vector<std::uint32_t> order(of.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return of[a] > of[b]; });
    return order;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

class TestStatistics : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rows_are_ordered_by_key_and_equal_keys_stay_put() {
        Rng rng(3);
        for (const std::uint64_t greatest : {0ULL, 1ULL, 2047ULL, 2048ULL, 5'000'000ULL, ~0ULL}) {
            std::vector<std::uint64_t> keys(3'000);
            for (auto& key : keys)
                key = greatest == ~0ULL ? rng.next_u64() : rng.next_u64() % (greatest + 1);
            std::vector<std::uint32_t> rows;
            for (std::uint32_t row = 3'000; row-- > 0;)
                if (row % 3 != 0)
                    rows.push_back(row);
            auto expected = rows;
            std::stable_sort(expected.begin(), expected.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
            QVERIFY(radix_order(
                rows, [&](auto row) { return keys[row]; }, greatest, [] { return false; }));
            QCOMPARE(rows, expected);
        }
    }

    void ordering_stops_when_asked() {
        std::vector<std::uint32_t> rows{2, 1, 0};
        QVERIFY(!radix_order(
            rows, [](auto row) { return std::uint64_t{row}; }, 2, [] { return true; }));
    }

    void few_ratings_are_counted_one_by_one() {
        const auto data = skewed_data(1, false);
        const Parallel parallel(2);
        const auto statistics = data_statistics(*data, parallel);
        std::map<float, std::uint64_t> expected;
        std::uint64_t above = 0;
        for (const float value : data->interactions().value)
            if (!std::isnan(value)) {
                ++expected[value];
                above += value > 0 ? 1 : 0;
            }
        QCOMPARE(statistics.ratings.size(), expected.size());
        std::size_t at = 0;
        for (const auto& [value, rows] : expected) {
            QCOMPARE(statistics.ratings[at].low, static_cast<double>(value));
            QCOMPARE(statistics.ratings[at].high, static_cast<double>(value));
            QCOMPARE(statistics.ratings[at++].rows, rows);
        }
        QCOMPARE(statistics.positive_share, static_cast<double>(above) / static_cast<double>(data->summary().rated));
    }

    void many_ratings_fall_into_bins_that_hold_them() {
        const auto data = skewed_data(2, true);
        const Parallel parallel(2);
        const auto bins = data_statistics(*data, parallel).ratings;
        QCOMPARE(bins.size(), std::size_t{20});
        std::uint64_t total = 0;
        for (std::size_t b = 0; b < bins.size(); ++b) {
            std::uint64_t inside = 0;
            for (const float value : data->interactions().value)
                inside += value >= bins[b].low && (value < bins[b].high || b + 1 == bins.size()) ? 1 : 0;
            // A value on an edge may be rounded to either side.
            QVERIFY(inside + 2 >= bins[b].rows && bins[b].rows + 2 >= inside);
            total += bins[b].rows;
        }
        QCOMPARE(total, data->summary().rated);
    }

    void time_bins_are_equal_and_hold_every_row() {
        const auto data = skewed_data(3, false);
        const Parallel parallel(2);
        const auto bins = data_statistics(*data, parallel).over_time;
        QVERIFY(bins.size() <= 60 && bins.size() > 1);
        QCOMPARE(bins.front().begin, *data->summary().first_time);
        for (std::size_t b = 0; b < bins.size(); ++b) {
            const auto end = b + 1 < bins.size() ? bins[b + 1].begin : std::numeric_limits<std::int64_t>::max();
            std::uint64_t inside = 0;
            for (const auto time : data->interactions().time)
                inside += time >= bins[b].begin && time < end ? 1 : 0;
            QCOMPARE(bins[b].rows, inside);
            if (b > 1)
                QCOMPARE(bins[b].begin - bins[b - 1].begin, bins[1].begin - bins[0].begin);
        }
    }

    void times_at_the_ends_of_the_calendar_are_counted() {
        const auto far = std::numeric_limits<std::int64_t>::max();
        const auto data = *make_data({{"a", "x", 1, -far}, {"b", "x", 1, far}});
        const Parallel parallel(1);
        const auto bins = data_statistics(*data, parallel).over_time;
        QCOMPARE(bins.front().rows, std::uint64_t{1});
        QCOMPARE(bins.back().rows, std::uint64_t{1});
    }

    void users_and_items_are_counted_with_times_and_means() {
        const auto data = skewed_data(4, true);
        const auto& rows = data->interactions();
        const Parallel parallel(2);
        const auto statistics = data_statistics(*data, parallel);
        for (const bool of_users : {true, false}) {
            const auto& column = of_users ? rows.user : rows.item;
            const auto& figures = of_users ? statistics.users : statistics.items;
            for (std::uint32_t g = 0; g < figures.rows.size(); ++g) {
                std::uint32_t count = 0;
                int rated = 0;
                double sum = 0;
                std::int64_t first = std::numeric_limits<std::int64_t>::max();
                std::int64_t last = std::numeric_limits<std::int64_t>::min();
                for (std::size_t row = 0; row < rows.size(); ++row) {
                    if (column[row] != g)
                        continue;
                    ++count;
                    first = std::min(first, rows.time[row]);
                    last = std::max(last, rows.time[row]);
                    if (!std::isnan(rows.value[row])) {
                        sum += static_cast<double>(rows.value[row]);
                        ++rated;
                    }
                }
                QCOMPARE(figures.rows[g], count);
                QCOMPARE(figures.first[g], first);
                QCOMPARE(figures.last[g], last);
                QVERIFY(same(figures.mean_value[g], rated > 0 ? sum / rated : std::nan("")));
            }
        }
    }

    void spread_agrees_with_the_mean_difference() {
        const auto data = skewed_data(5, false);
        const Parallel parallel(2);
        const auto statistics = data_statistics(*data, parallel);
        auto sizes = counts(data->interactions().item, data->items().size());
        const auto n = static_cast<double>(sizes.size());
        double differences = 0;
        double total = 0;
        for (const double a : sizes) {
            total += a;
            for (const double b : sizes)
                differences += std::abs(a - b);
        }
        // Gini: half the mean difference over the mean.
        const double gini = differences / (2 * n * n) / (total / n);
        QVERIFY(std::abs(statistics.popularity.gini - gini) < 1e-12);
        std::sort(sizes.begin(), sizes.end(), std::greater<>());
        double top = 0;
        for (std::size_t i = 0; i < (sizes.size() + 9) / 10; ++i)
            top += sizes[i];
        QVERIFY(std::abs(statistics.popularity.top_tenth_share - top / total) < 1e-12);
        QCOMPARE(statistics.popularity.once, std::uint64_t(std::count(sizes.begin(), sizes.end(), 1U)));
        QCOMPARE(statistics.popularity.greatest, std::uint64_t{sizes.front()});
        auto users = counts(data->interactions().user, data->users().size());
        std::sort(users.begin(), users.end());
        const auto half = users.size() / 2;
        const double median = users.size() % 2 == 1 ? users[half] : (users[half - 1] + users[half]) / 2.0;
        QCOMPARE(statistics.activity.median, median);
    }

    void equal_shares_have_no_gini() {
        const auto data = *make_data({{"a", "x", 1, 1}, {"a", "y", 1, 1}, {"b", "x", 1, 1}, {"b", "y", 1, 1}});
        const Parallel parallel(1);
        QVERIFY(std::abs(data_statistics(*data, parallel).popularity.gini) < 1e-12);
    }

    void the_long_tail_starts_with_the_first_and_ends_with_the_last() {
        const auto data = skewed_data(6, false);
        const Parallel parallel(2);
        const auto tail = data_statistics(*data, parallel).long_tail;
        auto sizes = counts(data->interactions().item, data->items().size());
        std::sort(sizes.begin(), sizes.end(), std::greater<>());
        QCOMPARE(tail.front(), (std::pair{1.0, static_cast<double>(sizes.front())}));
        QCOMPARE(tail.back(), (std::pair{static_cast<double>(sizes.size()), static_cast<double>(sizes.back())}));
        for (const auto& [rank, rows] : tail)
            QCOMPARE(rows, static_cast<double>(sizes[static_cast<std::size_t>(rank) - 1]));
    }

    void every_user_falls_into_one_bin_of_activity() {
        const auto data = skewed_data(7, false);
        const Parallel parallel(2);
        const auto bins = data_statistics(*data, parallel).activity_bins;
        const auto sizes = counts(data->interactions().user, data->users().size());
        std::uint64_t low = 1;
        for (const auto& bin : bins) {
            QCOMPARE(bin.low, low);
            low = bin.high + 1;
            QCOMPARE(bin.members, std::uint64_t(std::count_if(sizes.begin(), sizes.end(), [&](std::uint32_t size) {
                         return size >= bin.low && size <= bin.high;
                     })));
        }
    }

    void repeated_pairs_are_counted_by_how_often() {
        const auto data = skewed_data(8, false);
        const Parallel parallel(2);
        const auto bins = data_statistics(*data, parallel).repeats;
        std::map<std::pair<UserIx, ItemIx>, std::uint64_t> pairs;
        for (std::size_t row = 0; row < data->interactions().size(); ++row)
            ++pairs[{data->interactions().user[row], data->interactions().item[row]}];
        std::uint64_t total = 0;
        for (const auto& bin : bins) {
            QCOMPARE(bin.members, std::uint64_t(std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
                         return pair.second >= bin.low && pair.second <= bin.high;
                     })));
            total += bin.members;
        }
        QCOMPARE(total, data->summary().distinct_pairs);
        QVERIFY(bins[1].members > 0);
    }

    void the_sparsity_grid_counts_users_by_activity_and_items_by_popularity() {
        const auto data = skewed_data(9, false);
        const auto& rows = data->interactions();
        const Parallel parallel(2);
        const auto grid = data_statistics(*data, parallel).sparsity;
        QCOMPARE(grid.user_cells, 200U);
        QCOMPARE(grid.item_cells, 200U);
        const auto users = greatest_first(counts(rows.user, data->users().size()));
        const auto items = greatest_first(counts(rows.item, data->items().size()));
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> expected;
        std::vector<std::uint32_t> rank_of_user(users.size());
        std::vector<std::uint32_t> rank_of_item(items.size());
        for (std::uint32_t rank = 0; rank < users.size(); ++rank)
            rank_of_user[users[rank]] = rank;
        for (std::uint32_t rank = 0; rank < items.size(); ++rank)
            rank_of_item[items[rank]] = rank;
        for (std::size_t row = 0; row < rows.size(); ++row)
            ++expected[{rank_of_user[rows.user[row]], rank_of_item[rows.item[row]]}];
        std::uint32_t next_user = 0;
        for (std::uint32_t u = 0; u < grid.user_cells; ++u) {
            const auto [first_user, last_user] = grid.user_range(u);
            QCOMPARE(first_user, next_user);
            next_user = last_user;
            for (std::uint32_t i = 0; i < grid.item_cells; ++i) {
                const auto [first_item, last_item] = grid.item_range(i);
                std::uint64_t sum = 0;
                for (auto user = first_user; user < last_user; ++user)
                    for (auto item = first_item; item < last_item; ++item)
                        if (const auto found = expected.find({user, item}); found != expected.end())
                            sum += found->second;
                QCOMPARE(grid.rows[u * grid.item_cells + i], sum);
                QCOMPARE(grid.density(u, i),
                         static_cast<double>(sum) / ((last_user - first_user) * (last_item - first_item)));
            }
        }
        QCOMPARE(next_user, grid.users);
    }

    void missing_values_are_counted_in_every_column() {
        DatasetParts parts;
        parts.interactions.user = {0, 1, 1};
        parts.interactions.item = {0, 0, 1};
        parts.interactions.value = {1, std::nanf(""), 2};
        const auto texts = [](std::initializer_list<const char*> all) {
            StringColumn out;
            for (const auto* text : all)
                out.push_back(text);
            return out;
        };
        parts.users = IdMap(texts({"a", "b"}));
        parts.items = IdMap(texts({"x", "y"}));
        parts.item_titles = texts({"", "Ypsilon"});
        parts.user_features = {{"age", ColumnType::number, {std::nan(""), 31}, {}}};
        parts.item_features = {{"genre", ColumnType::category, {}, texts({"", ""})}};
        ContextColumn device{"device", ColumnType::category, {}, {0, ContextColumn::missing, 0}, {}, {}, texts({"tv"})};
        ContextColumn tags{"tags", ColumnType::multi_category, {}, {0, 1}, {0, 0, 2, 2}, {}, texts({"k", "l"})};
        ContextColumn price{"price", ColumnType::number, {1, 2, std::nan("")}, {}, {}, {}, {}};
        parts.context = {device, tags, price};
        const auto data = Dataset::make(std::move(parts));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const Parallel parallel(2);
        const auto columns = data_statistics(**data, parallel).columns;
        const std::vector<std::pair<std::string, std::uint64_t>> expected{
            {"", 1}, {"", 1}, {"age", 1}, {"genre", 2}, {"device", 1}, {"tags", 2}, {"price", 1}};
        QCOMPARE(columns.size(), expected.size());
        for (std::size_t c = 0; c < columns.size(); ++c)
            QCOMPARE((std::pair{columns[c].name, columns[c].missing}), expected[c]);
        QCOMPARE(columns[5].distinct, std::optional<std::uint64_t>(2));
        QVERIFY(!columns[6].distinct);
    }

    void digits_do_not_depend_on_the_number_of_threads() {
        const auto data = skewed_data(10, true);
        const Parallel one(1);
        const Parallel four(4);
        const auto a = data_statistics(*data, one);
        const auto b = data_statistics(*data, four);
        QVERIFY(a.users.rows == b.users.rows && a.sparsity.rows == b.sparsity.rows && a.long_tail == b.long_tail);
        QVERIFY(a.popularity.gini == b.popularity.gini && a.activity.gini == b.activity.gini);
        for (std::size_t u = 0; u < a.users.mean_value.size(); ++u)
            QVERIFY(same(a.users.mean_value[u], b.users.mean_value[u]));
    }

    void data_without_users_and_items_has_no_figures_of_them() {
        DatasetParts parts;
        parts.has_pairs = false;
        parts.interactions.user = {0, 0, 0, 0};
        parts.interactions.item = {0, 0, 0, 0};
        parts.interactions.value = {1, 0, 0, 0};
        parts.users = make_ids({std::string(no_id)});
        parts.items = make_ids({std::string(no_id)});
        parts.context = {{"C1", ColumnType::number, {1, 2, 3, 4}, {}, {}, {}, {}}};
        const auto data = Dataset::make(std::move(parts));
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const Parallel parallel(1);
        const auto statistics = data_statistics(**data, parallel);
        QCOMPARE(statistics.positive_share, 0.25);
        QVERIFY(statistics.users.rows.empty() && statistics.long_tail.empty() && statistics.sparsity.rows.empty());
    }

    void movielens_100k_has_its_published_counts() {
        REQUIRE_FILE(ml100k_file());
        const auto data = load_ml100k();
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        const Parallel parallel(2);
        const auto statistics = data_statistics(**data, parallel);
        // u.data: 6,110 ones, 11,370 twos, 27,145 threes, 34,174 fours, 21,201 fives.
        std::vector<std::uint64_t> rows;
        for (const auto& bin : statistics.ratings)
            rows.push_back(bin.rows);
        QCOMPARE(rows, (std::vector<std::uint64_t>{6'110, 11'370, 27'145, 34'174, 21'201}));
        QCOMPARE(statistics.activity.greatest, std::uint64_t{737});
        QCOMPARE(statistics.popularity.greatest, std::uint64_t{583}); // Star Wars
        QCOMPARE(statistics.popularity.once, std::uint64_t{141});
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "tst_statistics.moc"
