#include <algorithm>

#include "ui/shell/big_table.h"

namespace tastebench::ui {

void RowSelection::add(std::uint64_t first, std::uint64_t last) {
    // Everything that overlaps or touches becomes one range.
    const auto begin =
        std::find_if(ranges_.begin(), ranges_.end(), [&](const Range& range) { return range.last + 1 >= first; });
    auto end = begin;
    while (end != ranges_.end() && end->first <= last + 1) {
        first = std::min(first, end->first);
        last = std::max(last, end->last);
        ++end;
    }
    ranges_.insert(ranges_.erase(begin, end), {first, last});
}

void RowSelection::remove(std::uint64_t row) {
    const auto found = std::find_if(ranges_.begin(), ranges_.end(),
                                    [&](const Range& range) { return range.first <= row && row <= range.last; });
    if (found == ranges_.end())
        return;
    const Range old = *found;
    auto at = ranges_.erase(found);
    if (row < old.last)
        at = ranges_.insert(at, {row + 1, old.last});
    if (row > old.first)
        ranges_.insert(at, {old.first, row - 1});
}

bool RowSelection::contains(std::uint64_t row) const {
    const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), row,
                                        [](std::uint64_t wanted, const Range& range) { return wanted < range.first; });
    return after != ranges_.begin() && row <= std::prev(after)->last;
}

std::uint64_t RowSelection::count() const {
    std::uint64_t rows = 0;
    for (const auto& range : ranges_)
        rows += range.last - range.first + 1;
    return rows;
}

} // namespace tastebench::ui
