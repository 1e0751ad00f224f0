#include "core/split/checks.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "core/split/grouping.h"

namespace tastebench {

namespace {

/// From this share on a finding is a warning where it can be harmless in small numbers.
constexpr double notable_share = 0.01;
constexpr std::uint8_t on_train = 1, on_validation = 2, on_test = 4;

/// "1,234,567".
std::string with_commas(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

/// "1,234 of 5,678 test rows (21.73 %)".
std::string with_share(std::uint64_t count, std::uint64_t total, std::string_view unit) {
    return fmt::format("{} of {} {} ({:.4g} %)", with_commas(count), with_commas(total), unit,
                       100 * static_cast<double>(count) / static_cast<double>(total));
}

/// On which sides each user or item has rows, as bits.
std::vector<std::uint8_t> presence(std::span<const Side> sides, std::span<const std::uint32_t> keys,
                                   std::size_t groups) {
    constexpr std::array<std::uint8_t, 4> bits{on_train, on_validation, on_test, 0};
    std::vector<std::uint8_t> on(groups, 0);
    for (std::size_t row = 0; row < sides.size(); ++row)
        on[keys[row]] |= bits[static_cast<std::size_t>(sides[row])];
    return on;
}

std::uint64_t having(std::span<const std::uint8_t> on, std::uint8_t bit) {
    return static_cast<std::uint64_t>(
        std::count_if(on.begin(), on.end(), [&](auto bits) { return (bits & bit) != 0; }));
}

class Checker {
  public:
    Checker(const Dataset& data, const Split& split, const Parallel& parallel)
        : data_(data), rows_(data.interactions()), split_(split), parallel_(parallel),
          sides_(split.sides(rows_.size())) {}

    SplitCheck run() {
        count_sides();
        if (data_.has_pairs()) {
            find_cold();
            find_untested();
        }
        if (data_.has_times())
            find_time_leaks();
        if (data_.has_pairs() && data_.summary().distinct_pairs < rows_.size())
            find_repeats();
        return std::move(out_);
    }

  private:
    std::uint64_t tests() const { return split_.test.size(); }
    /// Splits that keep whole users apart are made to test on unknown ones.
    bool is_cold_by_design() const {
        return split_.recipe.kind == SplitKind::users ||
               (split_.recipe.kind == SplitKind::kfold && split_.recipe.whole_users);
    }
    void add(SplitFinding finding) { out_.findings.push_back(std::move(finding)); }

    void count_sides() {
        const std::array lists{&split_.train, &split_.validation, &split_.test};
        std::uint64_t used = 0;
        for (std::size_t side = 0; side < lists.size(); ++side)
            used += out_.sides[side].rows = lists[side]->size();
        out_.left_out = rows_.size() - used;
        if (!data_.has_pairs())
            return;
        // Users and items at once where there are two threads.
        parallel_.for_blocks(2, 1, [&](std::size_t which, std::size_t) {
            (which == 0 ? users_ : items_) = which == 0 ? presence(sides_, rows_.user, data_.users().size())
                                                        : presence(sides_, rows_.item, data_.items().size());
        });
        constexpr std::array bits{on_train, on_validation, on_test};
        for (std::size_t side = 0; side < bits.size(); ++side) {
            out_.sides[side].users = having(users_, bits[side]);
            out_.sides[side].items = having(items_, bits[side]);
        }
    }

    void find_cold() {
        const auto cold = [](std::uint8_t on) { return (on & on_test) != 0 && (on & on_train) == 0; };
        const auto find = [&](const char* id, std::span<const std::uint8_t> on, std::span<const std::uint32_t> keys,
                              const char* what, const char* remedy) {
            const auto rows = static_cast<std::uint64_t>(
                std::count_if(split_.test.begin(), split_.test.end(), [&](RowIx row) { return cold(on[keys[row]]); }));
            if (rows == 0)
                return;
            const bool users = id == std::string_view("cold_users");
            const double share = static_cast<double>(rows) / static_cast<double>(tests());
            const bool mild = (users && is_cold_by_design()) || share < notable_share;
            const auto groups = static_cast<std::uint64_t>(std::count_if(on.begin(), on.end(), cold));
            add({id, mild ? Severity::note : Severity::warning, rows, tests(), "test rows", groups,
                 fmt::format("{} {} to {} {}{} without a training row; {}.", with_share(rows, tests(), "test rows"),
                             rows == 1 ? "belongs" : "belong", with_commas(groups), what, groups == 1 ? "" : "s",
                             remedy)});
        };
        find("cold_users", users_, rows_.user, "user",
             is_cold_by_design() ? "this split is made for that: models that know users only by their rows can merely "
                                   "guess, so compare with popularity"
                                 : "models can merely guess for them, so keep some rows of every user in training with "
                                   "chrono, stratified or loo, or filter with min_user");
        find("cold_items", items_, rows_.item, "item",
             "they can never be recommended, so filter with min_item, or use a model of item features");
    }

    void find_untested() {
        const auto with_rows =
            static_cast<std::uint64_t>(std::count_if(users_.begin(), users_.end(), [](auto on) { return on != 0; }));
        const std::uint64_t untested = with_rows - out_.sides[static_cast<std::size_t>(Side::test)].users;
        if (untested == 0)
            return;
        add({"untested_users", Severity::note, untested, with_rows, "users", 0,
             fmt::format("{} have no test row and do not count in the figures; filter with min_user if the figures are "
                         "to speak for all.",
                         with_share(untested, with_rows, "users"))});
    }

    /// The latest training time of each user, and the two latest of different users.
    void find_time_leaks() {
        constexpr auto never = std::numeric_limits<std::int64_t>::min();
        std::vector<std::int64_t> latest(data_.users().size(), never);
        for (const RowIx row : split_.train)
            latest[rows_.user[row]] = std::max(latest[rows_.user[row]], rows_.time[row]);
        UserIx last_user = 0;
        for (UserIx user = 1; user < latest.size(); ++user)
            if (latest[user] > latest[last_user])
                last_user = user;
        std::int64_t second = never;
        for (UserIx user = 0; user < latest.size(); ++user)
            if (user != last_user)
                second = std::max(second, latest[user]);
        std::uint64_t others = 0;
        std::uint64_t own = 0;
        for (const RowIx row : split_.test) {
            const auto user = rows_.user[row];
            others += (user == last_user ? second : latest[last_user]) > rows_.time[row] ? 1 : 0;
            own += latest[user] > rows_.time[row] ? 1 : 0;
        }
        if (!data_.has_pairs()) { // one placeholder user: the rows' own order in time is all there is
            others = own;
            own = 0;
        }
        add_time_leaks(others, own);
    }

    void add_time_leaks(std::uint64_t others, std::uint64_t own) {
        const auto severity = [&](std::uint64_t count) {
            return static_cast<double>(count) < notable_share * static_cast<double>(tests()) ? Severity::note
                                                                                             : Severity::warning;
        };
        if (others > 0)
            add({"time_leak", severity(others), others, tests(), "test rows", 0,
                 fmt::format("{} are earlier than some training row{}: the model learns from what came after them; "
                             "split with global to train on the past only.",
                             with_share(others, tests(), "test rows"), data_.has_pairs() ? " of another user" : "")});
        if (own > 0)
            add({"own_time_leak", severity(own), own, tests(), "test rows", 0,
                 fmt::format("{} are earlier than a training row of the same user: the model knows what that user did "
                             "next; split with chrono, loo:last or global to test on what came last.",
                             with_share(own, tests(), "test rows"))});
    }

    using RowKey = std::tuple<ItemIx, std::int64_t, std::uint32_t, EventIx>;
    RowKey key_of(RowIx row) const {
        return {rows_.item[row], data_.has_times() ? rows_.time[row] : 0,
                data_.has_values() ? std::bit_cast<std::uint32_t>(rows_.value[row]) : 0,
                data_.has_events() ? rows_.event[row] : EventIx{0}};
    }

    struct Repeats {
        std::uint64_t test_rows = 0; ///< whose pair is in training
        std::uint64_t pairs = 0;     ///< distinct, on both sides
        std::uint64_t rows = 0;      ///< the same as an earlier one
    };

    /// What is needed to look at one user after another without clearing: by item, the last user who had it once and
    /// twice, counted from 1.
    struct Marks {
        std::vector<std::uint32_t> once, twice;
        std::vector<std::pair<ItemIx, RowIx>> rows;
        std::vector<RowKey> keys;
        explicit Marks(std::size_t items) : once(items, 0), twice(items, 0) {}
    };

    /// Adds what one user's rows repeat; only rows of items that stand there twice are sorted.
    void add_repeats(UserIx user, std::span<const RowIx> mine, Marks& marks, Repeats& sum) const {
        const std::uint32_t id = user + 1;
        bool any = false;
        for (const RowIx row : mine) {
            const ItemIx item = rows_.item[row];
            any = any || marks.once[item] == id;
            (marks.once[item] == id ? marks.twice : marks.once)[item] = id;
        }
        if (!any)
            return;
        marks.rows.clear();
        for (const RowIx row : mine)
            if (marks.twice[rows_.item[row]] == id)
                marks.rows.emplace_back(rows_.item[row], row);
        std::sort(marks.rows.begin(), marks.rows.end());
        for (auto first = marks.rows.begin(); first != marks.rows.end();) {
            const auto last =
                std::find_if(first, marks.rows.end(), [&](const auto& at) { return at.first != first->first; });
            add_pair(std::span(first, last), marks.keys, sum);
            first = last;
        }
    }

    /// Adds what the rows of one user and item repeat.
    void add_pair(std::span<const std::pair<ItemIx, RowIx>> rows, std::vector<RowKey>& keys, Repeats& sum) const {
        std::uint64_t trains = 0;
        std::uint64_t in_test = 0;
        keys.clear();
        for (const auto& [item, row] : rows) {
            trains += sides_[row] == Side::train ? 1 : 0;
            in_test += sides_[row] == Side::test ? 1 : 0;
            keys.push_back(key_of(row));
        }
        if (trains > 0 && in_test > 0) {
            sum.test_rows += in_test;
            ++sum.pairs;
        }
        std::sort(keys.begin(), keys.end());
        sum.rows += static_cast<std::uint64_t>(keys.end() - std::unique(keys.begin(), keys.end()));
    }

    void find_repeats() {
        const auto groups = group_rows(rows_.user, data_.users().size(), sides_, parallel_);
        std::atomic<std::uint64_t> test_rows = 0;
        std::atomic<std::uint64_t> pairs = 0;
        std::atomic<std::uint64_t> repeated = 0;
        // Few blocks, since each has marks for all items.
        const std::size_t block = std::max(groups_per_block, groups.size() / 16);
        parallel_.for_blocks(groups.size(), block, [&](std::size_t first, std::size_t last) {
            Marks marks(data_.items().size());
            Repeats sum;
            for (std::size_t user = first; user < last; ++user)
                add_repeats(static_cast<UserIx>(user), groups.of(user), marks, sum);
            test_rows += sum.test_rows; // whole numbers: any order of sums is the same
            pairs += sum.pairs;
            repeated += sum.rows;
        });
        if (test_rows > 0)
            add({"both_sides", Severity::warning, test_rows, tests(), "test rows", pairs,
                 fmt::format("{} repeat a user and item that are in training too ({} pairs): they test memory, not "
                             "foresight; import with one row for each pair, or remove seen items from the lists.",
                             with_share(test_rows, tests(), "test rows"), with_commas(pairs))});
        const std::uint64_t used = rows_.size() - out_.left_out;
        if (repeated > 0)
            add({"repeated_rows", Severity::note, repeated, used, "rows", 0,
                 fmt::format("{} are the same in every column as an earlier one; import with a rule for duplicates if "
                             "they are copies rather than repeated events.",
                             with_share(repeated, used, "rows"))});
    }

    const Dataset& data_;
    const Interactions& rows_;
    const Split& split_;
    const Parallel& parallel_;
    std::vector<Side> sides_;
    std::vector<std::uint8_t> users_, items_; ///< on which sides they have rows
    SplitCheck out_;
};

} // namespace

SplitCheck check_split(const Dataset& data, const Split& split, const Parallel& parallel) {
    return Checker(data, split, parallel).run();
}

} // namespace tastebench
