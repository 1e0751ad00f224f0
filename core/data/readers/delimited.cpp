#include "core/data/readers/delimited.h"

#include <cmath>
#include <cstring>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/readers/readers.h"
#include "core/data/records.h"
#include "core/data/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tastebench {

namespace {

RowShape shape_of(const DelimitedLayout& layout) {
    RowShape shape;
    shape.pairs = layout.pairs;
    shape.keeps_missing = layout.keeps_missing;
    shape.value = layout.value.has_value();
    shape.time = layout.time.has_value();
    shape.event = layout.event.has_value();
    shape.user_field = layout.user + 1;
    shape.item_field = layout.item + 1;
    shape.value_field = layout.value.value_or(0) + 1;
    shape.event_field = layout.event.value_or(0) + 1;
    for (const auto& context : layout.context)
        shape.context.push_back(context.spec);
    return shape;
}

RowFault wrong_width(std::size_t found, const DelimitedLayout& layout) {
    const auto expected = layout.columns.size();
    return {std::min(found, expected) + (found > expected ? 1 : 0),
            fmt::format("this row has {} columns, the {} {}", found, layout.header ? "header" : "first row", expected),
            found == 1 ? "correct the row, or choose another separator"
                       : "correct the row, or quote the separator in it"};
}

/// Goes through the bytes that end a field, 16 at a time: the separator and the line end.
class Ends {
  public:
    Ends(std::string_view text, char separator) : text_(text), separator_(separator) {}

    /// The offset of the next such byte at or after the last one returned, or the size of the text.
    std::size_t next() {
        while (bits_ == 0) {
            if (block_ >= text_.size())
                return text_.size();
            load();
        }
        const auto at = start_ + static_cast<std::size_t>(__builtin_ctz(bits_));
        bits_ &= bits_ - 1;
        return at;
    }

  private:
    void load() {
        start_ = block_;
        const auto n = std::min<std::size_t>(16, text_.size() - block_);
        block_ += 16;
#ifdef __SSE2__
        if (n == 16) {
            const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + start_));
            const auto ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(separator_)),
                                           _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
            bits_ = static_cast<std::uint32_t>(_mm_movemask_epi8(ends));
            return;
        }
#endif
        bits_ = 0;
        for (std::size_t i = 0; i < n; ++i)
            if (text_[start_ + i] == separator_ || text_[start_ + i] == '\n')
                bits_ |= 1U << i;
    }
    std::string_view text_;
    char separator_;
    std::size_t block_ = 0, start_ = 0;
    std::uint32_t bits_ = 0;
};

class DelimitedReader final : public ChunkReader {
  public:
    explicit DelimitedReader(DelimitedLayout layout) : layout_(std::move(layout)), shape_(shape_of(layout_)) {}

    const RowShape& shape() const override { return shape_; }
    std::size_t body() const override { return layout_.body; }
    bool quotes() const override { return layout_.quotes; }

    void read(std::string_view stretch, Piece& piece) const override {
        const bool quoted = layout_.quotes && stretch.find('"') != std::string_view::npos;
        if (quoted)
            read_quoted(stretch, piece);
        else if (layout_.separator.size() == 1)
            read_plain(stretch, piece);
        else
            read_long_separator(stretch, piece);
    }

    void describe(ImportPreview& preview) const override {
        preview.separator = layout_.separator;
        preview.header = layout_.header;
        preview.decimal = layout_.decimal;
        preview.time_format = layout_.time_format;
        preview.roles_fixed = layout_.roles_fixed;
        preview.columns = layout_.columns;
        const auto name = [&](const std::optional<std::size_t>& at) {
            return at ? layout_.columns[*at] : std::string();
        };
        preview.user = layout_.columns[layout_.user];
        preview.item = layout_.columns[layout_.item];
        preview.value = name(layout_.value);
        preview.time = name(layout_.time);
        preview.event = name(layout_.event);
        for (const auto& context : layout_.context)
            preview.context.push_back(layout_.columns[context.column]);
    }

    std::vector<std::vector<std::string>> cells(std::string_view stretch, std::size_t most) const override {
        std::vector<std::vector<std::string>> out;
        const auto take = [&](const std::vector<Field>& fields) {
            auto& row = out.emplace_back();
            for (const auto& field : fields)
                row.push_back(field.text().substr(0, 200));
        };
        std::vector<Field> fields;
        if (layout_.separator.size() == 1) {
            RecordReader reader(stretch, layout_.separator.front(), layout_.quotes);
            while (out.size() < most && reader.next(fields))
                take(fields);
            return out;
        }
        while (out.size() < most && !stretch.empty())
            if (next_line(stretch, fields))
                take(fields);
        return out;
    }

  private:
    /// The fast path: no quotes, one character between fields.
    void read_plain(std::string_view stretch, Piece& piece) const {
        Ends ends(stretch, layout_.separator.front());
        std::vector<Field> fields(layout_.columns.size());
        RowFault fault;
        std::size_t line = 0;
        while (line < stretch.size()) {
            std::size_t count = 0;
            std::size_t begin = line;
            std::size_t end = 0;
            while (true) {
                end = ends.next();
                const bool last = end >= stretch.size() || stretch[end] == '\n';
                if (count < fields.size()) {
                    auto text = stretch.substr(begin, end - begin);
                    if (last && !text.empty() && text.back() == '\r')
                        text.remove_suffix(1);
                    fields[count] = {text, false};
                }
                ++count;
                begin = end + 1;
                if (last)
                    break;
            }
            const bool blank = count == 1 && fields.front().raw.empty();
            if (!blank &&
                (count != fields.size() ? (fault = wrong_width(count, layout_), true) : !add(fields, piece, fault)))
                piece.fail(line, std::move(fault));
            line = end + 1;
        }
    }

