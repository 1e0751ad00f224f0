#include "core/data/export/table_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace tastebench {

namespace {

bool needs_quotes(std::string_view text, char separator) {
    if (text.empty())
        return false;
    if (text.front() == ' ' || text.back() == ' ')
        return true;
    for (const char c : text)
        if (c == separator || c == '"' || c == '\n' || c == '\r')
            return true;
    return false;
}

Error cannot_write(const std::filesystem::path& file) {
    return {ErrorKind::failed, fmt::format("the file cannot be written: {}", std::strerror(errno)), file.string(),
            "make room on the disk or choose another folder; nothing was kept"};
}

template <typename Number>
std::string_view digits(std::array<char, 40>& room, Number value) {
    const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
    return {room.data(), static_cast<std::size_t>(end - room.data())};
}

} // namespace

Result<std::string> styled(std::string_view text, CellStyle style) {
    if (style.quotes) {
        if (!needs_quotes(text, style.separator))
            return std::string(text);
        std::string out = "\"";
        for (const char c : text) {
            out += c;
            if (c == '"')
                out += '"';
        }
        return out + '"';
    }
    const auto found =
        std::find_if(text.begin(), text.end(), [&](char c) { return c == style.separator || c == '\n' || c == '\r'; });
    if (found != text.end())
        return bad_data(fmt::format("'{}' holds a {}, which ends a cell of RecBole's files", text.substr(0, 40),
                                    *found == style.separator ? "tab" : "line end"),
                        {}, "export as CSV, where such texts are quoted");
    return std::string(text);
}

TableFile::TableFile(const std::filesystem::path& file, CellStyle style)
    : path_(file), style_(style), descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)),
      buffer_(capacity, '\0') {
    if (descriptor_ < 0)
        keep(cannot_write(path_));
}

TableFile::~TableFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void TableFile::cell(std::string_view text) {
    if (style_.quotes && !needs_quotes(text, style_.separator))
        return plain_cell(text);
    auto ready = styled(text, style_);
    if (!ready)
        return keep({ready.error().kind, ready.error().what, path_.filename().string(), ready.error().remedy});
    plain_cell(*ready);
}

void TableFile::number(double value) {
    std::array<char, 40> room;
    plain_cell(std::isnan(value) ? std::string_view() : digits(room, value));
}

void TableFile::number(float value) {
    std::array<char, 40> room;
    plain_cell(std::isnan(value) ? std::string_view() : digits(room, value));
}

void TableFile::integer(std::int64_t value) {
    std::array<char, 40> room;
    plain_cell(digits(room, value));
}

void TableFile::end_row() {
    // A row of one empty cell would be a blank line, which readers skip.
    const bool blank = at_ == 0 ? written_ == 0 : buffer_[at_ - 1] == '\n';
    if (blank && style_.quotes)
        raw("\"\"");
    raw("\n");
    begun_ = false;
}

void TableFile::raw(std::string_view text) {
    if (at_ + text.size() > capacity)
        flush();
    while (text.size() > capacity) {
        text.copy(buffer_.data(), capacity);
        at_ = capacity;
        flush();
        text.remove_prefix(capacity);
    }
    text.copy(&buffer_[at_], text.size());
    at_ += text.size();
}

void TableFile::large(std::string_view text) {
    if (begun_)
        raw(std::string_view(&style_.separator, 1));
    raw(text);
    begun_ = true;
}

void TableFile::flush() {
    std::size_t done = 0;
    while (status_ && done < at_) {
        const auto n = ::write(descriptor_, buffer_.data() + done, at_ - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            keep(cannot_write(path_));
        else
            done += static_cast<std::size_t>(n);
    }
    written_ += at_;
    at_ = 0;
}

void TableFile::keep(Error error) {
    if (status_)
        status_ = fail(std::move(error));
}

Status TableFile::finish() {
    flush();
    if (status_ && ::fsync(descriptor_) != 0)
        keep(cannot_write(path_));
    if (descriptor_ >= 0 && ::close(descriptor_) != 0)
        keep(cannot_write(path_));
    descriptor_ = -1;
    return status_;
}

} // namespace tastebench
