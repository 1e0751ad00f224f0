// A file that is about to be read: which text it is, what format it has, and the reader for it.
#pragma once

#include "core/data/import/formats.h"

namespace tastebench {

struct Source {
    InputSet set;
    Input input;
    Head head;
    const FormatEntry* format = nullptr;
    std::unique_ptr<ChunkReader> reader; ///< null for formats that read everything themselves
    bool test = false;                   ///< its rows belong to the fixed split's test
};

/// Errors name the file, and for a folder or archive what is in it.
Result<Source> open_source(const std::filesystem::path& path, const ImportOptions& options, bool stand_in = false);

/// Reads a stretch, leaving out lines that are no text (NUL, wrong bytes), each a bad row.
void read_checked(const ChunkReader& reader, std::string_view stretch, Piece& piece);

/// The first `most` bytes of the line at `offset`, printable.
std::string line_text(std::string_view stretch, std::size_t offset, std::size_t most = 200);

} // namespace tastebench
