// Archives made to be refused, and how much memory the refusal took.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "core/data/import_files.h"

namespace tastebench::testing {

/// Opens an archive to write: "zip", "7zip" and "tar" hold members; "gzip", "bzip2", "xz" and "zstd" one text.
inline archive* begin_pack(const std::string& file, const std::string& kind) {
    auto* out = archive_write_new();
    if (kind == "zip")
        archive_write_set_format_zip(out);
    else if (kind == "7zip")
        archive_write_set_format_7zip(out);
    else if (kind == "tar")
        archive_write_set_format_ustar(out);
    else
        archive_write_set_format_raw(out);
    if (kind != "zip" && kind != "7zip" && kind != "tar")
        archive_write_add_filter_by_name(out, kind.c_str());
    if (archive_write_open_filename(out, file.c_str()) != ARCHIVE_OK)
        qFatal("the test cannot write %s", file.c_str());
    return out;
}

inline void begin_member(archive* out, const std::string& name, std::size_t size) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(out, entry);
    archive_entry_free(entry);
}

inline void pack(const std::string& file, const std::string& kind,
                 const std::vector<std::pair<std::string, std::string>>& members) {
    auto* out = begin_pack(file, kind);
    for (const auto& [name, content] : members) {
        begin_member(out, name, content.size());
        archive_write_data(out, content.data(), content.size());
    }
    archive_write_close(out);
    archive_write_free(out);
}

/// `size` bytes of a row and blank lines, which every packer makes short work of.
inline void pack_bomb(const std::string& file, const std::string& kind, std::size_t size) {
    std::string block = "1,2";
    block.append((1 << 20) - block.size(), '\n');
    auto* out = begin_pack(file, kind);
    begin_member(out, "bomb.csv", size / block.size() * block.size());
    for (std::size_t done = 0; done + block.size() <= size; done += block.size())
        archive_write_data(out, block.data(), block.size());
    archive_write_close(out);
    archive_write_free(out);
}

/// Sanitizers keep what is freed for a while, and shadow the rest.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t memory_factor = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr std::size_t memory_factor = 8;
#else
inline constexpr std::size_t memory_factor = 1;
#endif
#else
inline constexpr std::size_t memory_factor = 1;
#endif

/// How far the process's memory has grown at most since this was made.
class PeakMemory {
  public:
    PeakMemory() {
        std::ofstream("/proc/self/clear_refs") << 5; // sets the peak back to what is in use
        start_ = peak();
    }
    std::size_t grown() const {
        const auto now = peak();
        return now > start_ ? now - start_ : 0;
    }

  private:
    static std::size_t peak() {
        std::ifstream in("/proc/self/status");
        for (std::string line; std::getline(in, line);)
            if (line.starts_with("VmHWM:"))
                return std::stoul(line.substr(6)) << 10;
        qFatal("the system does not tell the memory in use");
        return 0;
    }
    std::size_t start_ = 0;
};

} // namespace tastebench::testing
