// The rule of each kind of split.
#include "core/split/assign.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/base/rng.h"
#include "core/split/grouping.h"

namespace tastebench {

namespace {

/// Streams of random numbers: what is drawn in one never shifts another.
enum Stream : std::uint32_t { row_stream, group_stream, user_stream, loo_stream };

/// The first `train` of an order train, those before `test` validate, the rest test.
struct Cut {
    std::size_t train, test;
};

/// Shares as they were written: 0.7 + 0.1 is 0.8, not 0.7999999999999999.
double share_before_test(const SplitRecipe& recipe) {
    constexpr double digits = 1e12;
    return recipe.validation > 0 ? std::nearbyint((recipe.ratio + recipe.validation) * digits) / digits : recipe.ratio;
}

Cut floor_cut(const SplitRecipe& recipe, std::size_t n) {
    const auto train = static_cast<std::size_t>(std::floor(recipe.ratio * static_cast<double>(n)));
    const auto test = static_cast<std::size_t>(std::floor(share_before_test(recipe) * static_cast<double>(n)));
    return {train, std::max(train, test)};
}

Cut round_cut(const SplitRecipe& recipe, std::size_t n) {
    // nearbyint rounds halves to even, as the reference splitters do.
    const auto train = static_cast<std::size_t>(std::nearbyint(recipe.ratio * static_cast<double>(n)));
    const auto test = static_cast<std::size_t>(std::nearbyint(share_before_test(recipe) * static_cast<double>(n)));
    return {train, std::max(train, test)};
}

/// The shuffle of Fisher and Yates, begun at the end, until the values from `first` on are final: the same there as
/// Rng::shuffle gives. Numbers are drawn ahead, so that memory is asked for before it is needed.
void shuffle_from(Rng& rng, std::span<std::uint32_t> values, std::size_t first) {
    std::array<std::uint32_t, 32> other;
    for (std::size_t i = values.size(); i > std::max<std::size_t>(first, 1);) {
        const std::size_t count = std::min(other.size(), i - std::max<std::size_t>(first, 1));
        for (std::size_t k = 0; k < count; ++k) {
            other[k] = rng.below(static_cast<std::uint32_t>(i - k));
            __builtin_prefetch(&values[other[k]], 1);
        }
        for (std::size_t k = 0; k < count; ++k)
            std::swap(values[i - k - 1], values[other[k]]);
        i -= count;
    }
}

std::vector<RowIx> kept_rows(std::span<const Side> sides) {
    std::vector<RowIx> rows;
    rows.reserve(sides.size());
    for (std::size_t row = 0; row < sides.size(); ++row)
        if (sides[row] != Side::none)
            rows.push_back(static_cast<RowIx>(row));
    return rows;
}

/// Marks what stands behind the cut; `order` holds rows, or users whose mark is kept in `marks`.
void mark(std::span<const std::uint32_t> order, const Cut& cut, std::span<Side> marks) {
    for (std::size_t i = cut.train; i < order.size(); ++i)
        marks[order[i]] = i < cut.test ? Side::validation : Side::test;
}

void assign_random(const SplitRecipe& recipe, std::span<Side> sides) {
    auto rows = kept_rows(sides);
    const Cut cut = floor_cut(recipe, rows.size());
    Rng rng(recipe.seed, row_stream);
    shuffle_from(rng, rows, cut.train);
    mark(rows, cut, sides);
}

struct Timed {
    std::int64_t time;
    RowIx row;
    bool operator<(const Timed& other) const { return time != other.time ? time < other.time : row < other.row; }
};

/// (time, row) as one number, for times that span less than 2^32 seconds, as they nearly always do: a third of the
/// time.
struct PackedKey {
    std::span<const std::int64_t> time;
    std::int64_t first;
    using Type = std::uint64_t;
    Type of(RowIx row) const { return static_cast<std::uint64_t>(time[row] - first) << 32 | row; }
    static RowIx row(Type key) { return static_cast<RowIx>(key); }
};

struct TimedKey {
    std::span<const std::int64_t> time;
    using Type = Timed;
    Type of(RowIx row) const { return {time[row], row}; }
    static RowIx row(const Type& key) { return key.row; }
};

/// Brings the rows of every group in order of time as far as the cut asks for it, and marks them.
template <typename Key>
void mark_by_time(RowGroups& groups, const SplitRecipe& recipe, const Key& key, std::span<Side> sides,
                  const Parallel& parallel) {
    parallel.for_blocks(groups.size(), groups_per_block, [&](std::size_t first, std::size_t last) {
        std::vector<typename Key::Type> keys;
        const auto at = [&](std::size_t n) { return keys.begin() + static_cast<std::ptrdiff_t>(n); };
        for (std::size_t g = first; g < last; ++g) {
            const auto mine = groups.of(g);
            const Cut cut = round_cut(recipe, mine.size());
            keys.resize(mine.size());
            std::transform(mine.begin(), mine.end(), keys.begin(), [&](RowIx row) { return key.of(row); });
            if (cut.train < mine.size() && !std::is_sorted(keys.begin(), keys.end())) {
                std::nth_element(keys.begin(), at(cut.train), keys.end());
                if (cut.test > cut.train && cut.test < mine.size())
                    std::nth_element(at(cut.train), at(cut.test), keys.end());
            }
            for (std::size_t i = cut.train; i < mine.size(); ++i)
                sides[Key::row(keys[i])] = i < cut.test ? Side::validation : Side::test;
        }
    });
}

void assign_grouped(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides, const Parallel& parallel) {
    const auto& rows = data.interactions();
    const bool by_user = recipe.group == SplitGroup::user;
    auto groups = group_rows(by_user ? rows.user : rows.item, by_user ? data.users().size() : data.items().size(),
                             sides, parallel);
    if (recipe.kind == SplitKind::chrono) {
        const auto [first, last] = std::minmax_element(rows.time.begin(), rows.time.end());
        if (static_cast<std::uint64_t>(*last) - static_cast<std::uint64_t>(*first) <= 0xFFFFFFFFU)
            mark_by_time(groups, recipe, PackedKey{rows.time, *first}, sides, parallel);
        else
            mark_by_time(groups, recipe, TimedKey{rows.time}, sides, parallel);
        return;
    }
    parallel.for_blocks(groups.size(), groups_per_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t g = first; g < last; ++g) {
            const auto mine = groups.of(g);
            const Cut cut = round_cut(recipe, mine.size());
            Rng rng(recipe.seed, group_stream, static_cast<std::uint32_t>(g));
            shuffle_from(rng, mine, cut.train);
            mark(mine, cut, sides);
        }
    });
}

