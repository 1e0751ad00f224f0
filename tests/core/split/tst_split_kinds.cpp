// Properties of every kind of split, and their rules against the plainest code that says the same.
#include <map>
#include <numeric>

#include <QTest>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/split/random_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

std::vector<RowIx> joined(const Split& split) {
    std::vector<RowIx> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    all.insert(all.end(), split.test.begin(), split.test.end());
    std::sort(all.begin(), all.end());
    return all;
}

/// What is left after the filters, by taking away one kind after another until nothing changes.
std::vector<RowIx> kept_by_hand(const Dataset& data, const SplitFilter& filter) {
    const auto& rows = data.interactions();
    std::vector<RowIx> kept;
    for (const RowIx row : all_rows(data))
        if (!filter.min_value || rows.value[row] >= static_cast<float>(*filter.min_value))
            kept.push_back(row);
    std::size_t before = 0;
    do {
        before = kept.size();
        for (const auto& [keys, least] :
             {std::pair{&rows.user, filter.min_user}, std::pair{&rows.item, filter.min_item}}) {
            std::map<std::uint32_t, std::uint32_t> counts;
            for (const RowIx row : kept)
                ++counts[(*keys)[row]];
            std::erase_if(kept, [&, column = keys, few = least](RowIx row) { return counts[(*column)[row]] < few; });
        }
    } while (filter.core && kept.size() < before);
    return kept;
}

std::map<std::uint32_t, std::vector<RowIx>> grouped(const std::vector<std::uint32_t>& keys,
                                                    const std::vector<RowIx>& rows) {
    std::map<std::uint32_t, std::vector<RowIx>> out;
    for (const RowIx row : rows)
        out[keys[row]].push_back(row);
    return out;
}

void sort_by_time(const Dataset& data, std::vector<RowIx>& rows) {
    const auto& time = data.interactions().time;
    std::stable_sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) { return time[a] < time[b]; });
}

/// The part [first, last) of a list, ascending.
std::vector<RowIx> part(const std::vector<RowIx>& rows, std::size_t first, std::size_t last) {
    std::vector<RowIx> out(rows.begin() + static_cast<std::ptrdiff_t>(first),
                           rows.begin() + static_cast<std::ptrdiff_t>(last));
    std::sort(out.begin(), out.end());
    return out;
}

std::size_t rounded(double share, std::size_t n) {
    return static_cast<std::size_t>(std::nearbyint(share * static_cast<double>(n)));
}

DatasetPtr without_pairs() {
    DatasetParts parts;
    parts.name = "clicks";
    parts.source = "test";
    parts.has_pairs = false;
    StringColumn one;
    one.push_back(no_id);
    parts.users = IdMap(one);
    parts.items = IdMap(one);
    for (int i = 0; i < 40; ++i) {
        parts.interactions.user.push_back(0);
        parts.interactions.item.push_back(0);
        parts.interactions.value.push_back(static_cast<float>(i % 2));
        parts.interactions.time.push_back(i);
        if (i % 5 == 0)
            parts.fixed_test.push_back(static_cast<RowIx>(i));
    }
    return *Dataset::make(std::move(parts));
}

} // namespace

class TestSplitKinds : public QObject {
    Q_OBJECT

    static void every_form() {
        QTest::addColumn<QString>("form");
        for (const auto& form : all_forms())
            QTest::newRow(form.c_str()) << QString::fromStdString(form);
    }

  private Q_SLOTS:
    void sides_are_disjoint_ascending_and_hold_what_the_filters_leave_data() { every_form(); }
    void sides_are_disjoint_ascending_and_hold_what_the_filters_leave() {
        QFETCH(QString, form);
        for (const std::uint64_t seed : {1, 2, 3}) {
            const auto data = random_rows(seed);
            const auto wanted = recipe(form.toStdString(), seed);
            const auto split = make_split(*data, wanted);
            QVERIFY2(split.has_value(), split ? "" : split.error().text().c_str());
            QCOMPARE(joined(*split), kept_by_hand(*data, wanted.filter)); // no row twice, none lost
            for (const auto* side : {&split->train, &split->validation, &split->test})
                QVERIFY(std::is_sorted(side->begin(), side->end()));
            QCOMPARE(!split->validation.empty(), wanted.validates());
        }
    }

