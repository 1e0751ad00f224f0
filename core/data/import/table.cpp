#include "core/data/import/table.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "core/data/readers/delimited.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

bool same_letters(std::string_view text, std::string_view upper) {
    return text.size() == upper.size() && std::equal(text.begin(), text.end(), upper.begin(), [](char a, char b) {
               return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
           });
}

Result<std::string> read_decoded(const Input& input, const TableStyle& style) {
    auto text = read_whole(input, "UTF-8");
    if (!text || find_invalid_utf8(*text) == std::string_view::npos)
        return text;
    return read_whole(input, style.otherwise.empty() ? guess_encoding(*text) : style.otherwise);
}

} // namespace

Result<Table> Table::open(const Input& input, TableStyle style, bool narrow) {
    auto text = read_decoded(input, style);
    if (!text)
        return fail(text.error());
    Table out;
    out.name_ = input.shown();
    out.base_name_ = input.base_name();
    out.content_ = std::move(*text);
    out.style_ = std::move(style);
    if (const auto bad = find_invalid_utf8(out.content_); bad != std::string_view::npos)
        return bad_data("the text is not UTF-8", out.place(bad, 0), "convert the file to UTF-8");
    if (const auto nul = out.content_.find('\0'); nul != std::string::npos)
        return bad_data("there is a NUL byte in the text", out.place(nul, 0), "this is no text file; export it as CSV");
    if (out.style_.separator.empty()) {
        auto head = std::string_view(out.content_).substr(0, 1 << 16);
        if (head.size() < out.content_.size())
            head = head.substr(0, std::min(head.rfind('\n'), head.size() - 1) + 1);
        const auto layout = guess_columns({input, head}, {});
        if (!layout)
            return fail(layout.error());
        out.style_.separator = layout->separator;
        out.style_.quotes = layout->quotes;
        out.style_.header = layout->header;
    }
    if (auto status = out.read_header(narrow); !status)
        return fail(status.error());
    return out;
}

Status Table::read_header(bool narrow) {
    std::vector<Field> fields;
    std::string fault;
    std::size_t field = 0;
    std::size_t offset = 0;
    if (!cut_row(offset, fields, fault, field))
        return bad_data(fault.empty() ? "there is no row in it" : fault, place(0, field),
                        "give a table with a row of names and at least one row");
    if (fields.size() < 2 && !narrow)
        return bad_data("there is only one column", place(0, 0), "give a table with an id and more columns");
    for (std::size_t c = 0; c < fields.size(); ++c)
        columns_.push_back(style_.header ? fields[c].text() : fmt::format("column {}", c + 1));
    repeated_ = make_distinct(columns_);
    body_ = style_.header ? offset : 0;
    return {};
}

Status Table::set_header(bool header) {
    style_.header = header;
    columns_.clear();
    repeated_.clear();
    return read_header(true);
}

bool Table::cut_row(std::size_t& offset, std::vector<Field>& fields, std::string& fault, std::size_t& field) const {
    const std::string_view content = content_;
    if (style_.separator.size() == 1) {
        RecordReader reader(content, style_.separator.front(), style_.quotes, offset);
        const bool read = reader.next(fields);
        offset = read ? reader.offset() : reader.record_offset();
        fault = reader.fault();
        field = std::max<std::size_t>(reader.field(), 1) - 1;
        return read;
    }
    fields.clear();
    while (offset < content.size()) {
        const auto end = std::min(content.find('\n', offset), content.size());
        auto line = content.substr(offset, end - offset);
        offset = std::min(end + 1, content.size());
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        if (line.empty())
            continue;
        while (true) {
            const auto cut = line.find(style_.separator);
            fields.push_back({line.substr(0, cut), false});
            if (cut == std::string_view::npos)
                return true;
            line.remove_prefix(cut + style_.separator.size());
        }
    }
    return false;
}

Result<bool> Table::next(std::size_t& offset, std::vector<Field>& fields) const {
    std::string fault;
    std::size_t field = 0;
    if (!cut_row(offset, fields, fault, field)) {
        if (fault.empty())
            return false;
        return bad_data(fault, place(offset, field), "close the quote, or double the quotes inside the text");
    }
    if (fields.size() != columns_.size()) {
        const auto row = static_cast<std::size_t>(fields.front().raw.data() - content_.data());
        return bad_data(fmt::format("this row has {} columns, the {} {}", fields.size(),
                                    has_header() ? "header" : "first row", columns_.size()),
                        place(row, std::min(fields.size(), columns_.size()) - 1), "correct the row or the separator");
    }
    const auto longest =
        std::find_if(fields.begin(), fields.end(), [](const Field& cell) { return cell.raw.size() > max_field_bytes; });
    if (longest != fields.end()) {
        const auto row = static_cast<std::size_t>(fields.front().raw.data() - content_.data());
        return bad_data("the cell is longer than 1 MiB", place(row, static_cast<std::size_t>(longest - fields.begin())),
                        "check the separator and the quotes");
    }
    return true;
}

Status Table::for_rows(const std::function<Status(const std::vector<Field>&, std::size_t)>& each) const {
    std::vector<Field> fields;
    std::size_t offset = body_;
    while (true) {
        const auto start = offset;
        const auto read = next(offset, fields);
        if (!read)
            return fail(read.error());
        if (!*read)
            return {};
        if (auto status = each(fields, start); !status)
            return status;
    }
}

std::string Table::place(std::size_t offset, std::size_t field) const {
    // An offset may stand before blank lines.
    while (offset < content_.size() && (content_[offset] == '\n' || content_[offset] == '\r'))
        ++offset;
    const auto end = content_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, content_.size()));
    return fmt::format("{}:{}:{}", name_, 1 + std::count(content_.begin(), end, '\n'), field + 1);
}

std::vector<std::string> make_distinct(std::vector<std::string>& names) {
    std::vector<std::string> repeated;
    std::unordered_set<std::string> taken;
    std::unordered_map<std::string, int> last; // the number of a name's last twin: the next one starts behind it
    for (auto& name : names) {
        if (taken.insert(name).second)
            continue;
        auto& n = last.try_emplace(name, 1).first->second;
        auto distinct = name;
        while (!taken.insert(distinct).second)
            distinct = fmt::format("{} ({})", name, ++n);
        repeated.push_back(std::exchange(name, std::move(distinct)));
    }
    return repeated;
}

std::string_view cell_text(const Field& field, std::string& room) {
    if (!field.doubled)
        return field.raw;
    room = field.text();
    return room;
}

bool is_missing_cell(std::string_view text) {
    if (text.size() > 4)
        return false;
    if (text.empty() || text == "\\N")
        return true;
    constexpr std::array<std::string_view, 5> words{"NA", "N/A", "NULL", "NONE", "NAN"};
    return std::any_of(words.begin(), words.end(), [&](auto word) { return same_letters(text, word); });
}

IdTable table_of(const StringColumn& ids) {
    IdTable out;
    for (std::size_t i = 0; i < ids.size(); ++i)
        out.index_of(ids[i]);
    return out;
}

} // namespace tastebench
