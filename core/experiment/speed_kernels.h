// A fixed piece of work that tells how fast a core of this machine is.
#pragma once

#include <cstddef>

namespace tastebench {

inline constexpr std::size_t speed_work_size = 32'768; ///< two arrays of it fit the second-level cache

/// Dot products of a and b [speed_work_size], again and again: the arithmetic that most models spend their time on.
float speed_work(const float* a, const float* b);

} // namespace tastebench
