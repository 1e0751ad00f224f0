// What a file looks like: its separator, columns and what each is for; guessed, then overruled by the options.
#pragma once

#include <optional>

#include "core/data/importer.h"
#include "core/data/records.h"

namespace tastebench {

struct Layout {
    FileFormat format = FileFormat::delimited;
    char separator = ',';
    bool quotes = false; ///< fields may be quoted
    bool header = true;
    std::size_t body = 0; ///< offset of the first data row
    std::vector<std::string> columns;
    std::size_t user = 0, item = 0;
    std::optional<std::size_t> value, time, event;
};

/// Errors: one column only (wrong separator), no user or item column, a column that is not there, one column twice.
Result<Layout> find_layout(const TextFile& file, const ImportOptions& options);

/// A row's values, or what is wrong with it.
struct RowFault {
    std::size_t field = 1; ///< 1-based
    std::string what, remedy;
};
bool parse_value(std::string_view text, bool may_be_missing, float& value, RowFault& fault);
/// Unix seconds from seconds, milliseconds (beyond 10^11), or ISO 8601 date and time (UTC unless it has a zone).
bool parse_time(std::string_view text, std::int64_t& seconds, RowFault& fault);
/// Checks an id; empty ones and ones over 1 MiB are faults.
bool check_id(std::string_view text, const char* role, RowFault& fault);
RowFault wrong_width(std::size_t found, std::size_t expected);

/// The data set's tables beside an interaction file (.item, .user, .kg, .link; movies.csv), where there are any.
Status read_companions(const std::filesystem::path& file, FileFormat format, DatasetParts& parts);

} // namespace tastebench
