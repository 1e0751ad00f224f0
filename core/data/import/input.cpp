#include "core/data/import/input.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <xxhash.h>

namespace tastebench {

namespace fs = std::filesystem;

namespace {

/// More inflated bytes for each byte on disk than this is a file made to fill memory, not data: rows of ids take a tenth
/// of their size, the same row over and over with gzip, which packs least of all, a thousandth.
constexpr std::uint64_t greatest_ratio = 250;
constexpr std::array<std::string_view, 5> compressed_endings{".gz", ".zst", ".bz2", ".xz", ".zip"};

tl::unexpected<Error> cannot_open(const fs::path& file) {
    return bad_data(fmt::format("the file cannot be opened: {}", std::strerror(errno)), file.string(),
                    "check the name and whether you may read it");
}

class Descriptor {
  public:
    explicit Descriptor(const fs::path& file) : at_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (at_ >= 0)
            ::close(at_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return at_; }

  private:
    int at_;
};

/// The kinds of file that are read through libarchive; told by their first bytes, never by their names.
bool is_packed(std::string_view head) {
    constexpr std::array<std::string_view, 7> magics{"\x1F\x8B",
                                                     "\x28\xB5\x2F\xFD",
                                                     "BZh",
                                                     "\xFD"
                                                     "7zXZ",
                                                     "PK\x03\x04",
                                                     "PK\x05\x06",
                                                     "7z\xBC\xAF"};
    return std::any_of(magics.begin(), magics.end(), [&](auto magic) { return head.starts_with(magic); }) ||
           (head.size() > 262 && head.substr(257, 5) == "ustar");
}

bool is_archive(std::string_view head) {
    return head.starts_with("PK") || head.starts_with("7z\xBC\xAF") ||
           (head.size() > 262 && head.substr(257, 5) == "ustar");
}

class PlainStream final : public ByteStream {
  public:
    PlainStream(const fs::path& file, std::unique_ptr<Descriptor> descriptor, ByteHasher* hasher)
        : name_(file.string()), descriptor_(std::move(descriptor)), hasher_(hasher) {
        posix_fadvise(descriptor_->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    Result<std::size_t> read(std::span<char> out) override {
        while (true) {
            const auto n = ::read(descriptor_->get(), out.data(), out.size());
            if (n >= 0) {
                taken_ += static_cast<std::uint64_t>(n);
                if (hasher_ != nullptr)
                    hasher_->add(out.first(static_cast<std::size_t>(n)));
                return static_cast<std::size_t>(n);
            }
            if (errno != EINTR)
                return bad_data(fmt::format("the file cannot be read: {}", std::strerror(errno)), name_,
                                "copy it to a local disk and try again");
        }
    }
    std::uint64_t taken() const override { return taken_; }

  private:
    std::string name_;
    std::unique_ptr<Descriptor> descriptor_;
    ByteHasher* hasher_;
    std::uint64_t taken_ = 0;
};

struct ArchiveCloser {
    void operator()(archive* a) const { archive_read_free(a); }
};
using ArchivePtr = std::unique_ptr<archive, ArchiveCloser>;

tl::unexpected<Error> damaged(const std::string& name) {
    return bad_data("the compressed file is cut short or damaged", name, "fetch or compress it again");
}

/// Opened at its beginning. `packed_text`: compressed files that are no archives count as one member.
Result<ArchivePtr> open_archive(const fs::path& file, bool packed_text) {
    ArchivePtr a(archive_read_new());
    // These and no others: "all" takes in some that libarchive unpacks by starting another program.
    archive_read_support_filter_gzip(a.get());
    archive_read_support_filter_zstd(a.get());
    archive_read_support_filter_bzip2(a.get());
    archive_read_support_filter_xz(a.get());
    if (packed_text) {
        archive_read_support_format_raw(a.get());
    } else {
        archive_read_support_format_zip(a.get());
        archive_read_support_format_tar(a.get());
        archive_read_support_format_7zip(a.get());
    }
    if (archive_read_open_filename(a.get(), file.c_str(), 1 << 18) != ARCHIVE_OK)
        return damaged(file.string());
    return a;
}

class PackedStream final : public ByteStream {
  public:
    PackedStream(const Input& input, std::uint64_t size, ArchivePtr a)
        : name_(input.shown()), size_(size), archive_(std::move(a)) {}

    Result<std::size_t> read(std::span<char> out) override {
        const auto n = archive_read_data(archive_.get(), out.data(), out.size());
        if (n < 0)
            return damaged(name_);
        inflated_ += static_cast<std::uint64_t>(n);
        if (inflated_ > most_inflated_bytes || inflated_ / greatest_ratio > size_ + 4096)
            return bad_data("the file inflates to far more than any data set", name_,
                            "unpack it yourself and import the parts you need");
        return static_cast<std::size_t>(n);
    }
    std::uint64_t taken() const override {
        return static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(archive_.get(), -1)));
    }

