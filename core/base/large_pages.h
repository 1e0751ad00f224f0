// Room for large columns in pages of 2 MB, where the system has them: first touching those costs half as much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tastebench {

/// Advises the system about [begin, begin + bytes); refusal changes nothing but the time.
void ask_for_large_pages(void* begin, std::size_t bytes);

template <typename T>
void reserve_in_large_pages(std::vector<T>& column, std::size_t values) {
    if (column.capacity() >= values)
        return;
    column.reserve(values);
    ask_for_large_pages(column.data(), column.capacity() * sizeof(T));
}

} // namespace tastebench
