// A file that is still growing: FILE.part, and FILE.part.tag which says of what. Held by one program at a time.
// For download.cpp only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace tastebench {

class PartFile {
  public:
    /// What the bytes are the beginning of; kept beside them.
    struct Tag {
        std::string url;
        std::string validator; ///< the server's word for this very version; empty: the part cannot be gone on with
    };

    PartFile() = default;
    ~PartFile();
    PartFile(PartFile&& other) noexcept;
    PartFile& operator=(PartFile&& other) noexcept;

    /// Makes the folder if need be. failed: not writable, or another program is downloading the same file.
    static Result<PartFile> open(const std::filesystem::path& file);
    /// Bytes of a part that can be gone on with; 0 if there is none.
    static std::uint64_t left_by(const std::filesystem::path& file);

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t bytes() const { return bytes_; }
    const Tag& tag() const { return tag_; }

    Status restart();               ///< drops all bytes and the tag
    Status set_tag(const Tag& tag); ///< before the first byte
    Status append(const char* data, std::size_t bytes);
    Status check_room(std::uint64_t bytes) const; ///< failed if the disk has less than that left
    void remove();
    /// Written out, then renamed in one step.
    Status become(const std::filesystem::path& file);

  private:
    Tag read_tag() const;
    std::filesystem::path tag_path() const;
    tl::unexpected<Error> disk_fault(int code) const;

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t bytes_ = 0;
    Tag tag_;
};

} // namespace tastebench
