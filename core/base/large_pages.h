// Room for large columns in pages of 2 MB, where the system has them: first touching those costs half as much, and rows
// read in any order need few entries of the page table's cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tastebench {

/// Advises the system about [begin, begin + bytes); refusal changes nothing but the time.
void ask_for_large_pages(void* begin, std::size_t bytes);

/// Gives whole pages of [begin, begin + bytes) back to the system; what was in them is lost, and reads as zeros.
void give_back_pages(void* begin, std::size_t bytes);

template <typename T>
void reserve_in_large_pages(std::vector<T>& column, std::size_t values) {
    if (column.capacity() >= values)
        return;
    column.reserve(values);
    ask_for_large_pages(column.data(), column.capacity() * sizeof(T));
}

/// `bytes` at a 64-byte boundary, from half a megabyte on in whole large pages. Throws std::bad_alloc.
void* allocate_in_large_pages(std::size_t bytes);
void free_large_pages(void* begin) noexcept;

/// For vectors whose rows are read in any order.
template <typename T>
struct LargePageAllocator {
    using value_type = T;
    LargePageAllocator() = default;
    template <typename U>
    LargePageAllocator(const LargePageAllocator<U>&) {}
    T* allocate(std::size_t n) { return static_cast<T*>(allocate_in_large_pages(n * sizeof(T))); }
    void deallocate(T* begin, std::size_t) noexcept { free_large_pages(begin); }
    template <typename U>
    bool operator==(const LargePageAllocator<U>&) const {
        return true;
    }
};

} // namespace tastebench
