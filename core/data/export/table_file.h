// One file of an export, written cell by cell through a buffer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace tastebench {

/// How cells stand in a row.
struct CellStyle {
    char separator = ',';
    bool quotes = true; ///< RFC 4180; without them a cell may hold neither separator nor line end
};

/// The first error is kept; everything after it is ignored, and finish() tells it.
class TableFile {
  public:
    TableFile(const std::filesystem::path& file, CellStyle style);
    ~TableFile();
    TableFile(const TableFile&) = delete;
    TableFile& operator=(const TableFile&) = delete;

    /// Next cell of the row, quoted where it must be.
    void cell(std::string_view text);
    /// Next cell, which is known to need no quotes (a number, or what styled() gave).
    void plain_cell(std::string_view text) {
        if (at_ + text.size() + 2 > capacity) {
            large(text);
            return;
        }
        if (begun_)
            buffer_[at_++] = style_.separator;
        text.copy(&buffer_[at_], text.size());
        at_ += text.size();
        begun_ = true;
    }
    void number(double value); ///< shortest digits that read back the same; empty for NaN
    void number(float value);
    void integer(std::int64_t value);
    void end_row();
    /// Bytes outside the table's cells, such as a whole line of vectors.
    void raw(std::string_view text);
    /// Writes what is left and makes it durable.
    Status finish();
    std::uint64_t bytes() const { return written_ + at_; }

  private:
    static constexpr std::size_t capacity = 1 << 20;
    void large(std::string_view text);
    void flush();
    void keep(Error error);
    std::filesystem::path path_;
    CellStyle style_;
    int descriptor_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::uint64_t written_ = 0;
    bool begun_ = false; ///< the row has a cell
    Status status_;
};

/// The text as it stands in a cell; bad_data where the style cannot hold it.
Result<std::string> styled(std::string_view text, CellStyle style);

} // namespace tastebench
