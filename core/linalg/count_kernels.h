// The inner loops of counting and weighing pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tastebench::kernels {

/// row[items[at]] += 1 for starts[u] <= at < starts[u + 1], for every u of `users`.
void add_counts(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint16_t* items,
                std::uint32_t* row);
void add_counts(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint32_t* items,
                std::uint32_t* row);
/// += weight[u] instead.
void add_weights(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint16_t* items,
                 const float* weight, float* row);
void add_weights(std::span<const std::uint32_t> users, const std::uint64_t* starts, const std::uint32_t* items,
                 const float* weight, float* row);

/// row[columns[at]] += factor x values[at].
void add_scaled(std::span<const std::uint32_t> columns, const float* values, double factor, double* row);
void add_scaled(std::span<const std::uint32_t> columns, const float* values, float factor, float* row);

/// Whether one of 16 numbers is greater than the limit.
bool any_of_16_above(const double* numbers, double limit);
bool any_of_16_above(const float* numbers, float limit);
/// Whether one of 16 numbers is greater than the limit or not a number.
bool any_of_16_not_within(const double* numbers, double limit);

} // namespace tastebench::kernels
