// Import of interaction files: guesses the format, shows a preview, reads in parallel, all or nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

/// delimited: text with a header; recbole: atomic .inter; movielens: u.data (user, item, rating, time; no header)
/// or ratings.csv. Each plain or gzip.
enum class FileFormat { guess, delimited, recbole, movielens };

struct ImportOptions {
    std::vector<std::filesystem::path> files; ///< of one shape; rows follow one another
    std::string name;                         ///< of the data set; empty: from the first file
    FileFormat format = FileFormat::guess;
    char separator = 0;                         ///< 0: guessed among tab, comma, semicolon, pipe
    std::string user, item, value, time, event; ///< column names; empty: guessed from the header
};

/// What the guess came to, with the first rows, for a form to show and change.
struct ImportPreview {
    FileFormat format = FileFormat::delimited;
    char separator = ',';
    std::vector<std::string> columns;           ///< names from the header, or made ("user_id", "item_id", ...)
    std::vector<std::vector<std::string>> rows; ///< the first rows, as text
    std::string user, item, value, time, event; ///< the columns chosen; empty: none
    std::vector<std::string> problems;          ///< "FILE:LINE:COLUMN: ...; ..." for bad rows among the first ones
};

Result<ImportPreview> preview_import(const ImportOptions& options, std::size_t rows = 50);

/// Bad input gives a bad_data error "FILE:LINE:COLUMN" (1-based line; column = 1-based field of the row).
Result<DatasetPtr> import_dataset(const ImportOptions& options, const Parallel& parallel, Progress& progress);

} // namespace tastebench
