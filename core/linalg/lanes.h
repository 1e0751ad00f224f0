// Vectors of floats as wide as the processor variant has registers for, in the compiler's portable notation. For
// *_kernels.cpp only: what includes it depends on the options that those files are compiled with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tastebench::lanes {

#ifdef __AVX__
constexpr std::uint32_t count = 8;
#else
constexpr std::uint32_t count = 4;
#endif

using Floats = float __attribute__((vector_size(count * sizeof(float))));
using Mask = std::int32_t __attribute__((vector_size(count * sizeof(float))));
using Loose = float __attribute__((vector_size(count * sizeof(float)), aligned(4), may_alias));

/// From anywhere; on aligned addresses as fast as an aligned load.
inline Floats load(const float* from) {
    return *reinterpret_cast<const Loose*>(from);
}
inline void store(float* to, Floats value) {
    *reinterpret_cast<Loose*>(to) = value;
}
inline Floats all(float value) {
#ifdef __AVX__
    return Floats{value, value, value, value, value, value, value, value};
#else
    return Floats{value, value, value, value};
#endif
}

/// a b + c, rounded as the vectors' a * b + c is: the compiler fuses those, but not always a plain sum of products.
inline float multiply_add(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

inline bool any(Mask mask) {
    using Words = std::int64_t __attribute__((vector_size(sizeof(Mask))));
    const Words words = reinterpret_cast<Words>(mask);
    std::int64_t bits = 0;
    for (std::uint32_t w = 0; w < count / 2; ++w)
        bits |= words[w];
    return bits != 0;
}

/// Rows become columns.
inline void transpose(Floats (&r)[count]) {
#ifdef __AVX__
    Floats a[8];
    Floats b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int half = 0; half < 8; half += 4)
        for (int i = 0; i < 2; ++i) {
            b[half + 2 * i] = __builtin_shufflevector(a[half + i], a[half + i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[half + 2 * i + 1] = __builtin_shufflevector(a[half + i], a[half + i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; ++i) {
        r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#else
    const Floats low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
    const Floats high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    const Floats low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    const Floats high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    r[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    r[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    r[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
#endif
}

/// Lane l of the result is the sum of r[l].
inline Floats sums(Floats (&r)[count]) {
    transpose(r);
    for (std::uint32_t step = count / 2; step > 0; step /= 2)
        for (std::uint32_t i = 0; i < step; ++i)
            r[i] += r[i + step];
    return r[0];
}

inline float sum(Floats value) {
    float out[count];
    store(out, value);
    for (std::uint32_t step = count / 2; step > 0; step /= 2)
        for (std::uint32_t i = 0; i < step; ++i)
            out[i] += out[i + step];
    return out[0];
}

} // namespace tastebench::lanes
