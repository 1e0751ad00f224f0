// Delimited text: what a file looks like, guessed and then overruled by the options, and the reader for it.
// Other formats of columns (RecBole, MovieLens) fill a DelimitedLayout of their own.
#pragma once

#include "core/data/import/formats.h"

namespace tastebench {

struct DelimitedLayout {
    std::string separator = ","; ///< one or more characters
    bool quotes = false;         ///< fields may be quoted (RFC 4180); needs a separator of one character
    bool header = true;
    char decimal = '.';
    std::string time_format;
    std::size_t body = 0;              ///< offset of the first row in the decoded text
    std::vector<std::string> columns;  ///< distinct
    std::vector<std::string> repeated; ///< names that stood in the header twice
    std::size_t user = 0, item = 0;
    std::optional<std::size_t> value, time, event;
    struct Context {
        std::size_t column;
        ContextSpec spec;
        char list_separator = '|'; ///< between the entries of a multi_category
    };
    std::vector<Context> context;
    bool roles_fixed = false;
    bool pairs = true;          ///< false: no users and items
    bool keeps_missing = false; ///< as RowShape says
};

/// The separator, header and columns of a text, without roles: also for tables beside the interactions.
/// Errors: nothing but blank lines, one column only, a quote that is never closed.
Result<DelimitedLayout> guess_columns(const Sniff& file, const ImportOptions& options);
/// The same with roles, decimal sign, time format and context columns. Errors: no user or item column, a column that
/// is not there, one column twice.
Result<DelimitedLayout> guess_delimited(const Sniff& file, const ImportOptions& options);

std::unique_ptr<ChunkReader> make_delimited_reader(DelimitedLayout layout);

} // namespace tastebench
