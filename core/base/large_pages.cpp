#include "core/base/large_pages.h"

#include <cstdlib>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace tastebench {

void* allocate_in_large_pages(std::size_t bytes) {
    constexpr std::size_t worth_it = std::size_t{1} << 19;
    const std::size_t unit = bytes >= worth_it ? std::size_t{2} << 20 : 64;
    const std::size_t whole = (bytes + unit - 1) / unit * unit;
    void* out = whole < bytes ? nullptr : std::aligned_alloc(unit, whole);
    if (out == nullptr && bytes > 0)
        throw std::bad_alloc();
    if (bytes >= worth_it)
        ask_for_large_pages(out, whole);
    return out;
}

void free_large_pages(void* begin) noexcept {
    std::free(begin); // NOLINT: of aligned_alloc
}

void ask_for_large_pages(void* begin, std::size_t bytes) {
    constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
    const auto first = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto last = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
    if (first < last)
        madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

void give_back_pages(void* begin, std::size_t bytes) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto first = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto last = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
    if (first < last)
        madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

} // namespace tastebench
