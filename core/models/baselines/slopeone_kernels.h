// The loops of Slope One over all items.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tastebench::slopeone {

/// For one item j that the user rated: adds to each item i that shares people with it (count > 0)
/// weight x (dev(i, j) + base), and to its total weight, the weight being count or 1. deviation is dev(j, i), which is
/// -dev(i, j).
void add_item(const float* deviation, const float* count, bool weighted, double base, double* sum, double* total,
              std::size_t n);

} // namespace tastebench::slopeone
