// Encodings: guessed, and decoded to UTF-8 while reading.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <iconv.h>
#include <uchardet.h>

#include "core/data/import/input.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_utf8(const std::string& encoding) {
    return encoding == "UTF-8" || encoding == "UTF8" || encoding == "utf-8" || encoding == "utf8" ||
           encoding == "ASCII";
}

/// Takes the byte-order mark off the first bytes of a UTF-8 text.
class MarkedStream final : public ByteStream {
  public:
    explicit MarkedStream(std::unique_ptr<ByteStream> inner) : inner_(std::move(inner)) {}
    Result<std::size_t> read(std::span<char> out) override {
        if (!begun_) {
            begun_ = true;
            held_.resize(byte_order_mark.size());
            std::size_t n = 0;
            while (n < held_.size()) {
                auto more = inner_->read(std::span(held_).subspan(n));
                if (!more)
                    return more;
                if (*more == 0)
                    break;
                n += *more;
            }
            held_.resize(n);
            if (held_ == byte_order_mark)
                held_.clear();
        }
        if (held_.empty())
            return inner_->read(out);
        const auto n = std::min(held_.size(), out.size());
        std::copy_n(held_.begin(), n, out.begin());
        held_.erase(0, n);
        return n;
    }
    std::uint64_t taken() const override { return inner_->taken(); }

  private:
    std::unique_ptr<ByteStream> inner_;
    std::string held_;
    bool begun_ = false;
};

class DecodedStream final : public ByteStream {
  public:
    DecodedStream(std::unique_ptr<ByteStream> inner, iconv_t converter, std::string name, std::string encoding)
        : inner_(std::move(inner)), converter_(converter), name_(std::move(name)), encoding_(std::move(encoding)) {}
    ~DecodedStream() override { iconv_close(converter_); }
    DecodedStream(const DecodedStream&) = delete;
    DecodedStream& operator=(const DecodedStream&) = delete;

    Result<std::size_t> read(std::span<char> out) override {
        while (at_ == decoded_.size()) {
            if (ended_ && raw_.empty())
                return std::size_t{0};
            if (auto status = decode(); !status)
                return fail(status.error());
        }
        const auto n = std::min(out.size(), decoded_.size() - at_);
        std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin());
        at_ += n;
        return n;
    }
    std::uint64_t taken() const override { return inner_->taken(); }

  private:
    /// Decodes the next bytes; what is decoded may be empty where a character is not complete yet.
    Status decode() {
        constexpr std::size_t block = 1 << 16;
        if (!ended_ && raw_.size() < block) {
            const auto had = raw_.size();
            raw_.resize(had + block);
            auto more = inner_->read(std::span(raw_).subspan(had));
            if (!more)
                return fail(more.error());
            raw_.resize(had + *more);
            ended_ = *more == 0;
        }
        decoded_.resize(2 * block);
        char* from = raw_.data();
        std::size_t left = raw_.size();
        char* to = decoded_.data();
        std::size_t room = decoded_.size();
        const auto done = iconv(converter_, &from, &left, &to, &room);
        const int problem = done == static_cast<std::size_t>(-1) ? errno : 0;
        raw_.erase(0, raw_.size() - left);
        decoded_.resize(decoded_.size() - room);
        at_ = 0;
        if (decoded_.empty() && (problem == EILSEQ || (problem == EINVAL && ended_)))
            return bad_data(fmt::format("the text is not {}", encoding_), name_, "choose another encoding");
        return {};
    }

    std::unique_ptr<ByteStream> inner_;
    iconv_t converter_;
    std::string name_, encoding_, raw_, decoded_;
    std::size_t at_ = 0;
    bool ended_ = false;
};

Result<std::string> read_up_to(ByteStream& stream, std::size_t limit) {
    std::string out;
    std::size_t filled = 0;
    while (filled < limit) {
        if (filled == out.size())
            out.resize(std::min(limit, std::max<std::size_t>(1 << 16, out.size() * 2)));
        auto n = stream.read(std::span(out).subspan(filled));
        if (!n)
            return fail(n.error());
        if (*n == 0)
            break;
        filled += *n;
    }
    out.resize(filled);
    return out;
}

