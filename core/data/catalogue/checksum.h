// Checksums of files, as publishers give them, computed while the bytes come in or over a file on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/progress.h"
#include "core/data/catalogue/catalogue.h"

namespace tastebench {

/// One running checksum. For `none` it computes SHA-256 too, so that the user can note what came.
class Hasher {
  public:
    explicit Hasher(ChecksumKind kind);
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    void update(const char* data, std::size_t bytes);
    /// The checksum of all that came; the hasher is spent.
    Checksum finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Feeds the first `bytes` of a file. bad_data if it cannot be read or is shorter; cancelled within one block.
Status hash_file(const std::filesystem::path& path, std::uint64_t bytes, Hasher& hasher, Progress& progress);

struct FileCheck {
    std::uint64_t bytes = 0;
    Checksum checksum;    ///< as computed; SHA-256 where the publisher gives none
    bool checked = false; ///< the publisher gives a checksum, and it fits
};

/// Whether a file on disk is the published one. bad_data if its size or checksum is another.
Result<FileCheck> verify_file(const CatalogueFile& file, const std::filesystem::path& path, Progress& progress);

} // namespace tastebench