/// The time and row at position `at` in the order of (time, row) of the rows that are kept.
Timed nth_in_time(std::span<const std::int64_t> time, std::span<const Side> sides, std::vector<std::int64_t>& scratch,
                  std::size_t at) {
    const auto nth = scratch.begin() + static_cast<std::ptrdiff_t>(at);
    std::nth_element(scratch.begin(), nth, scratch.end());
    const std::int64_t wanted = *nth;
    auto earlier = at - static_cast<std::size_t>(std::count(scratch.begin(), nth, wanted));
    for (std::size_t row = 0; row < time.size(); ++row)
        if (time[row] == wanted && sides[row] != Side::none && earlier++ == at)
            return {wanted, static_cast<RowIx>(row)};
    return {wanted, static_cast<RowIx>(time.size())};
}

void assign_global(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides, const Parallel& parallel) {
    const auto& time = data.interactions().time;
    Timed validates{};
    Timed tests{};
    if (recipe.train_before) {
        validates = {*recipe.train_before, 0};
        tests = {recipe.test_from.value_or(*recipe.train_before), 0};
    } else {
        std::vector<std::int64_t> scratch;
        scratch.reserve(time.size());
        for (std::size_t row = 0; row < time.size(); ++row)
            if (sides[row] != Side::none)
                scratch.push_back(time[row]);
        const Cut cut = floor_cut(recipe, scratch.size());
        if (cut.train == scratch.size())
            return; // too few rows to test on; make_split says so
        validates = nth_in_time(time, sides, scratch, cut.train);
        tests = cut.test == cut.train ? validates : nth_in_time(time, sides, scratch, cut.test);
    }
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t row = first; row < last; ++row) {
            const Timed here{time[row], static_cast<RowIx>(row)};
            if (sides[row] != Side::none && !(here < validates))
                sides[row] = here < tests ? Side::validation : Side::test;
        }
    });
}

std::vector<std::uint32_t> rows_of_users(const Dataset& data, std::span<const Side> sides) {
    const auto& users = data.interactions().user;
    std::vector<std::uint32_t> counts(data.users().size(), 0);
    for (std::size_t row = 0; row < sides.size(); ++row)
        counts[users[row]] += sides[row] != Side::none ? 1 : 0;
    return counts;
}

/// The last row of each user tests, the last but one validates if asked.
void assign_last(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides) {
    const auto& rows = data.interactions();
    const auto counts = rows_of_users(data, sides);
    constexpr Timed before_all{std::numeric_limits<std::int64_t>::min(), 0};
    std::vector<std::array<Timed, 2>> latest(counts.size(), {before_all, before_all}); // the last, the one before
    for (std::size_t row = 0; row < sides.size(); ++row) {
        if (sides[row] == Side::none)
            continue;
        auto& [last, second] = latest[rows.user[row]];
        const Timed here{rows.time[row], static_cast<RowIx>(row)};
        if (!(here < last)) {
            second = last;
            last = here;
        } else if (!(here < second)) {
            second = here;
        }
    }
    for (std::size_t user = 0; user < counts.size(); ++user) {
        if (counts[user] >= 2)
            sides[latest[user][0].row] = Side::test;
        if (counts[user] >= 3 && recipe.validate_one)
            sides[latest[user][1].row] = Side::validation;
    }
}

