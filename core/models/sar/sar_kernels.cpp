#include "core/models/sar/sar_kernels.h"

#include "core/linalg/lanes.h"

namespace tastebench::kernels {

namespace {

using lanes::Floats;
constexpr std::uint32_t parts = screen_width / lanes::count;

template <Similarity kind>
inline float similar(float both, float a, float b) {
    if constexpr (kind == Similarity::jaccard)
        return both / (a + b - both);
    else if constexpr (kind == Similarity::lift)
        return both / (a * b);
    else if constexpr (kind == Similarity::cosine)
        return both / std::sqrt(a * b);
    else if constexpr (kind == Similarity::inclusion_index)
        return both / (a < b ? a : b);
    else
        return both;
}

/// `histories` entries of a history at once, each into sums of its own, since a sum waits for the one before.
template <std::uint32_t histories>
inline void add_rows(const std::uint32_t* items, const float* weights, const float* tile, Floats (&sums)[2][parts]) {
    for (std::uint32_t i = 0; i < histories; ++i) {
        const float* row = tile + std::size_t{items[i]} * screen_width;
        const Floats weight = lanes::all(weights[i]);
        for (std::uint32_t p = 0; p < parts; ++p)
            sums[i][p] += weight * lanes::load(row + p * lanes::count);
    }
}

} // namespace

void screen_similarities(Similarity kind, std::span<const std::uint32_t> counts, float mine, const float* sizes,
                         float* out) {
    with_similarity(kind, [&](auto measure) {
        for (std::size_t j = 0; j < counts.size(); ++j) {
            const auto both = static_cast<float>(static_cast<std::int32_t>(counts[j]));
            out[j] = counts[j] > 0 ? similar<measure()>(both, mine, sizes[j]) : 0.0F;
        }
    });
}

void screen_transpose(const float* rows, std::uint32_t n, std::uint32_t first, float* tile) {
    for (std::uint32_t part = 0; part < screen_rows; part += lanes::count)
        for (std::uint32_t j = 0; j < n; j += lanes::count) {
            Floats block[lanes::count];
            for (std::uint32_t r = 0; r < lanes::count; ++r)
                block[r] = lanes::load(rows + std::size_t{part + r} * n + j);
            lanes::transpose(block);
            for (std::uint32_t r = 0; r < lanes::count; ++r)
                lanes::store(tile + std::size_t{j + r} * screen_width + first + part, block[r]);
        }
}

bool screen(std::span<const std::uint32_t> items, const float* weights, const float* tile, float limit, float* sums) {
    Floats each[2][parts];
    for (auto& half : each)
        for (auto& sum : half)
            sum = Floats{};
    std::size_t i = 0;
    for (; i + 2 <= items.size(); i += 2)
        add_rows<2>(&items[i], weights + i, tile, each);
    if (i < items.size())
        add_rows<1>(&items[i], weights + i, tile, each);
    lanes::Mask above{};
    for (std::uint32_t p = 0; p < parts; ++p) {
        const Floats sum = each[0][p] + each[1][p];
        lanes::store(sums + p * lanes::count, sum);
        above |= sum > limit;
    }
    return lanes::any(above);
}

} // namespace tastebench::kernels
