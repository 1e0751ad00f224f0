#include "core/data/catalogue/fetch.h"

#include <cstdlib>

#include <fmt/format.h>

namespace tastebench {

namespace {

std::string address_of(const CatalogueFile& file, const std::string& instead) {
    if (instead.empty())
        return file.url;
    if (!instead.ends_with('/'))
        return instead;
    return instead + (file.url.empty() ? file.name : file.url.substr(file.url.rfind('/') + 1));
}

Result<FetchedFile> fetch_file(const CatalogueFile& file, const std::filesystem::path& folder,
                               const FetchOptions& options, Progress& progress) {
    const auto path = folder / file.name;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        auto there = verify_file(file, path, progress);
        if (there)
            return FetchedFile{path, there->bytes, there->checksum, there->checked};
        if (there.error().kind == ErrorKind::cancelled)
            return fail(there.error());
        // It is not the published one: the download replaces it as soon as it is complete.
    }
    auto transfer = options.transfer;
    transfer.expected_bytes = file.bytes;
    transfer.checksum = file.checksum;
    auto got = download(address_of(file, options.url), path, transfer, progress);
    if (!got)
        return fail(got.error());
    return FetchedFile{path, got->bytes, got->checksum, got->checked};
}

Result<std::filesystem::path> folder_of(const FetchOptions& options) {
    return options.folder.empty() ? downloads_folder() : Result<std::filesystem::path>(options.folder);
}

} // namespace

Result<std::filesystem::path> downloads_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && cache[0] == '/')
        return std::filesystem::path(cache) / "tastebench" / "downloads";
    if (const char* home = std::getenv("HOME"); home != nullptr && home[0] != '\0')
        return std::filesystem::path(home) / ".cache" / "tastebench" / "downloads";
    return usage_error("there is no place for downloads: neither XDG_CACHE_HOME nor HOME is set", {},
                       "name a folder with --folder");
}

Result<std::vector<FetchedFile>> fetch(const CatalogueEntry& entry, const FetchOptions& options, Progress& progress) {
    if (entry.manual && options.url.empty())
        return usage_error(entry.title + " cannot be downloaded from here", entry.id, entry.how_to_get);
    if (entry.files.size() > 1 && !options.url.empty() && !options.url.ends_with('/'))
        return usage_error(fmt::format("{} is made of {} files", entry.title, entry.files.size()), options.url,
                           "give the address of the folder that holds them, ending with /");
    auto folder = folder_of(options);
    if (!folder)
        return fail(folder.error());
    std::vector<FetchedFile> out;
    for (const auto& file : entry.files) {
        auto got = fetch_file(file, *folder, options, progress);
        if (!got)
            return fail(got.error());
        out.push_back(std::move(*got));
    }
    return out;
}

Result<std::vector<FetchedFile>> take_files(const CatalogueEntry& entry,
                                            const std::vector<std::filesystem::path>& given, Progress& progress) {
    auto paths = match_files(entry, given);
    if (!paths)
        return fail(paths.error());
    std::vector<FetchedFile> out;
    for (std::size_t i = 0; i < paths->size(); ++i) {
        auto check = verify_file(entry.files[i], (*paths)[i], progress);
        if (!check)
            return fail(check.error());
        out.push_back({(*paths)[i], check->bytes, check->checksum, check->checked});
    }
    return out;
}

std::uint64_t left_over(const CatalogueEntry& entry, const std::filesystem::path& folder) {
    std::uint64_t sum = 0;
    for (const auto& file : entry.files)
        sum += part_bytes(folder / file.name);
    return sum;
}

std::string check_sentence(const std::vector<FetchedFile>& files) {
    const auto unchecked =
        std::find_if(files.begin(), files.end(), [](const FetchedFile& file) { return !file.checked; });
    if (unchecked == files.end())
        return "size and checksum are the published ones";
    return fmt::format("the publisher gives no checksum; {} has {}", unchecked->path.filename().string(),
                       to_text(unchecked->checksum));
}

std::vector<std::filesystem::path> paths_of(const std::vector<FetchedFile>& files) {
    std::vector<std::filesystem::path> out;
    out.reserve(files.size());
    for (const auto& file : files)
        out.push_back(file.path);
    return out;
}

} // namespace tastebench
