// Columns as bytes, a chunk of rows at a time, so that chunks are packed and read apart from one another: whole
// numbers in as few bytes as their range needs or as runs of equal ones, ratings as codes of a dictionary where a
// chunk has at most 256 of them. Nothing read is trusted: false means that the bytes are no such chunk.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

/// Values in a chunk; the last one of a column has fewer. Its bytes stay in the processor's cache.
inline constexpr std::size_t chunk_values = std::size_t{1} << 18;

/// T: std::uint8_t, std::uint32_t, std::uint64_t, std::int64_t, float or double.
template <typename T>
std::vector<std::byte> encode_chunk(std::span<const T> values);
/// Appends exactly n values.
template <typename T>
bool decode_chunk(std::span<const std::byte> bytes, std::size_t n, std::vector<T>& out);

/// The texts [first, last).
std::vector<std::byte> encode_texts(const StringColumn& column, std::size_t first, std::size_t last);
/// Appends exactly n texts.
bool decode_texts(std::span<const std::byte> bytes, std::size_t n, StringColumn& out);

} // namespace tastebench
