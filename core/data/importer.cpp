#include "core/data/importer.h"

#include <algorithm>
#include <deque>
#include <numeric>

#include <fmt/format.h>

#include "core/data/id_table.h"
#include "core/data/layout.h"

namespace tastebench {

namespace {

/// Pieces of this many bytes are parsed at once; fixed, so that results do not depend on the number of threads.
constexpr std::size_t piece_bytes = 4 << 20;

/// What one piece of a file came to. Indices are of the piece's own tables until they are merged.
struct Piece {
    Interactions rows;
    IdTable users, items, events;
    std::deque<std::string> unquoted; ///< ids that do not stand in the file letter for letter
    bool failed = false;
    std::size_t fault_offset = 0;
    RowFault fault;
};

struct Source {
    TextFile file;
    Layout layout;
    std::vector<std::size_t> cuts;
    std::vector<Piece> pieces;
};

class PieceParser {
  public:
    PieceParser(const Source& source, Piece& piece) : layout_(source.layout), source_(source), piece_(piece) {}

    void parse(std::size_t first, std::size_t last) {
        const auto content = source_.file.content().substr(0, last);
        if (!check_text(content.substr(first), first))
            return;
        RecordReader reader(content, layout_.separator, layout_.quotes, first);
        std::vector<Field> fields;
        while (reader.next(fields)) {
            if (row(fields))
                continue;
            fail_at(reader.record_offset());
            return;
        }
        if (!reader.fault().empty()) {
            fault_ = {reader.field(), reader.fault(), "close the quote, or double the quotes inside the text"};
            fail_at(reader.record_offset());
        }
    }

  private:
    bool check_text(std::string_view text, std::size_t offset) {
        if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
            fault_ = {1, "there is a NUL byte in the text", "this is no text file; export it as CSV"};
            fail_at(offset + nul);
            return false;
        }
        if (const auto bad = find_invalid_utf8(text); bad != std::string_view::npos) {
            fault_ = {1, "the text is not UTF-8", "convert the file to UTF-8"};
            fail_at(offset + bad);
            return false;
        }
        return true;
    }

    void fail_at(std::size_t offset) {
        piece_.failed = true;
        piece_.fault_offset = offset;
        piece_.fault = fault_;
    }

    std::string_view kept(const Field& field) {
        if (!field.doubled)
            return field.raw;
        return piece_.unquoted.emplace_back(field.text());
    }

    bool row(const std::vector<Field>& fields) {
        if (fields.size() != layout_.columns.size()) {
            fault_ = wrong_width(fields.size(), layout_.columns.size());
            return false;
        }
        const auto& user = fields[layout_.user];
        const auto& item = fields[layout_.item];
        fault_.field = layout_.user + 1;
        if (!check_id(user.raw, "user", fault_))
            return false;
        fault_.field = layout_.item + 1;
        if (!check_id(item.raw, "item", fault_))
            return false;
        float value = 0;
        std::int64_t time = 0;
        if (layout_.value) {
            fault_.field = *layout_.value + 1;
            if (!parse_value(fields[*layout_.value].raw, layout_.event.has_value(), value, fault_))
                return false;
            piece_.rows.value.push_back(value);
        }
        if (layout_.time) {
            fault_.field = *layout_.time + 1;
            if (!parse_time(fields[*layout_.time].raw, time, fault_))
                return false;
            piece_.rows.time.push_back(time);
        }
        if (layout_.event) {
            fault_.field = *layout_.event + 1;
            if (!check_id(fields[*layout_.event].raw, "event", fault_))
                return false;
            const auto event = piece_.events.index_of(kept(fields[*layout_.event]));
            if (event > 254) {
                fault_.what = "there are more than 255 kinds of events";
                fault_.remedy = "check which column holds the event";
                return false;
            }
            piece_.rows.event.push_back(static_cast<EventIx>(event));
        }
        piece_.rows.user.push_back(piece_.users.index_of(kept(user)));
        piece_.rows.item.push_back(piece_.items.index_of(kept(item)));
        return true;
    }

