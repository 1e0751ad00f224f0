// Delimited text cut into records and fields (RFC 4180 quotes, LF or CRLF).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

inline constexpr std::size_t max_field_bytes = 1 << 20;

/// One field as it stands in the file; text() undoes doubled quotes where there are any.
struct Field {
    std::string_view raw; ///< between the quotes, if quoted
    bool doubled = false; ///< holds "" for a quote
    std::string text() const;
};

/// Reads records one after another from [0, content.size()).
class RecordReader {
  public:
    RecordReader(std::string_view content, char separator, bool quotes, std::size_t offset = 0)
        : content_(content), separator_(separator), quotes_(quotes), at_(offset) {}

    /// Fills `fields` with the next record that is not blank; false at the end or at a fault.
    bool next(std::vector<Field>& fields);
    /// After a fault: goes on behind the line on which the record began.
    void skip_line();
    std::size_t record_offset() const { return record_; } ///< of the record last read
    std::size_t offset() const { return at_; }
    /// A fault of the record last tried ("a quote is never closed"), or empty; field() says where.
    const std::string& fault() const { return fault_; }
    std::size_t field() const { return field_; }

  private:
    bool quoted_field(std::vector<Field>& fields, bool& ended);
    std::string_view content_;
    char separator_;
    bool quotes_;
    std::size_t at_;
    std::size_t record_ = 0;
    std::size_t field_ = 0;
    std::string fault_;
};

} // namespace tastebench
