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

Result<std::size_t> Chunker::fill(std::string& buffer, std::size_t filled, std::size_t size) {
    constexpr std::size_t first_bytes = 1 << 16;
    while (filled < size && !ended_) {
        // Room grows with what comes, so that a small file takes little; a buffer that has been full is kept.
        if (filled == buffer.size())
            buffer.resize(buffer.capacity() >= size ? size : std::min(size, std::max(first_bytes, 2 * filled)));
        auto n = stream_->read(std::span(buffer).subspan(filled, std::min(size, buffer.size()) - filled));
        if (!n)
            return fail(n.error());
        filled += *n;
        ended_ = *n == 0;
    }
    return filled;
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
        auto skipped = fill(out.buffer, 0, std::min(skip_, stretch_bytes));
        if (!skipped)
            return fail(skipped.error());
        if (*skipped == 0)
            return false;
        skip_ -= *skipped;
    }
    if (out.buffer.size() < rest_.size())
        out.buffer.resize(rest_.size());
    std::copy(rest_.begin(), rest_.end(), out.buffer.begin());
    auto filled = rest_.size();
    for (auto want = std::max(stretch_bytes, filled);; want = filled * 2) {
        auto more = fill(out.buffer, filled, want);
        if (!more)
            return fail(more.error());
        filled = *more;
        if (filled == 0)
            return false;
        out.text = std::string_view(out.buffer).substr(0, filled);
        auto rows = ended_ ? filled : whole_rows(out.text);
        if (rows == 0 && filled >= longest_row) {
            rows = out.text.rfind('\n') + 1;
            rows = rows > 0 ? rows : filled;
        }
        if (rows == 0)
            continue;
        rest_.assign(out.text.substr(rows));
        out.text = out.text.substr(0, rows);
        out.number = number_++;
        return true;
    }
}

} // namespace tastebench