    const Layout& layout_;
    const Source& source_;
    Piece& piece_;
    RowFault fault_;
};

Result<Source> open_source(const std::filesystem::path& path, const ImportOptions& options) {
    auto file = TextFile::open(path);
    if (!file)
        return fail(file.error());
    auto layout = find_layout(*file, options);
    if (!layout)
        return fail(layout.error());
    Source source{std::move(*file), std::move(*layout), {}, {}};
    const auto content = source.file.content();
    source.layout.quotes = source.layout.quotes && content.find('"') != std::string_view::npos;
    source.cuts = cut_at_records(content, source.layout.body, piece_bytes, source.layout.quotes);
    source.pieces.resize(source.cuts.size() - 1);
    return source;
}

/// Sorted ids of all pieces, and for each piece the new index of each of its own.
struct Merged {
    StringColumn sorted;
    std::vector<std::vector<std::uint32_t>> index_of; ///< by piece
};

Merged merge(const std::vector<Piece*>& pieces, IdTable Piece::*table) {
    IdTable all;
    Merged out;
    for (const auto* piece : pieces) {
        auto& map = out.index_of.emplace_back();
        for (const auto text : (piece->*table).texts())
            map.push_back(all.index_of(text));
    }
    const auto& texts = all.texts();
    std::vector<std::uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return IdMap::less(texts[a], texts[b]); });
    std::vector<std::uint32_t> rank(texts.size());
    for (std::uint32_t r = 0; r < order.size(); ++r) {
        rank[order[r]] = r;
        out.sorted.push_back(texts[order[r]]);
    }
    for (auto& map : out.index_of)
        for (auto& index : map)
            index = rank[index];
    return out;
}

Result<DatasetParts> assemble(std::vector<Source>& sources, const Parallel& parallel) {
    std::vector<Piece*> pieces;
    for (auto& source : sources)
        for (auto& piece : source.pieces)
            pieces.push_back(&piece);
    const Merged users = merge(pieces, &Piece::users);
    const Merged items = merge(pieces, &Piece::items);
    const Merged events = merge(pieces, &Piece::events);
    if (events.sorted.size() > 255)
        return bad_data("there are more than 255 kinds of events", sources.front().file.name(),
                        "check which column holds the event");
    std::vector<std::size_t> starts{0};
    for (const auto* piece : pieces)
        starts.push_back(starts.back() + piece->rows.size());
    const auto n = starts.back();
    if (n == 0)
        return bad_data("there is a header but no row", sources.front().file.name(),
                        "give a file with at least one row");
    if (n > 0xFFFFFFFEU)
        return bad_data("there are more than 4,294,967,294 rows", sources.front().file.name(), "import a part of them");
    DatasetParts parts;
    auto& rows = parts.interactions;
    const auto& layout = sources.front().layout;
    rows.user.resize(n);
    rows.item.resize(n);
    rows.value.resize(layout.value ? n : 0);
    rows.time.resize(layout.time ? n : 0);
    rows.event.resize(layout.event ? n : 0);
    parallel.for_blocks(pieces.size(), 1, [&](std::size_t p, std::size_t) {
        Interactions& mine = pieces[p]->rows;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            rows.user[starts[p] + i] = users.index_of[p][mine.user[i]];
            rows.item[starts[p] + i] = items.index_of[p][mine.item[i]];
        }
        std::copy(mine.value.begin(), mine.value.end(),
                  rows.value.begin() + static_cast<std::ptrdiff_t>(starts[p]) * (layout.value ? 1 : 0));
        std::copy(mine.time.begin(), mine.time.end(),
                  rows.time.begin() + static_cast<std::ptrdiff_t>(starts[p]) * (layout.time ? 1 : 0));
        for (std::size_t i = 0; i < mine.event.size(); ++i)
            rows.event[starts[p] + i] = static_cast<EventIx>(events.index_of[p][mine.event[i]]);
        mine = {};
    });
    for (std::size_t e = 0; e < events.sorted.size(); ++e)
        parts.events.emplace_back(events.sorted[e]);
    parts.users = IdMap(users.sorted);
    parts.items = IdMap(items.sorted);
    return parts;
}

std::string default_name(const std::filesystem::path& file) {
    auto name = file.filename();
    if (name.extension() == ".gz")
        name = name.stem();
    return name.stem().string();
}

