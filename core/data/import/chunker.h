// Cuts a text into stretches of whole rows, in bounded memory.
#pragma once

#include <memory>

#include "core/data/import/input.h"

namespace tastebench {

struct Stretch {
    std::string_view text; ///< of the buffer, which is used again for the next stretch
    std::string buffer;
    std::uint64_t number = 0; ///< from 0, in the order of the file
};

class Chunker {
  public:
    /// `skip`: bytes before the first row. With `quotes`, line ends inside double quotes end no row.
    Chunker(std::unique_ptr<ByteStream> stream, std::size_t skip, bool quotes);
    /// Fills the next stretch; false at the end. A row longer than 64 MiB is cut where it is.
    Result<bool> next(Stretch& out);
    std::uint64_t taken() const { return stream_->taken(); }

  private:
    /// Reads until `size` bytes are in the buffer or the text ends; the number that are.
    Result<std::size_t> fill(std::string& buffer, std::size_t filled, std::size_t size);
    std::size_t whole_rows(std::string_view text) const;
    std::unique_ptr<ByteStream> stream_;
    std::string rest_; ///< the beginning of a row whose end is still to come
    std::size_t skip_;
    std::uint64_t number_ = 0;
    bool quotes_, ended_ = false;
};

} // namespace tastebench
