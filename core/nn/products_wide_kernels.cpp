// The tiles of products.h for AVX-512, used where the processor has it. Only in the variant that fuses multiplications
// and additions, so that a run's digits are told by the variant of the library alone.
#include <cstddef>

#include "core/nn/products.h"

#if defined(__x86_64__) && defined(__FMA__) && defined(__GNUC__) && !defined(__clang__)

// Behind the includes: what other files compile too must not be compiled for this processor.
#pragma GCC target("avx512f")

namespace tastebench::nn {

namespace {

constexpr std::size_t lane_count = 16;
constexpr std::size_t most_rows = 12; ///< with two registers a row, 24 of the 32 registers are sums

} // namespace

#include "core/nn/product_tiles.inl"

void multiply_wide(const Product& product) {
    multiply_tiles(product);
}

bool has_wide_products() {
    return __builtin_cpu_supports("avx512f");
}

} // namespace tastebench::nn

#else

namespace tastebench::nn {

void multiply_wide(const Product& product) {
    multiply_narrow(product);
}

bool has_wide_products() {
    return false;
}

} // namespace tastebench::nn

#endif
