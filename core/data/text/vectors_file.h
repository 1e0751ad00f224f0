// Vectors of words or entities as text: one line each, a key and its numbers.
//   word2vec  first line "COUNT DIMENSION", then "key n n n", separated by spaces
//   GloVe     the same without the first line
//   MIND      "id<TAB>n<TAB>n ..." (entity_embedding.vec), a last tab allowed
// A key may hold spaces in the first two: the last DIMENSION fields of a line are the numbers.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

inline constexpr std::uint32_t max_vector_dimension = 4096;
inline constexpr std::size_t max_vector_key_bytes = 4096;
inline constexpr std::size_t max_vectors_file_bytes = std::size_t{16} << 30; ///< inflated

enum class VectorsFormat { guess, word2vec, glove, mind };

struct VectorsOptions {
    VectorsFormat format = VectorsFormat::guess;
    const StringColumn* wanted = nullptr; ///< keep only these keys; null: all
    std::string name = "vectors";         ///< of the result
};

struct VectorsReport {
    VectorsFormat format = VectorsFormat::guess; ///< as it was read
    std::uint64_t lines = 0;                     ///< with a vector on them
    std::uint64_t repeated = 0;                  ///< lines left out because their key was there before
    std::uint64_t wanted = 0, missing = 0;       ///< different keys; missing: not in the file
    std::vector<std::string> first_missing;      ///< at most ten, in the order wanted
};

struct VectorsRead {
    Vectors vectors; ///< in the order of the file; the first of repeated keys
    VectorsReport report;
};

/// Memory stays within a small multiple of what is kept, whatever the first line claims. Errors read
/// FILE:LINE:COLUMN, the column being the field: no number, not finite, too few or many numbers, a key that is not
/// UTF-8 or longer than max_vector_key_bytes, another count than promised, a dimension over max_vector_dimension,
/// nothing in it.
Result<VectorsRead> read_vectors(std::string_view content, const std::string& file_name, const VectorsOptions& options,
                                 Progress& progress);
/// The same from a file, plain or compressed.
Result<VectorsRead> read_vectors_file(const std::filesystem::path& file, const VectorsOptions& options,
                                      Progress& progress);

/// Writes word2vec text that read_vectors() reads back with the same digits. Errors: an empty key or one with a line
/// break; the disk.
Status write_vectors_file(const Vectors& vectors, const std::filesystem::path& file);

} // namespace tastebench
