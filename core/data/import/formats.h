// One entry a file format. Adding a format: one file in core/data/readers and one line in formats.cpp.
#pragma once

#include <functional>

#include "core/data/import/input.h"
#include "core/data/import/piece.h"
#include "core/data/importer.h"

namespace tastebench {

/// What a format knows of a file after its first bytes. Read by many threads at once.
class ChunkReader {
  public:
    virtual ~ChunkReader() = default;
    virtual const RowShape& shape() const = 0;
    /// Bytes of the decoded text before the first row (a header, say).
    virtual std::size_t body() const { return 0; }
    /// Rows may hold line ends inside double quotes; stretches are then cut with care for them.
    virtual bool quotes() const { return false; }
    /// Reads a stretch of whole rows. Bad rows go to Piece::fail(); reading goes on after them.
    virtual void read(std::string_view stretch, Piece& piece) const = 0;
    /// Fills what a form shows: separator, columns, roles; rows and problems are filled by the caller where empty.
    virtual void describe(ImportPreview& preview) const = 0;
    /// The first rows as they stand in the file, for formats of columns; empty: what read() makes of them is shown.
    virtual std::vector<std::vector<std::string>> cells(std::string_view, std::size_t) const { return {}; }
};

/// A file as a format's guess sees it.
struct Sniff {
    Input input;
    std::string_view head; ///< UTF-8, whole lines
    bool stand_in = false; ///< of a preview: free columns stand in for a user or item that no column looks like
};

struct FormatEntry {
    FileFormat id;
    std::string_view name;    ///< "json_lines"
    std::string_view title;   ///< "JSON lines"
    std::string_view endings; ///< for file dialogs: "*.jsonl *.ndjson"
    std::string_view summary; ///< one sentence: what the rows of such a file are
    /// Whether this is such a file; the first entry that says so is taken, delimited last.
    bool (*fits)(const Sniff& file);
    /// Which member of a set holds the interactions, where the path names a folder or archive; may be null.
    std::optional<Input> (*main_input)(const InputSet& set);
    /// The reader for one file. Errors name the place and the remedy.
    Result<std::unique_ptr<ChunkReader>> (*open)(const Sniff& file, const ImportOptions& options);
    /// Formats that are no text (SQLite) read everything here instead of open(); each piece goes to the sink. May be
    /// null. With rows > 0 only about so many.
    Status (*read_all)(const Input& input, const ImportOptions& options, std::size_t rows, ImportPreview* preview,
                       const std::function<Status(Piece&)>& sink, Progress& progress);
    /// Reads the tables beside the interactions (titles, features, graph) once all rows are in; may be null.
    Status (*complete)(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report);
};
const std::vector<FormatEntry>& all_formats();
const FormatEntry& format_entry(FileFormat id);

// Fields, shared by all readers.
bool parse_value(std::string_view text, char decimal, float& value, RowFault& fault); ///< finite numbers only
/// Unix seconds. `format` as in ImportOptions::time_format; empty: seconds, milliseconds (beyond 10^11), fractions,
/// or ISO 8601 (UTC unless it has a zone). From 1900 to 2199.
bool parse_time(std::string_view text, const std::string& format, std::int64_t& seconds, RowFault& fault);
/// The format that all samples of a column are written in, in the words of ImportOptions::time_format; empty where the
/// plain reading above fits or nothing does. Day before month where both are possible.
std::string guess_time_format(const std::vector<std::string_view>& samples);
/// Text a message can show: at most 40 bytes.
std::string shortened_field(std::string_view text);

} // namespace tastebench
