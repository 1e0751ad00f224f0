#include "core/data/text_file.h"

#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <zlib.h>

namespace tastebench {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_gzip(const char* bytes, std::size_t size) {
    return size >= 2 && static_cast<unsigned char>(bytes[0]) == 0x1F && static_cast<unsigned char>(bytes[1]) == 0x8B;
}

/// Ends the inflater however its scope is left.
class Inflater {
  public:
    Inflater() { ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
    ~Inflater() {
        if (ready_)
            inflateEnd(&stream_);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    z_stream& stream() { return stream_; }
    bool ready() const { return ready_; }

  private:
    z_stream stream_{};
    bool ready_ = false;
};

} // namespace

TextFile::TextFile(TextFile&& other) noexcept {
    *this = std::move(other);
}

TextFile& TextFile::operator=(TextFile&& other) noexcept {
    if (this == &other)
        return *this;
    if (mapped_ != nullptr)
        munmap(const_cast<char*>(mapped_), mapped_size_);
    const bool inflated = other.mapped_ == nullptr;
    const auto skipped = inflated ? static_cast<std::size_t>(other.content_.data() - other.inflated_.data()) : 0;
    name_ = std::move(other.name_);
    content_ = other.content_;
    inflated_ = std::move(other.inflated_);
    if (inflated)
        content_ = std::string_view(inflated_).substr(skipped, other.content_.size());
    mapped_ = std::exchange(other.mapped_, nullptr);
    mapped_size_ = std::exchange(other.mapped_size_, 0);
    other.content_ = {};
    return *this;
}

TextFile::~TextFile() {
    if (mapped_ != nullptr)
        munmap(const_cast<char*>(mapped_), mapped_size_);
}

Result<TextFile> TextFile::open(const std::filesystem::path& file, std::size_t limit) {
    TextFile out;
    out.name_ = file.string();
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return bad_data(fmt::format("the file cannot be opened: {}", std::strerror(errno)), out.name_,
                        "check the name and whether you may read it");
    struct stat about {};
    const bool known = fstat(descriptor, &about) == 0;
    if (!known || !S_ISREG(about.st_mode)) {
        close(descriptor);
        return bad_data("this is no file", out.name_, "give a data file, not a folder or device");
    }
    if (about.st_size == 0) {
        close(descriptor);
        return bad_data("the file is empty", out.name_, "give a file with a header and at least one row");
    }
    out.mapped_size_ = static_cast<std::size_t>(about.st_size);
    void* mapped = mmap(nullptr, out.mapped_size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (mapped == MAP_FAILED)
        return bad_data(fmt::format("the file cannot be read: {}", std::strerror(errno)), out.name_,
                        "copy it to a local disk and try again");
    out.mapped_ = static_cast<const char*>(mapped);
    if (is_gzip(out.mapped_, out.mapped_size_)) {
        if (auto status = out.inflate_all(limit); !status)
            return fail(status.error());
    } else {
        out.content_ = {out.mapped_, out.mapped_size_};
        if (limit > 0)
            out.content_ = out.content_.substr(0, limit);
    }
    if (out.content_.starts_with(byte_order_mark))
        out.content_.remove_prefix(byte_order_mark.size());
    if (out.content_.empty())
        return bad_data("the file is empty", out.name_, "give a file with a header and at least one row");
    return out;
}

Status TextFile::inflate_all(std::size_t limit) {
    Inflater inflater;
    auto& stream = inflater.stream();
    std::size_t at = 0;
    std::size_t filled = 0;
    int code = Z_OK;
    const auto damaged = [&] {
        return bad_data("the gzip file is cut short or damaged", name_, "fetch or compress it again");
    };
    if (!inflater.ready())
        return damaged();
    while (true) {
        if (filled == inflated_.size())
            inflated_.resize(std::max<std::size_t>(1 << 20, inflated_.size() * 2));
        const auto give = std::min<std::size_t>(mapped_size_ - at, 1U << 30);
        const auto room = std::min<std::size_t>(inflated_.size() - filled, 1U << 30);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(mapped_ + at));
        stream.avail_in = static_cast<uInt>(give);
        stream.next_out = reinterpret_cast<Bytef*>(inflated_.data() + filled);
        stream.avail_out = static_cast<uInt>(room);
        code = inflate(&stream, Z_NO_FLUSH);
        at += give - stream.avail_in;
        filled += room - stream.avail_out;
        if (filled > max_inflated_bytes)
            return bad_data("the file inflates to more than 16 GiB", name_, "unpack it and import the parts you need");
        if (limit > 0 && filled >= limit)
            break;
        if (code == Z_STREAM_END) {
            // Several members may follow one another.
            if (at >= mapped_size_ || !is_gzip(mapped_ + at, mapped_size_ - at))
                break;
            inflateReset(&stream);
        } else if (code != Z_OK || (at >= mapped_size_ && stream.avail_out > 0)) {
            return damaged();
        }
    }
    inflated_.resize(filled);
    content_ = inflated_;
    munmap(const_cast<char*>(mapped_), mapped_size_);
    mapped_ = nullptr;
    return {};
}

std::string TextFile::place(std::size_t offset, std::size_t field) const {
    const auto before = content_.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    return fmt::format("{}:{}:{}", name_, line, field);
}

std::size_t find_invalid_utf8(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t n = text.size();
    std::size_t i = 0;
    const auto follows = [&](std::size_t at) { return at < n && (bytes[at] & 0xC0U) == 0x80U; };
    while (i < n) {
        std::uint64_t eight = 0;
        while (i + 8 <= n) {
            std::memcpy(&eight, bytes + i, 8);
            if ((eight & 0x8080808080808080ULL) != 0)
                break;
            i += 8;
        }
        if (i >= n)
            break;
        const unsigned char c = bytes[i];
        if (c < 0x80) {
            ++i;
        } else if (c >= 0xC2 && c <= 0xDF && follows(i + 1)) {
            i += 2;
        } else if (c >= 0xE0 && c <= 0xEF && follows(i + 1) && follows(i + 2) && !(c == 0xE0 && bytes[i + 1] < 0xA0) &&
                   !(c == 0xED && bytes[i + 1] > 0x9F)) {
            i += 3;
        } else if (c >= 0xF0 && c <= 0xF4 && follows(i + 1) && follows(i + 2) && follows(i + 3) &&
                   !(c == 0xF0 && bytes[i + 1] < 0x90) && !(c == 0xF4 && bytes[i + 1] > 0x8F)) {
            i += 4;
        } else {
            return i;
        }
    }
    return std::string_view::npos;
}

} // namespace tastebench