/// Without a character that the limit has cut in two.
std::string_view whole_characters(std::string_view text) {
    for (std::size_t back = 1; back <= 4 && back <= text.size(); ++back) {
        const auto c = static_cast<unsigned char>(text[text.size() - back]);
        if ((c & 0xC0U) == 0x80U)
            continue;
        const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return length > back ? text.substr(0, text.size() - back) : text;
    }
    return text;
}

} // namespace

std::string guess_encoding(std::string_view head) {
    if (head.starts_with("\xFF\xFE"))
        return "UTF-16LE";
    if (head.starts_with("\xFE\xFF"))
        return "UTF-16BE";
    if (find_invalid_utf8(whole_characters(head)) == std::string_view::npos)
        return "UTF-8";
    uchardet_t detector = uchardet_new();
    std::string found;
    if (uchardet_handle_data(detector, head.data(), head.size()) == 0) {
        uchardet_data_end(detector);
        found = uchardet_get_charset(detector);
    }
    uchardet_delete(detector);
    // Bytes that are no UTF-8 cannot be what it is, and a guess that iconv does not know helps nobody.
    if (found.empty() || is_utf8(found))
        return "WINDOWS-1252";
    const auto converter = iconv_open("UTF-8", found.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1))
        return "WINDOWS-1252";
    iconv_close(converter);
    return found;
}

Result<std::unique_ptr<ByteStream>> open_text(const Input& input, const std::string& encoding, ByteHasher* hasher) {
    auto bytes = open_bytes(input, hasher);
    if (!bytes)
        return bytes;
    if (encoding.empty() || is_utf8(encoding))
        return std::unique_ptr<ByteStream>(std::make_unique<MarkedStream>(std::move(*bytes)));
    const auto converter = iconv_open("UTF-8", encoding.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1))
        return usage_error(fmt::format("there is no encoding '{}'", encoding), "encoding",
                           "give a name such as UTF-8, ISO-8859-1, WINDOWS-1252 or UTF-16");
    // The mark of a UTF-16 text becomes one in UTF-8.
    return std::unique_ptr<ByteStream>(std::make_unique<MarkedStream>(
        std::make_unique<DecodedStream>(std::move(*bytes), converter, input.shown(), encoding)));
}

Result<Head> read_head(const Input& input, const std::string& encoding, std::size_t limit) {
    Head out;
    out.encoding = encoding;
    if (out.encoding.empty()) {
        auto bytes = open_bytes(input);
        if (!bytes)
            return fail(bytes.error());
        auto raw = read_up_to(**bytes, limit);
        if (!raw)
            return fail(raw.error());
        out.encoding = guess_encoding(*raw);
    }
    auto stream = open_text(input, out.encoding);
    if (!stream)
        return fail(stream.error());
    auto text = read_up_to(**stream, limit + 1);
    if (!text)
        return fail(text.error());
    out.whole = text->size() <= limit;
    out.text = std::move(*text);
    if (out.text.empty())
        return bad_data("the file is empty", input.shown(), "give a file with at least one row");
    if (out.text.find('\n') == std::string::npos && out.text.find('\r') != std::string::npos &&
        out.text.find('\r') + 1 < out.text.size())
        return bad_data("the lines end in carriage returns alone, as on old Macs", input.shown() + ":1:1",
                        "save the file with line feeds, or with both");
    if (!out.whole)
        out.text.resize(std::min(limit, out.text.rfind('\n', limit - 1) + 1));
    if (out.text.empty())
        return bad_data("there is no line end among the first bytes", input.shown(),
                        "check whether this is a text file of rows");
    return out;
}

Result<std::string> read_whole(const Input& input, const std::string& encoding, std::size_t limit) {
    auto head = read_head(input, encoding);
    if (!head)
        return fail(head.error());
    if (head->whole)
        return std::move(head->text);
    auto stream = open_text(input, head->encoding);
    if (!stream)
        return fail(stream.error());
    auto text = read_up_to(**stream, limit + 1);
    if (text && text->size() > limit)
        return bad_data(fmt::format("the table is larger than {} MiB", limit >> 20), input.shown(),
                        "leave out the columns that are not needed");
    return text;
}

} // namespace tastebench
