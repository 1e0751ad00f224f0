#include "core/data/import/chunker.h"

#include <algorithm>

namespace tastebench {

namespace {

/// Fixed, so that what is read at once does not depend on the number of threads.
constexpr std::size_t stretch_bytes = 4 << 20;
constexpr std::size_t longest_row = 64 << 20;

} // namespace

Chunker::Chunker(std::unique_ptr<ByteStream> stream, std::size_t skip, bool quotes)
    : stream_(std::move(stream)), skip_(skip), quotes_(quotes) {}

Status Chunker::fill(std::string& text, std::size_t size) {
    constexpr std::size_t first_bytes = 1 << 16;
    auto filled = text.size();
    while (filled < size && !ended_) {
        // Room grows with what comes, so that a small file takes little; a buffer that has been full is kept.
        if (filled == text.size())
            text.resize(text.capacity() >= size ? size : std::min(size, std::max(first_bytes, 2 * filled)));
        auto n = stream_->read(std::span(text).subspan(filled));
        if (!n)
            return fail(n.error());
        filled += *n;
        ended_ = *n == 0;
    }
    text.resize(filled);
    return {};
}

/// The length of the rows that end in this text; 0 if none does.
std::size_t Chunker::whole_rows(std::string_view text) const {
    auto end = text.rfind('\n');
    if (end == std::string_view::npos)
        return 0;
    if (!quotes_ || text.find('"') == std::string_view::npos)
        return end + 1;
    // An odd number of quotes before a line end: it stands inside a quoted field.
    auto quotes = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '"');
    while (quotes % 2 != 0) {
        const auto before = text.rfind('\n', end - (end > 0 ? 1 : 0));
        if (before == std::string_view::npos || before >= end)
            return 0;
        quotes -= std::count(text.begin() + static_cast<std::ptrdiff_t>(before),
                             text.begin() + static_cast<std::ptrdiff_t>(end), '"');
        end = before;
    }
    return end + 1;
}

Result<bool> Chunker::next(Stretch& out) {
    while (skip_ > 0) {
        std::string skipped;
        if (auto status = fill(skipped, std::min(skip_, stretch_bytes)); !status)
            return fail(status.error());
        if (skipped.empty())
            return false;
        skip_ -= skipped.size();
    }
    out.text.swap(rest_);
    rest_.clear();
    std::size_t want = stretch_bytes;
    std::size_t rows = 0;
    while (true) {
        if (auto status = fill(out.text, std::max(want, out.text.size())); !status)
            return fail(status.error());
        if (out.text.empty())
            return false;
        rows = ended_ ? out.text.size() : whole_rows(out.text);
        if (rows > 0)
            break;
        if (out.text.size() >= longest_row) {
            rows = out.text.rfind('\n') + 1;
            rows = rows > 0 ? rows : out.text.size();
            break;
        }
        want = out.text.size() * 2;
    }
    rest_.assign(out.text, rows);
    out.text.resize(rows);
    out.number = number_++;
    return true;
}

} // namespace tastebench
