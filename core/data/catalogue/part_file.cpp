#include "core/data/catalogue/part_file.h"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tastebench {

namespace {

std::filesystem::path part_of(const std::filesystem::path& file) {
    auto out = file;
    out += ".part";
    return out;
}

/// Whether the name still stands for the open file: another program may have finished it before we held it.
bool still_named(int descriptor, const std::filesystem::path& path) {
    struct stat open_file {};
    struct stat named {};
    return fstat(descriptor, &open_file) == 0 && stat(path.c_str(), &named) == 0 && open_file.st_ino == named.st_ino &&
           open_file.st_dev == named.st_dev;
}

} // namespace

PartFile::~PartFile() {
    if (descriptor_ >= 0)
        close(descriptor_);
}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_),
      tag_(std::move(other.tag_)) {}

PartFile& PartFile::operator=(PartFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(bytes_, other.bytes_);
    std::swap(tag_, other.tag_);
    return *this;
}

Result<PartFile> PartFile::open(const std::filesystem::path& file) {
    PartFile out;
    out.path_ = part_of(file);
    std::error_code failed;
    if (file.has_parent_path())
        std::filesystem::create_directories(file.parent_path(), failed);
    if (failed)
        return run_failed("the folder cannot be made: " + failed.message(), file.parent_path().string(),
                          "choose another folder");
    do {
        if (out.descriptor_ >= 0)
            close(out.descriptor_);
        out.descriptor_ = ::open(out.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (out.descriptor_ < 0)
            return out.disk_fault(errno);
        if (flock(out.descriptor_, LOCK_EX | LOCK_NB) != 0)
            return run_failed("another program is downloading this file already", file.string(),
                              "wait until it is done, or choose another folder");
    } while (!still_named(out.descriptor_, out.path_));
    const auto end = lseek(out.descriptor_, 0, SEEK_END);
    if (end < 0)
        return out.disk_fault(errno);
    out.bytes_ = static_cast<std::uint64_t>(end);
    out.tag_ = out.read_tag();
    return out;
}

std::uint64_t PartFile::left_by(const std::filesystem::path& file) {
    PartFile part;
    part.path_ = part_of(file);
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(part.path_, failed);
    return failed || part.read_tag().validator.empty() ? 0 : bytes;
}

std::filesystem::path PartFile::tag_path() const {
    auto out = path_;
    out += ".tag";
    return out;
}

PartFile::Tag PartFile::read_tag() const {
    Tag out;
    std::ifstream in(tag_path());
    std::getline(in, out.url);
    std::getline(in, out.validator);
    return out;
}

tl::unexpected<Error> PartFile::disk_fault(int code) const {
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return run_failed(fmt::format("{}: {}", full ? "there is no room left for the file" : "the file cannot be written",
                                  std::generic_category().message(code)),
                      path_.string(),
                      full ? "make room and start it again: it goes on where it stopped, or choose another folder"
                           : "choose a folder that you may write to");
}

Status PartFile::restart() {
    tag_ = {};
    std::error_code ignored;
    std::filesystem::remove(tag_path(), ignored);
    if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0)
        return disk_fault(errno);
    bytes_ = 0;
    return {};
}

Status PartFile::set_tag(const Tag& tag) {
    tag_ = tag;
    if (tag.validator.empty())
        return {};
    std::ofstream out(tag_path(), std::ios::trunc);
    out << tag.url << '\n' << tag.validator << '\n';
    out.flush();
    return out ? Status() : Status(disk_fault(ENOSPC));
}

Status PartFile::append(const char* data, std::size_t bytes) {
    while (bytes > 0) {
        const auto written = write(descriptor_, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return disk_fault(errno);
        data += written;
        bytes -= static_cast<std::size_t>(written);
        bytes_ += static_cast<std::uint64_t>(written);
    }
    return {};
}

Status PartFile::check_room(std::uint64_t bytes) const {
    std::error_code failed;
    const auto space = std::filesystem::space(path_.parent_path().empty() ? "." : path_.parent_path(), failed);
    if (failed || space.available >= bytes)
        return {};
    return run_failed(fmt::format("the disk has room for {} bytes, but {} are to come", space.available, bytes),
                      path_.string(), "make room, or choose another folder");
}

void PartFile::remove() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    std::filesystem::remove(tag_path(), ignored);
}

Status PartFile::become(const std::filesystem::path& file) {
    if (fsync(descriptor_) != 0)
        return disk_fault(errno);
    std::error_code failed;
    std::filesystem::rename(path_, file, failed);
    if (failed)
        return run_failed("the complete file cannot be given its name: " + failed.message(), file.string(),
                          "choose another folder");
    std::filesystem::remove(tag_path(), failed);
    return {};
}

} // namespace tastebench