Status parse_all(std::vector<Source>& sources, const Parallel& parallel, Progress& progress) {
    std::vector<std::pair<Source*, std::size_t>> work;
    std::uint64_t bytes = 0;
    for (auto& source : sources) {
        bytes += source.file.content().size();
        for (std::size_t p = 0; p < source.pieces.size(); ++p)
            work.emplace_back(&source, p);
    }
    progress.begin("Reading", bytes);
    parallel.for_blocks(work.size(), 1, [&](std::size_t w, std::size_t) {
        if (progress.cancelled())
            return;
        auto& [source, p] = work[w];
        PieceParser(*source, source->pieces[p]).parse(source->cuts[p], source->cuts[p + 1]);
        progress.advance(source->cuts[p + 1] - source->cuts[p]);
    });
    if (progress.cancelled())
        return cancelled_error();
    for (const auto& [source, p] : work)
        if (const auto& piece = source->pieces[p]; piece.failed)
            return bad_data(piece.fault.what, source->file.place(piece.fault_offset, piece.fault.field),
                            piece.fault.remedy);
    return {};
}

} // namespace

Result<DatasetPtr> import_dataset(const ImportOptions& options, const Parallel& parallel, Progress& progress) {
    if (options.files.empty())
        return usage_error("no file was given", "file", "name the file to import");
    std::vector<Source> sources;
    for (const auto& path : options.files) {
        progress.begin("Opening", 0);
        auto source = open_source(path, options);
        if (!source)
            return fail(source.error());
        const auto& first = sources.empty() ? source->layout : sources.front().layout;
        const auto& layout = source->layout;
        if (layout.value.has_value() != first.value.has_value() || layout.time.has_value() != first.time.has_value() ||
            layout.event.has_value() != first.event.has_value())
            return bad_data("this file has other columns than the first", path.string(), "import it on its own");
        sources.push_back(std::move(*source));
    }
    if (auto status = parse_all(sources, parallel, progress); !status)
        return fail(status.error());
    progress.begin("Arranging", 0);
    auto parts = assemble(sources, parallel);
    if (!parts)
        return fail(parts.error());
    parts->name = options.name.empty() ? default_name(options.files.front()) : options.name;
    for (const auto& path : options.files)
        parts->source += (parts->source.empty() ? "" : ", ") + path.filename().string();
    for (const auto& path : options.files)
        if (auto status = read_companions(path, sources.front().layout.format, *parts); !status)
            return fail(status.error());
    if (progress.cancelled())
        return cancelled_error();
    return Dataset::make(std::move(*parts));
}

Result<ImportPreview> preview_import(const ImportOptions& options, std::size_t rows) {
    constexpr std::size_t enough = 1 << 18;
    if (options.files.empty())
        return usage_error("no file was given", "file", "name the file to import");
    auto file = TextFile::open(options.files.front(), enough);
    if (!file)
        return fail(file.error());
    auto layout = find_layout(*file, options);
    if (!layout)
        return fail(layout.error());
    ImportPreview out;
    out.format = layout->format;
    out.separator = layout->separator;
    out.columns = layout->columns;
    const auto name = [&](const std::optional<std::size_t>& at) { return at ? layout->columns[*at] : std::string(); };
    out.user = layout->columns[layout->user];
    out.item = layout->columns[layout->item];
    out.value = name(layout->value);
    out.time = name(layout->time);
    out.event = name(layout->event);
    Source source{std::move(*file), *layout, {}, {}};
    // The last record may be cut in two where the preview ends.
    auto content = source.file.content();
    if (content.size() + 16 >= enough)
        content = content.substr(0, content.rfind('\n') + 1);
    RecordReader reader(content, layout->separator, layout->quotes, layout->body);
    std::vector<Field> fields;
    std::size_t begin = layout->body;
    while (out.rows.size() < rows && reader.next(fields)) {
        auto& row = out.rows.emplace_back();
        for (const auto& field : fields)
            row.push_back(field.text().substr(0, 200));
        Piece piece;
        PieceParser(source, piece).parse(begin, reader.offset());
        if (piece.failed && out.problems.size() < 10)
            out.problems.push_back(Error{ErrorKind::bad_data, piece.fault.what,
                                         source.file.place(piece.fault_offset, piece.fault.field), piece.fault.remedy}
                                       .text());
        begin = reader.offset();
    }
    return out;
}

} // namespace tastebench
