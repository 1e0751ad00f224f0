// A table beside the interactions: read whole, then gone through row by row, and joined to ids by its first column.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/id_table.h"
#include "core/data/import/input.h"
#include "core/data/records.h"

namespace tastebench {

struct TableStyle {
    std::string separator = "\t"; ///< one or more characters; empty: guessed, together with quotes and header
    bool quotes = false;          ///< RFC 4180; needs a separator of one character
    bool header = true;
    std::string otherwise = {}; ///< the encoding where it is not UTF-8; empty: what it looks like
};

class Table {
  public:
    /// Errors: not readable, no text (NUL, not UTF-8), no row, one column only (unless `narrow`).
    static Result<Table> open(const Input& input, TableStyle style, bool narrow = false);

    /// Distinct names, from the header or "column 1", ...
    const std::vector<std::string>& columns() const { return columns_; }
    /// Names that stood in the header twice.
    const std::vector<std::string>& repeated() const { return repeated_; }
    std::size_t body() const { return body_; }
    bool has_header() const { return style_.header; }
    /// Overrules what was guessed of the first row.
    Status set_header(bool header);
    /// Reads the row at `offset`, which moves behind it; false at the end. bad_data: another number of columns, an
    /// open quote, a cell longer than max_field_bytes.
    Result<bool> next(std::size_t& offset, std::vector<Field>& fields) const;
    /// Calls each(fields, offset) for all rows after the header, until the first error.
    Status for_rows(const std::function<Status(const std::vector<Field>&, std::size_t)>& each) const;
    /// "FILE:LINE:COLUMN" of a row's field (from 0).
    std::string place(std::size_t offset, std::size_t field) const;
    const std::string& name() const { return name_; } ///< as messages show it
    const std::string& base_name() const { return base_name_; }
    const TableStyle& style() const { return style_; }

  private:
    bool cut_row(std::size_t& offset, std::vector<Field>& fields, std::string& fault, std::size_t& field) const;
    Status read_header(bool narrow);
    std::string name_, base_name_;
    std::string content_;
    TableStyle style_;
    std::vector<std::string> columns_, repeated_;
    std::size_t body_ = 0;
};

/// A second "x" becomes "x (2)"; the names that were there before are returned.
std::vector<std::string> make_distinct(std::vector<std::string>& names);
/// The text of a cell without doubled quotes; a view into the table or into `room`.
std::string_view cell_text(const Field& field, std::string& room);
/// "", NA, N/A, NULL, None, NaN (any case) and \N stand for nothing.
bool is_missing_cell(std::string_view text);

/// The ids of users or items, for looking up many.
IdTable table_of(const StringColumn& ids);
inline constexpr std::uint32_t no_index = 0xFFFFFFFF;
inline std::uint32_t index_in(const IdTable& table, std::string_view text) {
    return table.find(text).value_or(no_index);
}

} // namespace tastebench