  private:
    std::string name_;
    std::uint64_t size_;
    std::uint64_t inflated_ = 0;
    ArchivePtr archive_;
};

struct Opened {
    std::unique_ptr<Descriptor> descriptor;
    std::uint64_t size = 0;
    std::string head;
};

Result<Opened> open_file(const fs::path& file) {
    Opened out;
    out.descriptor = std::make_unique<Descriptor>(file);
    if (out.descriptor->get() < 0)
        return cannot_open(file);
    struct stat about {};
    if (fstat(out.descriptor->get(), &about) != 0 || !S_ISREG(about.st_mode))
        return bad_data("this is no file", file.string(), "give a data file, not a folder or device");
    if (about.st_size == 0)
        return bad_data("the file is empty", file.string(), "give a file with at least one row");
    out.size = static_cast<std::uint64_t>(about.st_size);
    out.head.resize(512);
    const auto n = ::pread(out.descriptor->get(), out.head.data(), out.head.size(), 0);
    if (n < 0)
        return cannot_open(file);
    out.head.resize(static_cast<std::size_t>(n));
    return out;
}

bool is_safe(std::string_view member) {
    if (member.empty() || member.front() == '/' || member.back() == '/')
        return false;
    return member != ".." && !member.starts_with("../") && member.find("/../") == std::string_view::npos &&
           !member.starts_with("__MACOSX/");
}

Result<std::vector<Input>> members_of(const fs::path& file) {
    auto a = open_archive(file, false);
    if (!a)
        return fail(a.error());
    std::vector<Input> out;
    archive_entry* entry = nullptr;
    constexpr std::size_t most_members = 100'000;
    int code = ARCHIVE_OK;
    while ((code = archive_read_next_header(a->get(), &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        const char* name = archive_entry_pathname(entry);
        if (name != nullptr && archive_entry_filetype(entry) == AE_IFREG && is_safe(name))
            out.push_back({file, name});
        if (out.size() > most_members)
            return bad_data("the archive has more than 100,000 files", file.string(), "unpack the one you need");
    }
    if (code != ARCHIVE_EOF)
        return damaged(file.string());
    std::sort(out.begin(), out.end(), [](const Input& a_, const Input& b_) { return a_.member < b_.member; });
    return out;
}

Result<bool> holds_members(const fs::path& file) {
    auto opened = open_file(file);
    if (!opened)
        return fail(opened.error());
    return is_archive(opened->head);
}

/// "data.zip#inner.csv" where no file has that whole name.
std::pair<fs::path, std::string> split_name(const fs::path& path) {
    std::error_code ignored;
    const auto text = path.string();
    const auto hash = text.rfind('#');
    if (hash == std::string::npos || fs::exists(path, ignored))
        return {path, {}};
    return {text.substr(0, hash), text.substr(hash + 1)};
}

} // namespace

std::string Input::shown() const {
    return member.empty() ? file.string() : file.string() + "#" + member;
}

std::string Input::base_name() const {
    fs::path name = member.empty() ? file.filename() : fs::path(member).filename();
    while (std::find(compressed_endings.begin(), compressed_endings.end(), name.extension().string()) !=
           compressed_endings.end())
        name = name.stem();
    return name.string();
}

struct ByteHasher::State {
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

ByteHasher::ByteHasher() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(state_->xxh.get());
}

ByteHasher::~ByteHasher() = default;

void ByteHasher::add(std::span<const char> bytes) {
    XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

std::string ByteHasher::hex() const {
    const auto hash = XXH3_128bits_digest(state_->xxh.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

bool is_plain(const Input& input) {
    const auto opened = open_file(input.file);
    return input.member.empty() && opened && !is_packed(opened->head);
}

Result<std::unique_ptr<ByteStream>> open_bytes(const Input& input, ByteHasher* hasher) {
    auto opened = open_file(input.file);
    if (!opened)
        return fail(opened.error());
    if (input.member.empty() && !is_packed(opened->head))
        return std::unique_ptr<ByteStream>(
            std::make_unique<PlainStream>(input.file, std::move(opened->descriptor), hasher));
    auto a = open_archive(input.file, input.member.empty() && !is_archive(opened->head));
    if (!a)
        return fail(a.error());
    archive_entry* entry = nullptr;
    while (true) {
        const int code = archive_read_next_header(a->get(), &entry);
        if (code == ARCHIVE_EOF)
            return bad_data(fmt::format("there is no '{}' in the archive", input.member), input.file.string(),
                            "choose one of its files");
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            return damaged(input.file.string());
        const char* name = archive_entry_pathname(entry);
        if (input.member.empty() || (name != nullptr && input.member == name))
            break;
    }
    if (archive_entry_is_encrypted(entry) != 0)
        return bad_data("the file in the archive is encrypted", input.shown(), "unpack it with its password first");
    return std::unique_ptr<ByteStream>(std::make_unique<PackedStream>(input, opened->size, std::move(*a)));
}

Result<InputSet> InputSet::open(const fs::path& path) {
    const auto [file, member] = split_name(path);
    InputSet out;
    std::error_code code;
    if (fs::is_directory(file, code)) {
        for (const auto& entry : fs::directory_iterator(file, code))
            if (entry.is_regular_file(code))
                out.inputs_.push_back({entry.path(), {}});
        std::sort(out.inputs_.begin(), out.inputs_.end(),
                  [](const Input& a, const Input& b) { return a.file < b.file; });
        return out;
    }
    const auto archived = holds_members(file);
    if (!archived)
        return fail(archived.error());
    if (!*archived) {
        out.named_ = Input{file, {}};
        const auto folder = file.parent_path().empty() ? fs::path(".") : file.parent_path();
        for (const auto& entry : fs::directory_iterator(folder, code))
            if (entry.is_regular_file(code))
                out.inputs_.push_back({file.parent_path() / entry.path().filename(), {}});
        std::sort(out.inputs_.begin(), out.inputs_.end(),
                  [](const Input& a, const Input& b) { return a.file < b.file; });
        return out;
    }
    auto members = members_of(file);
    if (!members)
        return fail(members.error());
    out.inputs_ = std::move(*members);
    if (out.inputs_.empty())
        return bad_data("there is no file in the archive", file.string(), "choose another archive");
    if (!member.empty()) {
        const auto found = std::find_if(out.inputs_.begin(), out.inputs_.end(),
                                        [&name = member](const Input& input) { return input.member == name; });
        if (found == out.inputs_.end())
            return bad_data(fmt::format("there is no '{}' in the archive", member), file.string(),
                            "choose one of its files");
        out.named_ = *found;
    } else if (out.inputs_.size() == 1) {
        out.named_ = out.inputs_.front();
    }
    return out;
}

std::optional<Input> InputSet::find(std::string_view name) const {
    const auto folder = named_ ? fs::path(named_->member).parent_path() : fs::path();
    std::optional<Input> other;
    for (const auto& input : inputs_) {
        if (input.base_name() != name)
            continue;
        if (!named_ || fs::path(input.member).parent_path() == folder)
            return input;
        if (!other)
            other = input;
    }
    return other;
}

} // namespace tastebench
