// A data set as the store keeps it since schema version 3: a head that says what there is, and columns cut into
// chunks (column_codec.h) that are written and read one at a time, by as many threads as there are.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/binary.h"
#include "core/data/dataset.h"

namespace tastebench {

/// The part that holds the head; one chunk.
inline constexpr std::string_view head_part = "head";

struct ColumnWriter {
    std::string name;
    std::size_t chunks = 0;
    std::function<std::vector<std::byte>(std::size_t chunk)> encode; ///< from any thread
};
/// Columns without values have no chunk. They refer to `parts`, which must outlive them.
std::vector<ColumnWriter> columns_of(const DatasetParts& parts);
std::vector<std::byte> write_head(const Dataset& data);

struct ColumnReader {
    std::string name;
    std::size_t chunks = 0;
    std::size_t bytes = 0; ///< in memory, texts roughly
    std::function<void()> reserve;
    /// Chunks must come in order. False: the bytes are no such chunk, or an index is out of range.
    std::function<bool(std::span<const std::byte> bytes, std::size_t chunk)> append;
};

/// A data set under way from the store: read the columns, each on one thread, then finish().
class IncomingDataset {
  public:
    /// An error if the head makes no sense.
    Status begin(std::span<const std::byte> head);
    std::vector<ColumnReader> columns();
    DatasetParts finish();
    const DatasetSummary& summary() const { return summary_; }

  private:
    struct Extent {
        std::string name;
        std::uint64_t values = 0, chunks = 0;
    };
    DatasetParts parts_;
    StringColumn users_, items_;
    DatasetSummary summary_;
    std::vector<Extent> extents_;
};

/// XXH3, 64 bits, of a chunk's bytes; the seed is where they belong, so that no chunk passes for another.
std::uint64_t chunk_hash(std::span<const std::byte> bytes, std::string_view fingerprint, std::string_view part,
                         std::size_t chunk);

std::vector<std::byte> write_summary(const DatasetSummary& summary);
Result<DatasetSummary> read_summary(std::span<const std::byte> bytes);

} // namespace tastebench
