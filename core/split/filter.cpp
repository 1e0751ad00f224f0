// Filters on values and on numbers of rows, up to the k-core.
#include <vector>

#include "core/split/assign.h"
#include "core/split/grouping.h"

namespace tastebench {

namespace {

/// So many sweeps over all rows settle most data; what is then left to peel off is followed row by row.
constexpr int most_sweeps = 6;

using Counts = std::vector<std::uint32_t>;

Counts count_rows(std::span<const std::uint32_t> keys, std::size_t groups, std::span<const Side> sides) {
    Counts counts(groups, 0);
    for (std::size_t row = 0; row < keys.size(); ++row)
        counts[keys[row]] += sides[row] != Side::none ? 1 : 0;
    return counts;
}

void filter_values(const Dataset& data, double least, std::span<Side> sides, const Parallel& parallel) {
    const auto& values = data.interactions().value;
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t row = first; row < last; ++row)
            if (!(values[row] >= least)) // not a number: the row has no value
                sides[row] = Side::none;
    });
}

void filter_groups(std::span<const std::uint32_t> keys, std::size_t groups, std::uint32_t least, std::span<Side> sides,
                   const Parallel& parallel) {
    if (least <= 1)
        return;
    const auto counts = count_rows(keys, groups, sides);
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t row = first; row < last; ++row)
            if (counts[keys[row]] < least)
                sides[row] = Side::none;
    });
}

/// The k-core. It is the greatest part in which every user and item has enough rows, so the order in which rows are
/// taken away makes no difference.
class Core {
  public:
    Core(const Dataset& data, const SplitFilter& filter, std::span<Side> sides, const Parallel& parallel)
        : users_(data.interactions().user), items_(data.interactions().item), filter_(filter), sides_(sides),
          parallel_(parallel), of_user_(count_rows(users_, data.users().size(), sides)),
          of_item_(count_rows(items_, data.items().size(), sides)) {}

    void reduce() {
        for (int sweep = 0; sweep < most_sweeps; ++sweep)
            if (!sweep_once())
                return;
        follow();
    }

  private:
    bool poor_user(UserIx user) const { return of_user_[user] < filter_.min_user; }
    bool poor_item(ItemIx item) const { return of_item_[item] < filter_.min_item; }

    /// Takes away every row of a user or item that has too few; false where there was none.
    bool sweep_once() {
        bool changed = false;
        for (std::size_t row = 0; row < sides_.size(); ++row)
            if (sides_[row] != Side::none && (poor_user(users_[row]) || poor_item(items_[row]))) {
                take(row);
                changed = true;
            }
        return changed;
    }

    void take(std::size_t row) {
        sides_[row] = Side::none;
        --of_user_[users_[row]];
        --of_item_[items_[row]];
    }

    /// Visits each poor user and item once, however long the chain of those that become poor by it.
    void follow() {
        const auto by_user = group_rows(users_, of_user_.size(), sides_, parallel_);
        const auto by_item = group_rows(items_, of_item_.size(), sides_, parallel_);
        std::vector<std::pair<bool, std::uint32_t>> poor; // is it a user, index
        for (UserIx user = 0; user < of_user_.size(); ++user)
            if (of_user_[user] > 0 && poor_user(user))
                poor.emplace_back(true, user);
        for (ItemIx item = 0; item < of_item_.size(); ++item)
            if (of_item_[item] > 0 && poor_item(item))
                poor.emplace_back(false, item);
        while (!poor.empty()) {
            const auto [is_user, index] = poor.back();
            poor.pop_back();
            for (const RowIx row : (is_user ? by_user : by_item).of(index)) {
                if (sides_[row] == Side::none)
                    continue;
                const bool user_was_poor = poor_user(users_[row]);
                const bool item_was_poor = poor_item(items_[row]);
                take(row);
                if (!user_was_poor && poor_user(users_[row]))
                    poor.emplace_back(true, users_[row]);
                if (!item_was_poor && poor_item(items_[row]))
                    poor.emplace_back(false, items_[row]);
            }
        }
    }

    std::span<const UserIx> users_;
    std::span<const ItemIx> items_;
    const SplitFilter& filter_;
    std::span<Side> sides_;
    const Parallel& parallel_;
    Counts of_user_, of_item_;
};

} // namespace

void apply_filter(const Dataset& data, const SplitFilter& filter, std::span<Side> sides, const Parallel& parallel) {
    const auto& rows = data.interactions();
    if (filter.min_value)
        filter_values(data, *filter.min_value, sides, parallel);
    if (filter.core) {
        Core(data, filter, sides, parallel).reduce();
        return;
    }
    filter_groups(rows.user, data.users().size(), filter.min_user, sides, parallel);
    filter_groups(rows.item, data.items().size(), filter.min_item, sides, parallel);
}

} // namespace tastebench
