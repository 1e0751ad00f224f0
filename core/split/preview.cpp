#include "core/split/preview.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tastebench {

namespace {

constexpr std::uint32_t fewest_rows = 5; // a line of fewer dots shows little

/// Evenly spread members of `from`.
std::vector<UserIx> spread(const std::vector<UserIx>& from, std::size_t count) {
    std::vector<UserIx> out;
    const std::size_t n = std::min(count, from.size());
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(from[(2 * i + 1) * from.size() / (2 * n)]);
    return out;
}

std::vector<UserIx> choose_users(const Dataset& data, std::size_t max_users, std::size_t max_rows) {
    std::vector<std::uint32_t> counts(data.users().size(), 0);
    for (const UserIx user : data.interactions().user)
        ++counts[user];
    std::vector<UserIx> fitting;
    std::vector<UserIx> any;
    for (UserIx user = 0; user < counts.size(); ++user) {
        if (counts[user] > 0)
            any.push_back(user);
        if (counts[user] >= fewest_rows && counts[user] <= max_rows)
            fitting.push_back(user);
    }
    return spread(fitting.size() >= max_users ? fitting : any, max_users);
}

} // namespace

SplitPreview preview_split(const Dataset& data, const Split& split, std::size_t max_users, std::size_t max_rows) {
    const auto& rows = data.interactions();
    SplitPreview out;
    out.train = split.train.size();
    out.validation = split.validation.size();
    out.test = split.test.size();
    out.left_out = rows.size() - out.train - out.validation - out.test;
    const auto chosen = choose_users(data, max_users, max_rows);
    std::vector<std::uint8_t> wanted(data.users().size(), 0);
    for (const UserIx user : chosen)
        wanted[user] = 1;
    std::map<UserIx, std::vector<std::tuple<std::int64_t, RowIx>>> mine;
    for (RowIx row = 0; row < rows.size(); ++row)
        if (wanted[rows.user[row]] != 0)
            mine[rows.user[row]].emplace_back(data.has_times() ? rows.time[row] : 0, row);
    const auto on = [](const std::vector<RowIx>& list, RowIx row) {
        return std::binary_search(list.begin(), list.end(), row);
    };
    for (auto& [user, list] : mine) {
        ExampleUser example{data.has_pairs() ? std::string(data.users().id(user)) : std::string(), list.size(), {}};
        const auto shown = std::min(max_rows, list.size());
        std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(shown), list.end(),
                          std::greater<>());
        for (std::size_t i = shown; i-- > 0;) {
            const RowIx row = std::get<1>(list[i]);
            example.latest.push_back(on(split.test, row)         ? Side::test
                                     : on(split.train, row)      ? Side::train
                                     : on(split.validation, row) ? Side::validation
                                                                 : Side::none);
        }
        out.users.push_back(std::move(example));
    }
    return out;
}

} // namespace tastebench
