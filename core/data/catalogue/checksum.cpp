#include "core/data/catalogue/checksum.h"

#include <fstream>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace tastebench {

namespace {

constexpr std::size_t block_bytes = 1 << 20;

/// Like `context`, freed by OpenSSL's own function.
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

} // namespace

struct Hasher::State {
    std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
    ChecksumKind kind;
    bool good = true; ///< a system may forbid MD5; then the checksum stays empty and never fits
};

Hasher::Hasher(ChecksumKind kind) : state_(std::make_unique<State>()) {
    state_->kind = kind == ChecksumKind::md5 ? ChecksumKind::md5 : ChecksumKind::sha256;
    const auto* digest = kind == ChecksumKind::md5 ? EVP_md5() : EVP_sha256();
    state_->good = state_->context && EVP_DigestInit_ex(state_->context.get(), digest, nullptr) == 1;
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(const char* data, std::size_t bytes) {
    state_->good = state_->good && EVP_DigestUpdate(state_->context.get(), data, bytes) == 1;
}

Checksum Hasher::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    Checksum out{state_->kind, {}};
    if (!state_->good || EVP_DigestFinal_ex(state_->context.get(), digest.data(), &length) != 1)
        return out;
    for (unsigned int i = 0; i < length; ++i)
        out.hex += fmt::format("{:02x}", digest[i]);
    return out;
}

Status hash_file(const std::filesystem::path& path, std::uint64_t bytes, Hasher& hasher, Progress& progress) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return bad_data("the file cannot be read", path.string(), "check that it exists and may be read");
    std::string block(block_bytes, '\0');
    std::uint64_t done = 0;
    while (done < bytes) {
        if (progress.cancelled())
            return cancelled_error();
        const auto wanted = std::min<std::uint64_t>(block.size(), bytes - done);
        in.read(block.data(), static_cast<std::streamsize>(wanted));
        const auto came = static_cast<std::size_t>(in.gcount());
        hasher.update(block.data(), came);
        done += came;
        progress.set_done(done);
        if (came < wanted)
            return bad_data(fmt::format("the file ends after {} bytes", done), path.string(),
                            "check the disk, and that no other program changes the file");
    }
    return {};
}

Result<FileCheck> verify_file(const CatalogueFile& file, const std::filesystem::path& path, Progress& progress) {
    std::error_code failed;
    FileCheck out;
    if (!std::filesystem::is_regular_file(path, failed))
        return bad_data("there is no such file", path.string(), "check the path");
    out.bytes = std::filesystem::file_size(path, failed);
    if (failed)
        return bad_data("the file cannot be read: " + failed.message(), path.string(), "check that it may be read");
    if (file.bytes != 0 && out.bytes != file.bytes)
        return bad_data(fmt::format("the file has {} bytes, but {} has {}", out.bytes, file.name, file.bytes),
                        path.string(), "it is another file or not complete: get it again");
    progress.begin_bytes("Checking " + file.name, out.bytes);
    Hasher hasher(file.checksum.kind);
    if (auto status = hash_file(path, out.bytes, hasher, progress); !status)
        return fail(status.error());
    out.checksum = hasher.finish();
    if (file.checksum.kind == ChecksumKind::none)
        return out;
    if (out.checksum.hex != file.checksum.hex)
        return bad_data(fmt::format("the file's checksum is {}, but {} has {}", to_text(out.checksum), file.name,
                                    to_text(file.checksum)),
                        path.string(),
                        "it is damaged or another version; if you trust it, import it as a file of your own");
    out.checked = true;
    return out;
}

} // namespace tastebench
