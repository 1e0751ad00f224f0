// Text of one row a line, for the formats that know no quotes.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fast_float/fast_float.h>

namespace tastebench {

/// Takes a line off the text, without its end (LF or CRLF).
inline std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return line;
}

inline bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

inline bool is_blank(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return is_blank(c); });
}

/// Calls body(line, offset) for every line that is not blank; offset is the line's first byte in the stretch.
template <typename Body>
void for_each_line(std::string_view stretch, const Body& body) {
    auto rest = stretch;
    while (!rest.empty()) {
        const auto offset = stretch.size() - rest.size();
        if (const auto line = take_line(rest); !is_blank(line))
            body(line, offset);
    }
}

/// The first lines that are not blank.
inline std::vector<std::string_view> first_lines(std::string_view text, std::size_t most) {
    std::vector<std::string_view> out;
    while (!text.empty() && out.size() < most)
        if (const auto line = take_line(text); !is_blank(line))
            out.push_back(line);
    return out;
}

/// Whether nine of ten lines pass: a format is known in spite of a bad row.
template <typename Test>
bool nearly_all(const std::vector<std::string_view>& lines, const Test& passes) {
    const auto good = static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), passes));
    return !lines.empty() && good * 10 >= lines.size() * 9;
}

/// Takes the next word off a line, past blanks and tabs; empty at the end.
inline std::string_view take_word(std::string_view& line) {
    std::size_t begin = 0;
    while (begin < line.size() && is_blank(line[begin]))
        ++begin;
    std::size_t end = begin;
    while (end < line.size() && !is_blank(line[end]))
        ++end;
    const auto word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

/// The text up to `separator`, which is taken off with it; all of it where there is none.
inline std::string_view take_until(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// Cuts a line at every `separator`.
inline void split_line(std::string_view line, char separator, std::vector<std::string_view>& fields) {
    fields.clear();
    while (true) {
        const auto end = line.find(separator);
        fields.push_back(line.substr(0, end));
        if (end == std::string_view::npos)
            return;
        line.remove_prefix(end + 1);
    }
}

/// Rows of cells for a form.
inline std::vector<std::vector<std::string>> cells_of(std::string_view text, std::size_t most, char separator) {
    std::vector<std::vector<std::string>> out;
    std::vector<std::string_view> fields;
    for (const auto line : first_lines(text, most)) {
        split_line(line, separator, fields);
        auto& row = out.emplace_back();
        for (const auto field : fields)
            row.emplace_back(field.substr(0, 200));
    }
    return out;
}

inline bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// All of the text, and finite.
inline bool parse_double(std::string_view text, double& number) {
    const auto* end = text.data() + text.size();
    const auto [stop, code] = fast_float::from_chars(text.data(), end, number);
    return code == std::errc() && stop == end && std::isfinite(number);
}

} // namespace tastebench