    void read_quoted(std::string_view stretch, Piece& piece) const {
        RecordReader reader(stretch, layout_.separator.front(), true);
        std::vector<Field> fields;
        RowFault fault;
        while (true) {
            if (!reader.next(fields)) {
                if (reader.fault().empty())
                    return;
                piece.fail(reader.record_offset(),
                           {reader.field(), reader.fault(), "close the quote, or double the quotes inside the text"});
                reader.skip_line();
                continue;
            }
            if (fields.size() != layout_.columns.size()) {
                piece.fail(reader.record_offset(), wrong_width(fields.size(), layout_));
                continue;
            }
            if (!add(fields, piece, fault))
                piece.fail(reader.record_offset(), std::move(fault));
        }
    }

    void read_long_separator(std::string_view stretch, Piece& piece) const {
        std::vector<Field> fields;
        RowFault fault;
        const auto whole = stretch.size();
        while (!stretch.empty()) {
            const auto offset = whole - stretch.size();
            if (!next_line(stretch, fields))
                continue;
            if (fields.size() != layout_.columns.size())
                piece.fail(offset, wrong_width(fields.size(), layout_));
            else if (!add(fields, piece, fault))
                piece.fail(offset, std::move(fault));
        }
    }

    /// Takes a line off the text and cuts it into fields; false if it is blank.
    bool next_line(std::string_view& text, std::vector<Field>& fields) const {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        fields.clear();
        if (line.empty())
            return false;
        while (true) {
            const auto cut = line.find(layout_.separator);
            fields.push_back({line.substr(0, cut), false});
            if (cut == std::string_view::npos)
                return true;
            line.remove_prefix(cut + layout_.separator.size());
        }
    }

    static std::string_view kept(const Field& field, Piece& piece) {
        return field.doubled ? piece.keep(field.text()) : field.raw;
    }

    bool add(const std::vector<Field>& fields, Piece& piece, RowFault& fault) const {
        RowValues row;
        row.user = kept(fields[layout_.user], piece);
        row.item = kept(fields[layout_.item], piece);
        if (layout_.value) {
            const auto text = fields[*layout_.value].raw;
            fault.field = *layout_.value + 1;
            if (text.empty())
                row.value = std::numeric_limits<float>::quiet_NaN();
            else if (!parse_value(text, layout_.decimal, row.value, fault))
                return false;
        }
        if (layout_.time) {
            fault.field = *layout_.time + 1;
            if (!parse_time(fields[*layout_.time].raw, layout_.time_format, row.time, fault))
                return false;
        }
        if (layout_.event)
            row.event = kept(fields[*layout_.event], piece);
        for (std::size_t c = 0; c < layout_.context.size(); ++c)
            if (!add_context(c, fields[layout_.context[c].column], piece, fault))
                return false;
        return piece.add(row, fault);
    }

    bool add_context(std::size_t c, const Field& field, Piece& piece, RowFault& fault) const {
        const auto& context = layout_.context[c];
        if (context.spec.type == ColumnType::category) {
            piece.category(c, kept(field, piece));
        } else if (context.spec.type == ColumnType::multi_category) {
            auto text = kept(field, piece);
            while (!text.empty()) {
                const auto cut = std::min(text.find(context.list_separator), text.size());
                if (cut > 0)
                    piece.entry(c, text.substr(0, cut));
                text.remove_prefix(std::min(cut + 1, text.size()));
            }
        } else if (!field.raw.empty()) {
            double number = 0;
            const fast_float::parse_options options{fast_float::chars_format::general, layout_.decimal};
            const auto* end = field.raw.data() + field.raw.size();
            const auto [stop, code] = fast_float::from_chars_advanced(field.raw.data(), end, number, options);
            if (code != std::errc() || stop != end || !std::isfinite(number)) {
                fault = {context.column + 1, fmt::format("'{}' is no number", shortened_field(field.raw)),
                         "correct it, or leave it empty"};
                return false;
            }
            piece.number(c, number);
        } else {
            piece.number(c, std::numeric_limits<double>::quiet_NaN());
        }
        return true;
    }

    DelimitedLayout layout_;
    RowShape shape_;
};

bool fits_always(const Sniff&) {
    return true;
}

Result<std::unique_ptr<ChunkReader>> open_delimited(const Sniff& file, const ImportOptions& options) {
    auto layout = guess_delimited(file, options);
    if (!layout)
        return fail(layout.error());
    return make_delimited_reader(std::move(*layout));
}

} // namespace

std::unique_ptr<ChunkReader> make_delimited_reader(DelimitedLayout layout) {
    return std::make_unique<DelimitedReader>(std::move(layout));
}

FormatEntry delimited_format() {
    return {.id = FileFormat::delimited,
            .name = "delimited",
            .title = "Text in columns",
            .endings = "*.csv *.tsv *.txt *.dat *.data *.psv",
            .summary = "One row for each interaction, with columns for the user, the item and, if there are any, the "
                       "rating, the time and the kind of event.",
            .fits = fits_always,
            .main_input = nullptr,
            .open = open_delimited,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