/// One row of each user by lot tests, another validates if asked.
void assign_by_lot(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides) {
    struct Pick {
        std::uint32_t tests = 0xFFFFFFFF, validates = 0xFFFFFFFF; // places among the user's rows
        std::uint32_t passed = 0;
    };
    const auto counts = rows_of_users(data, sides);
    std::vector<Pick> picks(counts.size());
    for (std::size_t user = 0; user < counts.size(); ++user) {
        if (counts[user] < 2)
            continue;
        Rng rng(recipe.seed, loo_stream, static_cast<std::uint32_t>(user));
        auto& pick = picks[user];
        pick.tests = rng.below(counts[user]);
        if (!recipe.validate_one || counts[user] < 3)
            continue;
        pick.validates = rng.below(counts[user] - 1);
        pick.validates += pick.validates >= pick.tests ? 1 : 0;
    }
    const auto& users = data.interactions().user;
    for (std::size_t row = 0; row < sides.size(); ++row) {
        if (sides[row] == Side::none)
            continue;
        auto& pick = picks[users[row]];
        const auto at = pick.passed++;
        if (at == pick.tests)
            sides[row] = Side::test;
        else if (at == pick.validates)
            sides[row] = Side::validation;
    }
}

/// The positions of the fold that tests among n shuffled ones.
Cut fold_range(const SplitRecipe& recipe, std::size_t n) {
    return {n * (recipe.fold - 1) / recipe.folds, n * recipe.fold / recipe.folds};
}

void assign_fold(const SplitRecipe& recipe, std::span<Side> sides) {
    auto rows = kept_rows(sides);
    const auto [first, last] = fold_range(recipe, rows.size());
    Rng rng(recipe.seed, row_stream);
    shuffle_from(rng, rows, first);
    for (std::size_t i = first; i < last; ++i)
        sides[rows[i]] = Side::test;
}

/// Whole users by lot, among those who have rows.
void assign_users(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides, const Parallel& parallel) {
    const auto counts = rows_of_users(data, sides);
    std::vector<UserIx> order;
    for (UserIx user = 0; user < counts.size(); ++user)
        if (counts[user] > 0)
            order.push_back(user);
    std::vector<Side> side_of(counts.size(), Side::train);
    Rng rng(recipe.seed, user_stream);
    if (recipe.kind == SplitKind::kfold) {
        const auto [first, last] = fold_range(recipe, order.size());
        shuffle_from(rng, order, first);
        mark(std::span(order).first(last), {first, first}, side_of);
    } else {
        const Cut cut = floor_cut(recipe, order.size());
        shuffle_from(rng, order, cut.train);
        mark(order, cut, side_of);
    }
    const auto& users = data.interactions().user;
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t row = first; row < last; ++row)
            if (sides[row] != Side::none)
                sides[row] = side_of[users[row]];
    });
}

Status assign_listed(std::span<const RowIx> tests, const std::string& where, std::span<Side> sides) {
    for (const RowIx row : tests) {
        if (row >= sides.size())
            return bad_data(fmt::format("test row {} does not exist: the data has rows 0 to {}", row, sides.size() - 1),
                            where, "use the row list that was made for this data set");
        if (sides[row] != Side::none)
            sides[row] = Side::test;
    }
    return {};
}

} // namespace

Status assign_sides(const Dataset& data, const SplitRecipe& recipe, std::span<Side> sides, const Parallel& parallel) {
    switch (recipe.kind) {
    case SplitKind::random:
        assign_random(recipe, sides);
        break;
    case SplitKind::chrono:
    case SplitKind::stratified:
        assign_grouped(data, recipe, sides, parallel);
        break;
    case SplitKind::global:
        assign_global(data, recipe, sides, parallel);
        break;
    case SplitKind::loo:
        if (recipe.by_lot)
            assign_by_lot(data, recipe, sides);
        else
            assign_last(data, recipe, sides);
        break;
    case SplitKind::kfold:
        if (recipe.whole_users)
            assign_users(data, recipe, sides, parallel);
        else
            assign_fold(recipe, sides);
        break;
    case SplitKind::users:
        assign_users(data, recipe, sides, parallel);
        break;
    case SplitKind::rows:
        return assign_listed(recipe.test_rows, recipe.rows_file, sides);
    case SplitKind::fixed:
        return assign_listed(data.parts().fixed_test, data.name(), sides);
    }
    return {};
}

} // namespace tastebench
