#include "core/models/common/user_item_matrix.h"

#include <algorithm>
#include <cmath>

namespace tastebench {

namespace {

/// One row of the training data as the merge needs it.
struct Seen {
    ItemIx item;
    RowIx row;
};

struct Part {
    std::vector<std::uint64_t> lengths; ///< by user
    std::vector<std::uint32_t> columns;
    std::vector<float> values;
};

/// The merged value of rows of one pair; NaN: left out.
float merge(const Interactions& rows, std::span<const Seen> same, Entry entry) {
    const bool rated = !rows.value.empty();
    switch (entry) {
    case Entry::one:
        return 1;
    case Entry::count:
        return static_cast<float>(same.size());
    case Entry::value_sum: {
        double sum = 0;
        for (const auto& one : same)
            sum += rated && !std::isnan(rows.value[one.row]) ? static_cast<double>(rows.value[one.row]) : 1.0;
        return static_cast<float>(sum);
    }
    case Entry::last_rating:
        break;
    }
    float last = std::numeric_limits<float>::quiet_NaN();
    std::int64_t when = std::numeric_limits<std::int64_t>::min();
    for (const auto& one : same) {
        if (!rated || std::isnan(rows.value[one.row]))
            continue;
        const auto time = rows.time.empty() ? 0 : rows.time[one.row];
        if (std::isnan(last) || time >= when) {
            last = rows.value[one.row];
            when = time;
        }
    }
    return last;
}

void add_user(Part& part, const TrainingData& training, UserIx user, Entry entry, std::vector<Seen>& mine) {
    const auto& rows = training.data.interactions();
    mine.clear();
    for (const RowIx row : training.by_user.of(user))
        mine.push_back({rows.item[row], row});
    const auto before = [](const Seen& a, const Seen& b) { return a.item != b.item ? a.item < b.item : a.row < b.row; };
    if (!std::is_sorted(mine.begin(), mine.end(), before))
        std::sort(mine.begin(), mine.end(), before);
    const auto begin = part.columns.size();
    for (std::size_t at = 0; at < mine.size();) {
        std::size_t end = at + 1;
        while (end < mine.size() && mine[end].item == mine[at].item)
            ++end;
        const float value = merge(rows, std::span(mine).subspan(at, end - at), entry);
        if (!std::isnan(value)) {
            part.columns.push_back(mine[at].item);
            part.values.push_back(value);
        }
        at = end;
    }
    part.lengths.push_back(part.columns.size() - begin);
}

} // namespace

SparseRows user_item_matrix(const TrainingData& training, Entry entry, const Parallel& parallel,
                            const Progress* progress) {
    constexpr std::size_t block = 2048;
    const auto cancelled = [progress] { return progress != nullptr && progress->cancelled(); };
    const std::uint32_t n = training.data.users().size();
    std::vector<Part> parts((n + block - 1) / block);
    parallel.for_blocks(n, block, [&](std::size_t first, std::size_t last) {
        Part& part = parts[first / block];
        std::vector<Seen> mine;
        for (std::size_t user = first; user < last && !cancelled(); ++user)
            add_user(part, training, static_cast<UserIx>(user), entry, mine);
    });
    SparseRows out;
    out.n_columns = training.data.items().size();
    if (cancelled()) {
        out.starts.assign(std::size_t{n} + 1, 0);
        return out;
    }
    std::size_t total = 0;
    for (const auto& part : parts)
        total += part.columns.size();
    out.columns.reserve(total);
    out.values.reserve(total);
    out.starts.reserve(std::size_t{n} + 1);
    for (const auto& part : parts) {
        for (const auto length : part.lengths)
            out.starts.push_back(out.starts.back() + length);
        out.columns.insert(out.columns.end(), part.columns.begin(), part.columns.end());
        out.values.insert(out.values.end(), part.values.begin(), part.values.end());
    }
    return out;
}

} // namespace tastebench
