// Import of interaction data in any of the formats of core/data/import/formats.h: guesses what a file is, shows a
// preview, reads it in one stream with bounded memory, all or nothing.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

/// delimited: text with any separator, header or none; recbole: atomic .inter; movielens: u.data, ratings.dat,
/// ratings.csv or a published zip; json_lines: one object a line; libsvm (also libFM) and libffm: sparse features;
/// criteo: label, 13 counts, 26 categories; mind: behaviors.tsv and news.tsv; dkn: user, title, label, entities;
/// adjacency: user item item ...; sqlite: a table; exported: a folder that was exported from here. Text may be plain,
/// gzip, zstd, bzip2, xz or in a zip.
enum class FileFormat {
    guess,
    delimited,
    recbole,
    movielens,
    json_lines,
    libsvm,
    libffm,
    criteo,
    mind,
    dkn,
    adjacency,
    sqlite,
    exported
};
std::string_view to_text(FileFormat format); ///< "json_lines"; the word that the command line and recipes use
std::optional<FileFormat> file_format_from(std::string_view text);

/// What becomes of rows with the same user, item and event. `last` and `first` go by time where there are times,
/// else by the order of rows; sum and mean are of the values, at the last one's time.
enum class DuplicateRows { all, last, first, sum, mean };
/// A rating that is missing where a rating column is named: a bad row, a row without a rating, or no row at all.
enum class MissingValues { refuse, keep, drop };
/// A row that cannot be read: stop, or leave it out and list it.
enum class BadRows { stop, skip };
enum class SampleUnit { rows, users };

/// All of it can be changed by the user and is kept as a recipe; what is empty or 0 is guessed.
struct ImportOptions {
    std::vector<std::filesystem::path> files;      ///< of one shape; rows follow one another. "data.zip#inner.csv"
                                                   ///< names a file in an archive.
    std::vector<std::filesystem::path> test_files; ///< rows that a fixed split tests on
    std::string name;                              ///< of the data set; empty: from the first file
    FileFormat format = FileFormat::guess;

    std::string encoding;        ///< "UTF-8", "ISO-8859-1", ...; empty: guessed
    std::string separator;       ///< one or more characters; empty: guessed
    std::optional<bool> header;  ///< the first row holds names
    std::optional<char> decimal; ///< '.' or ','
    std::string time_format;     ///< "s", "ms", "iso", or a pattern of strptime such as "%d.%m.%Y %H:%M" (UTC)
    std::string table;           ///< of an SQLite file
    /// Columns by name; without a header "column 1", ...; in JSON lines a path such as "user.id"; "-" = none.
    std::string user, item, value, time, event;
    std::vector<std::string> context; ///< columns kept as context of each interaction; "*" = all that have no role

    std::map<std::string, float> event_weights;        ///< value of an event's rows that have none of their own
    std::optional<double> least_value, greatest_value; ///< a rating outside is a bad row
    DuplicateRows duplicates = DuplicateRows::all;
    MissingValues missing = MissingValues::refuse;        ///< kept without being asked where there is an event column
    std::uint32_t least_per_user = 0, least_per_item = 0; ///< rows; fewer: dropped
    bool core = false;                                    ///< repeat the two until nothing changes (k-core)
    double sample = 1;                                    ///< share that is kept, 0 < sample <= 1
    SampleUnit sample_unit = SampleUnit::rows;
    std::uint64_t sample_seed = 42;
    BadRows bad_rows = BadRows::stop;
    std::uint64_t most_bad_rows = 10'000; ///< with skip: more of them end the import

    // Tables beside the interactions; empty: found by the names that the format uses; "-" = none.
    std::filesystem::path user_table, item_table;       ///< first column or the one named like the role's: the id
    std::filesystem::path graph, links;                 ///< head, relation, tail; item, entity
    std::filesystem::path social;                       ///< user, user
    std::filesystem::path word_vectors, entity_vectors; ///< word2vec or GloVe text
};

struct BadRow {
    std::string place;  ///< "FILE:LINE:COLUMN"
    std::string reason; ///< "the rating 'x' is no number"
    std::string remedy;
    std::string text; ///< the row, at most 200 bytes of it
};

/// A table or list that was joined by id.
struct Joined {
    std::string table;                   ///< file name
    std::uint64_t rows = 0, matched = 0; ///< rows of the table; those whose id the data has
    std::uint64_t without = 0;           ///< users or items of the data that the table lacks
    std::vector<std::string> unmatched;  ///< some of the ids that did not match
};

/// What happened on the way, for the user to read.
struct ImportReport {
    std::uint64_t rows_read = 0;  ///< good rows, before the rules
    std::uint64_t bad_rows = 0;   ///< left out because they could not be read
    std::vector<BadRow> bad;      ///< the first of them, at most 1,000
    std::uint64_t missing = 0;    ///< dropped for a missing rating
    std::uint64_t duplicates = 0; ///< merged into others or dropped
    std::uint64_t sampled_out = 0;
    std::uint64_t below_minimum = 0; ///< rows of users and items with too few
    std::uint64_t rows_kept = 0;
    std::vector<Joined> joined;
    std::vector<std::string> notes; ///< whole sentences, such as what a format does not say
    std::string source_hash;        ///< fingerprint of the source files' bytes (as they lie on disk)
    double seconds = 0;
};

/// What the guess came to, with the first rows, for a form to show and change.
struct ImportPreview {
    FileFormat format = FileFormat::delimited;
    std::string encoding, separator, time_format;
    bool header = true;
    char decimal = '.';
    bool roles_fixed = false;                   ///< the format says which column is what
    std::vector<std::string> members;           ///< of an archive or tables of an SQLite file, if there are several
    std::string member;                         ///< the one shown
    std::vector<std::string> columns;           ///< names from the header, or made ("user_id", "column 3", ...)
    std::vector<std::vector<std::string>> rows; ///< the first rows, as text
    std::string user, item, value, time, event; ///< the columns chosen; empty: none
    std::vector<std::string> context;           ///< columns that are kept as context
    std::vector<std::string> events;            ///< kinds of events among the first rows
    std::vector<BadRow> problems;               ///< bad rows among the first ones
};

Result<ImportPreview> preview_import(const ImportOptions& options, std::size_t rows = 50);

/// Bad input gives a bad_data error "FILE:LINE:COLUMN" (1-based line; column = 1-based field of the row).
/// `report` may be null; it is filled as far as the import came.
Result<DatasetPtr> import_dataset(const ImportOptions& options, const Parallel& parallel, Progress& progress,
                                  ImportReport* report = nullptr);

/// The recipe: options as JSON, only what differs from the defaults; files by absolute path.
std::string write_recipe(const ImportOptions& options);
/// usage error naming the member that makes no sense.
Result<ImportOptions> read_recipe(std::string_view json);
/// XXH3 (128 bits, hexadecimal) over the bytes of the files that the options name, in order; cheap enough to ask
/// whether a source has changed since it was imported. bad_data if one is missing.
Result<std::string> hash_sources(const ImportOptions& options);

} // namespace tastebench
