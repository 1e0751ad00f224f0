// The whole content of a text file: mapped where it is plain, inflated where it is gzip.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace tastebench {

/// Inflated content may be this large at most, whatever the file claims.
inline constexpr std::uint64_t max_inflated_bytes = std::uint64_t{16} << 30;

class TextFile {
  public:
    /// Errors: missing, a folder, not readable, empty, a damaged or cut gzip. `limit` > 0: only about the first so
    /// many bytes, and a cut after them is none.
    static Result<TextFile> open(const std::filesystem::path& file, std::size_t limit = 0);
    ~TextFile();
    TextFile(TextFile&& other) noexcept;
    TextFile& operator=(TextFile&& other) noexcept;
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;

    /// Without a byte-order mark.
    std::string_view content() const { return content_; }
    const std::string& name() const { return name_; }
    /// "FILE:LINE:COLUMN" of a byte; column = 1-based field.
    std::string place(std::size_t offset, std::size_t field) const;

  private:
    TextFile() = default;
    Status inflate_all(std::size_t limit);
    std::string name_;
    std::string_view content_;
    std::string inflated_;
    const char* mapped_ = nullptr;
    std::size_t mapped_size_ = 0;
};

/// The offset of the first byte that is no valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

} // namespace tastebench
