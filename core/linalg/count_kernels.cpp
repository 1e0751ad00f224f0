#include "core/linalg/count_kernels.h"

namespace tastebench::kernels {

namespace {

/// Rows are short and lie anywhere, so the next ones are asked for ahead.
constexpr std::size_t ahead = 6;

template <typename Index, typename Add>
inline void for_each_member(std::span<const std::uint32_t> users, const std::uint64_t* starts, const Index* items,
                            Add&& add) {
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (i + ahead < users.size()) {
            const Index* next = items + starts[users[i + ahead]];
            __builtin_prefetch(next);
            __builtin_prefetch(next + 64 / sizeof(Index));
        }
        const auto user = users[i];
        const Index* item = items + starts[user];
        const Index* end = items + starts[user + 1];
        for (; item + 4 <= end; item += 4) {
            add(user, item[0]);
            add(user, item[1]);
            add(user, item[2]);
            add(user, item[3]);
        }
        for (; item != end; ++item)
            add(user, *item);
    }
}

template <typename Index>
inline void count(std::span<const std::uint32_t> users, const std::uint64_t* starts, const Index* items,
                  std::uint32_t* row) {
    for_each_member(users, starts, items, [row](std::uint32_t, Index item) { ++row[item]; });
}

template <typename Index>
inline void weigh(std::span<const std::uint32_t> users, const std::uint64_t* starts, const Index* items,
                  const float* weight, float* row) {
    for_each_member(users, starts, items, [=](std::uint32_t user, Index item) { row[item] += weight[user]; });
}

template <typename Number>
inline void scale(std::span<const std::uint32_t> columns, const float* values, Number factor, Number* row) {
    const std::uint32_t* column = columns.data();
    const std::size_t n = columns.size();
    std::size_t at = 0;
    for (; at + 4 <= n; at += 4) {
        // Columns are distinct: four sums at a time do not wait for one another.
        const Number a = row[column[at]] + factor * static_cast<Number>(values[at]);
        const Number b = row[column[at + 1]] + factor * static_cast<Number>(values[at + 1]);
        const Number c = row[column[at + 2]] + factor * static_cast<Number>(values[at + 2]);
        const Number d = row[column[at + 3]] + factor * static_cast<Number>(values[at + 3]);
        row[column[at]] = a;
        row[column[at + 1]] = b;
        row[column[at + 2]] = c;
        row[column[at + 3]] = d;
    }
    for (; at < n; ++at)
        row[column[at]] += factor * static_cast<Number>(values[at]);
}

template <typename Number>
inline bool above(const Number* numbers, Number limit) {
    int count = 0;
    for (int i = 0; i < 16; ++i)
        count += numbers[i] > limit ? 1 : 0;
    return count > 0;
}

} // namespace

void add_counts(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint16_t* items,
                std::uint32_t* row) {
    count(users, starts, items, row);
}

void add_counts(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint32_t* items,
                std::uint32_t* row) {
    count(users, starts, items, row);
}

void add_weights(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint16_t* items,
                 const float* weight, float* row) {
    weigh(users, starts, items, weight, row);
}

void add_weights(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint32_t* items,
                 const float* weight, float* row) {
    weigh(users, starts, items, weight, row);
}

void add_scaled(std::span<const std::uint32_t> columns, const float* values, double factor, double* row) {
    scale(columns, values, factor, row);
}

void add_scaled(std::span<const std::uint32_t> columns, const float* values, float factor, float* row) {
    scale(columns, values, factor, row);
}

bool any_of_16_above(const double* numbers, double limit) {
    return above(numbers, limit);
}

bool any_of_16_above(const float* numbers, float limit) {
    return above(numbers, limit);
}

bool any_of_16_not_within(const double* numbers, double limit) {
    int within = 0;
    for (int i = 0; i < 16; ++i)
        within += numbers[i] <= limit ? 1 : 0;
    return within < 16;
}

} // namespace tastebench::kernels
