// Where bytes come from: a plain or compressed file, or a member of an archive, decoded to UTF-8.
// Nothing is ever unpacked to disk, so a member's path is only a name.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

/// One text: a file, or a member of an archive file.
struct Input {
    std::filesystem::path file;
    std::string member;        ///< empty: the file itself, which may be compressed
    std::string shown() const; ///< "ml-1m.zip#ml-1m/ratings.dat", for messages
    /// Without folders and compression endings: "ratings.dat", "ml-100k.inter".
    std::string base_name() const;
};

/// Bytes one after another. Not thread-safe.
class ByteStream {
  public:
    virtual ~ByteStream() = default;
    /// The number of bytes put into `out`, 0 at the end. Errors: damaged or cut archive, too large inflated.
    virtual Result<std::size_t> read(std::span<char> out) = 0;
    /// Bytes of the file on disk taken so far, for progress.
    virtual std::uint64_t taken() const = 0;
};

/// Inflated content may be this large at most, whatever a file claims, and this many times its size on disk.
inline constexpr std::uint64_t most_inflated_bytes = std::uint64_t{64} << 30;

/// Fingerprint of bytes (XXH3, 128 bits).
class ByteHasher {
  public:
    ByteHasher();
    ~ByteHasher();
    ByteHasher(const ByteHasher&) = delete;
    ByteHasher& operator=(const ByteHasher&) = delete;
    void add(std::span<const char> bytes);
    std::string hex() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Raw bytes, inflated. Errors: missing, a folder, not readable, empty. A plain file's bytes go to `hasher`, if there
/// is one, as they are read.
Result<std::unique_ptr<ByteStream>> open_bytes(const Input& input, ByteHasher* hasher = nullptr);
/// UTF-8 without a byte-order mark. `encoding` is a name that iconv knows; "UTF-8" passes bytes through unchecked.
Result<std::unique_ptr<ByteStream>> open_text(const Input& input, const std::string& encoding,
                                              ByteHasher* hasher = nullptr);
/// Whether the bytes are read as they lie on disk: no compression, no archive.
bool is_plain(const Input& input);

/// The encoding of a text's first bytes: by byte-order mark, UTF-8 if valid, else what uchardet says, else
/// "WINDOWS-1252".
std::string guess_encoding(std::string_view head);

/// The first `limit` bytes (or fewer, if the text ends) as UTF-8, cut after a whole line where the text goes on.
struct Head {
    std::string text;
    std::string encoding; ///< guessed, or as asked
    bool whole = false;   ///< the text ends here
};
Result<Head> read_head(const Input& input, const std::string& encoding, std::size_t limit = 1 << 18);

/// A small text read whole; at most `limit` bytes.
Result<std::string> read_whole(const Input& input, const std::string& encoding,
                               std::size_t limit = std::size_t{2} << 30);

/// What a data set is published as: the members of an archive, the files of a folder, or the files around one file.
class InputSet {
  public:
    /// `path` may be a folder, an archive, "archive#member", or a file; then its siblings belong to the set.
    static Result<InputSet> open(const std::filesystem::path& path);
    /// The file or member that the path names itself; none for a folder or an archive of several members.
    const std::optional<Input>& named() const { return named_; }
    /// All of them, folders and names that climb out ("..") left out; ascending by name.
    const std::vector<Input>& inputs() const { return inputs_; }
    /// The first whose base name is `name`, in the named one's folder first.
    std::optional<Input> find(std::string_view name) const;

  private:
    std::optional<Input> named_;
    std::vector<Input> inputs_;
};

} // namespace tastebench
