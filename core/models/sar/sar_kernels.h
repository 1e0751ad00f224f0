// The inner loops of SAR's lists: scores in single precision that tell which items can be among the best at all.
#pragma once

#include <cstdint>
#include <span>

#include "core/models/sar/similarity.h"

namespace tastebench::kernels {

/// Items whose scores are taken side by side: a row of a tile is two cache lines.
constexpr std::uint32_t screen_width = 32;
/// Similarity rows that become columns of a tile at a time.
constexpr std::uint32_t screen_rows = 8;

/// out[j] = the similarity of an item of `mine` people with one of sizes[j], counts[j] of them in common; 0 where there
/// are none. For measures that are never negative. A relative error of at most 2^-21.
void screen_similarities(Similarity kind, std::span<const std::uint32_t> counts, float mine, const float* sizes,
                         float* out);

/// tile[j][first + r] = rows[r][j] for r < screen_rows and j < n; a row of the tile has screen_width numbers, one of
/// `rows` as many as n, which is a multiple of 8.
void screen_transpose(const float* rows, std::uint32_t n, std::uint32_t first, float* tile);

/// sums[t] = sum over i of weights[i] x tile[items[i]][t], t < screen_width; whether one of them is above `limit`.
bool screen(std::span<const std::uint32_t> items, const float* weights, const float* tile, float limit, float* sums);

} // namespace tastebench::kernels