    void the_seed_and_not_the_threads_decide_data() { every_form(); }
    void the_seed_and_not_the_threads_decide() {
        QFETCH(QString, form);
        static const auto data = random_rows(4, 300'000, 3'000, 500, 5'000); // several blocks of rows
        const auto wanted = recipe(form.toStdString(), 7);
        const auto one = make_split(*data, wanted, Parallel(1));
        const auto two = make_split(*data, wanted, Parallel(2));
        QVERIFY(one && two);
        QCOMPARE(two->train, one->train);
        QCOMPARE(two->validation, one->validation);
        QCOMPARE(two->test, one->test);
        QCOMPARE(two->fingerprint, one->fingerprint);
        const auto other = make_split(*data, recipe(form.toStdString(), 8), Parallel(2));
        QCOMPARE(other->fingerprint != one->fingerprint, wanted.uses_seed());
    }

    void text_and_parse_are_inverse_data() { every_form(); }
    void text_and_parse_are_inverse() {
        QFETCH(QString, form);
        const auto read = SplitRecipe::parse(form.toStdString(), 5);
        QVERIFY(read.has_value());
        QCOMPARE(read->text(), form.toStdString());
        QCOMPARE(read->seed, std::uint64_t{5});
    }

    void recipes_made_at_random_come_back_from_their_text() {
        Rng rng(11);
        const auto one_of_two = [&] { return rng.below(2) == 0; };
        for (int round = 0; round < 5'000; ++round) {
            SplitRecipe made;
            made.seed = rng.next_u64();
            constexpr std::array kinds{SplitKind::random, SplitKind::chrono, SplitKind::stratified, SplitKind::global,
                                       SplitKind::loo,    SplitKind::kfold,  SplitKind::users,      SplitKind::fixed};
            made.kind = kinds[rng.below(kinds.size())];
            const bool by_date = made.kind == SplitKind::global && one_of_two();
            if (by_date) {
                made.train_before = static_cast<std::int64_t>(rng.below(4'000'000'000U)) - 1'000'000'000;
                if (one_of_two())
                    made.test_from = *made.train_before + 1 + rng.below(100'000'000);
            } else if (made.kind != SplitKind::loo && made.kind != SplitKind::kfold && made.kind != SplitKind::fixed) {
                made.ratio = 0.01 + 0.9 * rng.uniform();
                made.validation = one_of_two() ? (1 - made.ratio) * (0.01 + 0.9 * rng.uniform()) : 0;
            }
            if (made.kind == SplitKind::chrono || made.kind == SplitKind::stratified)
                made.group = one_of_two() ? SplitGroup::item : SplitGroup::user;
            if (made.kind == SplitKind::loo) {
                made.by_lot = one_of_two();
                made.validate_one = one_of_two();
            }
            if (made.kind == SplitKind::kfold) {
                made.folds = 2 + rng.below(50);
                made.fold = 1 + rng.below(made.folds);
                made.whole_users = one_of_two();
            }
            if (one_of_two())
                made.filter.min_value = rng.normal() * 100;
            made.filter.min_user = one_of_two() ? 1 + rng.below(1000) : 0;
            made.filter.min_item = one_of_two() ? 1 + rng.below(1000) : 0;
            made.filter.core = (made.filter.min_user > 0 || made.filter.min_item > 0) && one_of_two();
            const auto read = SplitRecipe::parse(made.text(), made.seed);
            QVERIFY2(read.has_value(), made.text().c_str());
            QVERIFY2(*read == made, made.text().c_str());
        }
    }

    void filters_may_stand_in_any_order() {
        QCOMPARE(recipe("random:0.5;core;min_item=3;min_value=2;min_user=4").text(),
                 std::string("random:0.5;min_value=2;min_user=4;min_item=3;core"));
    }

    void dates_are_read_in_their_zone() {
        const auto at = [](const char* text) {
            return recipe(std::string("global:") + text).train_before.value_or(-1);
        };
        QCOMPARE(at("2001-09-09T01:46:40Z"), std::int64_t{1'000'000'000});
        QCOMPARE(at("2001-09-09T03:46:40+02:00"), std::int64_t{1'000'000'000});
        QCOMPARE(at("2001-09-08T20:16:40-05:30"), std::int64_t{1'000'000'000});
        QCOMPARE(at("2001-09-09T01:46"), std::int64_t{999'999'960});
        QCOMPARE(at("1970-01-01"), std::int64_t{0});
        QCOMPARE(at("1969-12-31"), std::int64_t{-86'400});
    }

    void wrong_forms_are_refused_data() {
        QTest::addColumn<QString>("form");
        QTest::addColumn<QString>("expected");
        for (const auto& [form, expected] :
             std::vector<std::pair<const char*, const char*>>{{"random:0.8,0.2", "leave no rows"},
                                                              {"random:0.8,0", "leave no rows"},
                                                              {"random:0.8,x", "no share"},
                                                              {"random:0.8,", "no share"},
                                                              {"global:2015-02-30", "no date"},
                                                              {"global:2015-01-01T25:00", "no date"},
                                                              {"global:2015-01-01,2014-01-01", "earlier date first"},
                                                              {"loo:first", "write loo:last"},
                                                              {"loo:last,2", "write loo:last"},
                                                              {"kfold:5", "write kfold:K:FOLD"},
                                                              {"kfold:5:6", "no fold 6 of 5"},
                                                              {"kfold:1:1", "no fold 1 of 1"},
                                                              {"kfold:5:1:item", "write kfold:K:FOLD"},
                                                              {"fixed:0.5", "write random:RATIO"},
                                                              {"random:0.8;", "ends without a filter"},
                                                              {"random:0.8;core", "nothing to repeat"},
                                                              {"random:0.8;min_user=0", "no number of rows"},
                                                              {"random:0.8;min_user=-1", "no number of rows"},
                                                              {"random:0.8;min_user=3;min_user=3", "twice"},
                                                              {"random:0.8;min_value=nan", "no value"},
                                                              {"random:0.8;max_user=5", "no filter 'max_user=5'"}})
            QTest::newRow(form) << QString::fromUtf8(form) << QString::fromUtf8(expected);
    }
    void wrong_forms_are_refused() {
        QFETCH(QString, form);
        QFETCH(QString, expected);
        const auto parsed = SplitRecipe::parse(form.toStdString(), 1);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().kind, ErrorKind::usage);
        QVERIFY2(QString::fromStdString(parsed.error().text()).contains(expected), parsed.error().text().c_str());
    }

    void all_of_time_is_cut_where_a_sort_cuts_it() {
        for (const std::uint64_t seed : {1, 2, 3, 4}) {
            const auto data = random_rows(seed, 317);
            auto rows = all_rows(*data);
            sort_by_time(*data, rows);
            const auto split = *make_split(*data, recipe("global:0.7,0.1"));
            QCOMPARE(split.train, part(rows, 0, 221)); // floor(0.7 x 317), floor(0.8 x 317) = 253
            QCOMPARE(split.validation, part(rows, 221, 253));
            QCOMPARE(split.test, part(rows, 253, 317));
        }
    }

    void shares_add_up_as_they_are_written() {
        // 0.7 + 0.1 is less than 0.8 in binary, and would cost a row.
        const auto data = random_rows(1, 10);
        QCOMPARE(make_split(*data, recipe("random:0.7,0.1"))->validation.size(), std::size_t{1});
    }

    void a_date_parts_before_from_after() {
        const auto data = random_rows(5);
        const auto& time = data->interactions().time;
        const auto split = *make_split(*data, recipe("global:1970-01-20,1970-02-10"));
        for (const RowIx row : split.train)
            QVERIFY(time[row] < 19 * 86'400);
        for (const RowIx row : split.validation)
            QVERIFY(time[row] >= 19 * 86'400 && time[row] < 40 * 86'400);
        for (const RowIx row : split.test)
            QVERIFY(time[row] >= 40 * 86'400);
    }

    void each_group_is_cut_where_a_stable_sort_cuts_it_data() {
        QTest::addColumn<qint64>("scale");
        QTest::newRow("seconds of some weeks") << qint64{1};
        QTest::newRow("longer than 32 bits hold") << qint64{1'000'000};
    }
    void each_group_is_cut_where_a_stable_sort_cuts_it() {
        QFETCH(qint64, scale);
        auto parts = random_rows(6)->parts();
        for (auto& time : parts.interactions.time)
            time *= scale;
        const auto data = *Dataset::make(std::move(parts));
        for (const auto group : {SplitGroup::user, SplitGroup::item}) {
            SplitRecipe wanted = recipe("chrono:0.6,0.2");
            wanted.group = group;
            const auto split = *make_split(*data, wanted);
            const auto sides = split.sides(data->interactions().size());
            const auto& keys = group == SplitGroup::user ? data->interactions().user : data->interactions().item;
            for (auto& [key, rows] : grouped(keys, all_rows(*data))) {
                sort_by_time(*data, rows);
                for (std::size_t i = 0; i < rows.size(); ++i)
                    QCOMPARE(sides[rows[i]], i < rounded(0.6, rows.size())   ? Side::train
                                             : i < rounded(0.8, rows.size()) ? Side::validation
                                                                             : Side::test);
            }
        }
    }

    void random_rows_are_those_of_the_whole_shuffle() {
        const auto data = random_rows(7);
        auto rows = all_rows(*data);
        Rng(42).shuffle(std::span(rows));
        const auto split = *make_split(*data, recipe("random:0.7,0.1"));
        QCOMPARE(split.train, part(rows, 0, 280));
        QCOMPARE(split.validation, part(rows, 280, 320));
    }

    void stratified_sizes_follow_the_formula_in_each_group() {
        const auto data = random_rows(8);
        const auto split = *make_split(*data, recipe("stratified:0.6,0.2:item"));
        const auto& keys = data->interactions().item;
        const auto all = grouped(keys, all_rows(*data));
        auto train = grouped(keys, split.train);
        auto validation = grouped(keys, split.validation);
        for (const auto& [item, rows] : all) {
            QCOMPARE(train[item].size(), rounded(0.6, rows.size()));
            QCOMPARE(train[item].size() + validation[item].size(), rounded(0.8, rows.size()));
        }
    }

    void one_row_of_each_user_is_left_out_data() {
        QTest::addColumn<QString>("form");
        QTest::addColumn<bool>("last");
        QTest::addColumn<bool>("two");
        QTest::newRow("last") << "loo:last" << true << false;
        QTest::newRow("last and one more") << "loo:last,1" << true << true;
        QTest::newRow("by lot") << "loo:random" << false << false;
        QTest::newRow("two by lot") << "loo:random,1" << false << true;
    }
    void one_row_of_each_user_is_left_out() {
        QFETCH(QString, form);
        QFETCH(bool, last);
        QFETCH(bool, two);
        const auto data = random_rows(9, 150, 60);
        const auto split = *make_split(*data, recipe(form.toStdString()));
        const auto& users = data->interactions().user;
        auto test = grouped(users, split.test);
        auto validation = grouped(users, split.validation);
        for (auto& [user, rows] : grouped(users, all_rows(*data))) {
            const std::size_t n = rows.size();
            QCOMPARE(test[user].size(), std::size_t{n >= 2 ? 1U : 0U});
            QCOMPARE(validation[user].size(), std::size_t{two && n >= 3 ? 1U : 0U});
            if (!last)
                continue;
            sort_by_time(*data, rows);
            if (n >= 2)
                QCOMPARE(test[user].front(), rows[n - 1]);
            if (two && n >= 3)
                QCOMPARE(validation[user].front(), rows[n - 2]);
        }
    }

    void lots_fall_on_every_row_of_a_user_about_as_often() {
        std::vector<Row> rows;
        for (int i = 0; i < 4; ++i)
            rows.push_back({"u", std::to_string(i), 1, i});
        const auto data = *make_data(rows);
        std::array<int, 4> tests{};
        std::array<int, 4> validates{};
        for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
            const auto split = *make_split(*data, recipe("loo:random,1", seed));
            ++tests[split.test.front()];
            ++validates[split.validation.front()];
        }
        // 1,000 expected, standard deviation 27: five of them.
        for (std::size_t row = 0; row < 4; ++row)
            QVERIFY(std::abs(tests[row] - 1'000) < 137 && std::abs(validates[row] - 1'000) < 137);
    }

    void folds_test_every_row_once_and_are_equal() {
        const auto data = random_rows(10, 403);
        std::vector<RowIx> all;
        for (int fold = 1; fold <= 7; ++fold) {
            const auto split = *make_split(*data, recipe("kfold:7:" + std::to_string(fold)));
            QVERIFY(split.test.size() == 57 || split.test.size() == 58); // 403 = 7 x 57 + 4
            all.insert(all.end(), split.test.begin(), split.test.end());
        }
        std::sort(all.begin(), all.end());
        QCOMPARE(all, all_rows(*data));
    }

    void folds_of_users_test_every_user_once_and_whole() {
        const auto data = random_rows(11);
        const auto& users = data->interactions().user;
        std::map<UserIx, int> tested;
        std::size_t least = 1'000;
        std::size_t most = 0;
        for (int fold = 1; fold <= 4; ++fold) {
            const auto split = *make_split(*data, recipe("kfold:4:" + std::to_string(fold) + ":user"));
            const auto test = grouped(users, split.test);
            for (const auto& [user, rows] : test)
                ++tested[user];
            for (const RowIx row : split.train)
                QVERIFY(!test.contains(users[row]));
            least = std::min(least, test.size());
            most = std::max(most, test.size());
        }
        QCOMPARE(tested.size(), std::size_t{data->users().size()});
        for (const auto& [user, times] : tested)
            QCOMPARE(times, 1);
        QVERIFY(most - least <= 1);
    }

    void whole_users_stand_on_one_side() {
        const auto data = random_rows(12);
        const auto& users = data->interactions().user;
        const auto split = *make_split(*data, recipe("users:0.6,0.2"));
        const auto train = grouped(users, split.train);
        const auto validation = grouped(users, split.validation);
        const auto test = grouped(users, split.test);
        const auto n = static_cast<double>(data->users().size());
        QCOMPARE(train.size(), static_cast<std::size_t>(std::floor(0.6 * n)));
        QCOMPARE(train.size() + validation.size(), static_cast<std::size_t>(std::floor(0.8 * n)));
        for (const auto& [user, rows] : test)
            QVERIFY(!train.contains(user) && !validation.contains(user));
        for (const auto& [user, rows] : validation)
            QVERIFY(!train.contains(user));
    }

    void a_test_file_is_the_test() {
        auto parts = random_rows(13)->parts();
        parts.fixed_test = {3, 7, 399};
        const auto data = *Dataset::make(std::move(parts));
        const auto split = *make_split(*data, recipe("fixed"));
        QCOMPARE(split.test, (std::vector<RowIx>{3, 7, 399}));
        QCOMPARE(split.train.size(), std::size_t{397});
        const auto none = make_split(*random_rows(13), recipe("fixed"));
        QVERIFY(!none);
        QCOMPARE(none.error().kind, ErrorKind::usage);
        QVERIFY(none.error().text().find("without a test file") != std::string::npos);
    }

    void a_long_chain_of_poor_users_and_items_is_peeled_to_its_core() {
        // Two users and two items who all know each other, and a chain of single links that hangs on them; the sweep
        // over the rows meets the chain's free end last, so that each sweep takes one row only.
        std::vector<Row> rows{{"a", "x", 1, 0}, {"a", "y", 1, 1}, {"b", "x", 1, 2}, {"b", "y", 1, 3}};
        std::string user = "a";
        for (int link = 0; link < 50; ++link) {
            const auto item = "i" + std::to_string(link);
            rows.push_back({user, item, 1, 4});
            user = "u" + std::to_string(link);
            rows.push_back({user, item, 1, 4});
        }
        const auto data = *make_data(rows);
        const auto split = *make_split(*data, recipe("random:0.5;min_user=2;min_item=2;core"));
        QCOMPARE(joined(split), (std::vector<RowIx>{0, 1, 2, 3}));
        QCOMPARE(joined(split), kept_by_hand(*data, split.recipe.filter));
    }

    void filters_that_leave_nothing_are_refused() {
        const auto split = make_split(*random_rows(1), recipe("random:0.8;min_user=1000"));
        QVERIFY(!split);
        QVERIFY(split.error().text().find("the filters leave no rows") != std::string::npos);
        const auto valueless = *make_data({{"u", "a", 1, 0}, {"u", "b", 1, 1}}, {false, true});
        QVERIFY(!make_split(*valueless, recipe("random:0.5;min_value=1")));
    }

    void data_without_pairs_takes_what_needs_no_users() {
        const auto data = without_pairs();
        for (const char* form :
             {"random:0.8", "random:0.6,0.2", "kfold:4:2", "global:0.75", "fixed", "random:0.5;min_value=0"})
            QVERIFY2(make_split(*data, recipe(form)).has_value(), form);
        for (const char* form : {"chrono:0.75", "stratified:0.75", "loo:last", "loo:random", "users:0.5",
                                 "kfold:4:1:user", "random:0.5;min_user=2"}) {
            const auto refused = make_split(*data, recipe(form));
            QVERIFY2(!refused, form);
            QVERIFY2(refused.error().text().find("neither users nor items") != std::string::npos, form);
        }
    }

    void times_are_asked_for_where_they_are_needed() {
        const auto timeless = *make_data({{"u", "a", 1}, {"u", "b", 1}, {"u", "c", 1}}, {true, false});
        for (const char* form : {"chrono:0.5", "global:0.5", "global:2000-01-01", "loo:last"})
            QVERIFY2(!check_recipe(*timeless, recipe(form)), form);
        QVERIFY(make_split(*timeless, recipe("loo:random")).has_value());
    }

    void the_fingerprint_is_xxh3_of_the_three_lists() {
        const auto split = *make_split(*random_rows(14), recipe("random:0.7,0.1"));
        std::vector<std::uint8_t> bytes;
        const auto add = [&](const void* data, std::size_t size) {
            const auto* from = static_cast<const std::uint8_t*>(data);
            bytes.insert(bytes.end(), from, from + size);
        };
        for (const auto* list : {&split.train, &split.validation, &split.test}) {
            const std::uint64_t length = list->size();
            add(&length, sizeof length);
            add(list->data(), list->size() * sizeof(RowIx));
        }
        const auto hash = XXH3_128bits(bytes.data(), bytes.size());
        const auto text =
            QStringLiteral("%1%2").arg(hash.high64, 16, 16, QLatin1Char('0')).arg(hash.low64, 16, 16, QLatin1Char('0'));
        QCOMPARE(QString::fromStdString(split.fingerprint), text);
    }
};

QTEST_APPLESS_MAIN(TestSplitKinds)
#include "tst_split_kinds.moc"
