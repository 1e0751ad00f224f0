#include "core/data/catalogue/catalogue.h"

#include <fmt/format.h>

#include "core/base/parameters.h"
#include "core/data/catalogue/entries.h"

namespace tastebench {

namespace {

/// "data.zip#inner.csv", as the importer names a file in an archive.
std::filesystem::path path_of(const CataloguePart& part, const std::vector<std::filesystem::path>& files) {
    std::filesystem::path out = files.at(part.file);
    if (!part.member.empty())
        out += "#" + part.member;
    return out;
}

std::string name_in_url(const std::string& url) {
    return url.substr(url.rfind('/') + 1);
}

bool bears_name(const CatalogueFile& file, const std::filesystem::path& path) {
    const auto name = path.filename().string();
    return name == file.name || (!file.url.empty() && name == name_in_url(file.url));
}

std::string wanted_names(const CatalogueEntry& entry) {
    std::vector<std::string> names;
    names.reserve(entry.files.size());
    for (const auto& file : entry.files)
        names.push_back(file.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Result<std::vector<std::filesystem::path>> from_folder(const CatalogueEntry& entry,
                                                       const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> out;
    for (const auto& file : entry.files) {
        std::error_code ignored;
        const auto by_catalogue = folder / file.name;
        const auto by_publisher = folder / name_in_url(file.url.empty() ? file.name : file.url);
        const auto& path = std::filesystem::exists(by_catalogue, ignored) ? by_catalogue : by_publisher;
        if (!std::filesystem::exists(path, ignored))
            return usage_error(fmt::format("there is no {} in this folder", file.name), folder.string(),
                               fmt::format("{} is made of {}", entry.title, wanted_names(entry)));
        out.push_back(path);
    }
    return out;
}

} // namespace

std::string to_text(const Checksum& checksum) {
    switch (checksum.kind) {
    case ChecksumKind::none:
        break;
    case ChecksumKind::md5:
        return "MD5 " + checksum.hex;
    case ChecksumKind::sha256:
        return "SHA-256 " + checksum.hex;
    }
    return "none";
}

std::uint64_t CatalogueEntry::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& file : files) {
        if (file.bytes == 0)
            return 0;
        sum += file.bytes;
    }
    return sum;
}

const std::vector<CatalogueEntry>& catalogue() {
    static const std::vector<CatalogueEntry> entries = [] {
        auto list = movielens_entries();
        for (auto part : {listening_entries(), graph_entries(), click_entries()})
            for (auto& entry : part)
                list.push_back(std::move(entry));
        return list;
    }();
    return entries;
}

Result<const CatalogueEntry*> find_catalogue_entry(std::string_view id) {
    std::vector<std::string> ids;
    for (const auto& entry : catalogue()) {
        if (entry.id == id)
            return &entry;
        ids.push_back(entry.id);
    }
    const auto guess = nearest(id, ids);
    return usage_error(fmt::format("there is no '{}' in the catalogue", id), "NAME",
                       guess.empty() ? fmt::format("it holds {}", fmt::join(ids, ", "))
                                     : fmt::format("did you mean '{}'?", guess));
}

ImportOptions import_options(const CatalogueEntry& entry, const std::vector<std::filesystem::path>& files) {
    ImportOptions out;
    out.name = entry.id;
    out.format = entry.import.format;
    for (const auto& part : entry.import.train)
        out.files.push_back(path_of(part, files));
    for (const auto& part : entry.import.test)
        out.test_files.push_back(path_of(part, files));
    out.separator = entry.import.separator;
    out.header = entry.import.header;
    out.user = entry.import.user;
    out.item = entry.import.item;
    out.value = entry.import.value;
    out.time = entry.import.time;
    return out;
}

Result<std::vector<std::filesystem::path>> match_files(const CatalogueEntry& entry,
                                                       const std::vector<std::filesystem::path>& given) {
    std::error_code ignored;
    if (given.size() == 1 && std::filesystem::is_directory(given.front(), ignored))
        return from_folder(entry, given.front());
    if (given.size() != entry.files.size())
        return usage_error(fmt::format("{} is made of {} file{}, not {}", entry.title, entry.files.size(),
                                       entry.files.size() == 1 ? "" : "s", given.size()),
                           "--from", fmt::format("give {}, or the folder that holds them", wanted_names(entry)));
    std::vector<std::filesystem::path> by_name;
    for (const auto& file : entry.files)
        for (const auto& path : given)
            if (bears_name(file, path)) {
                by_name.push_back(path);
                break;
            }
    return by_name.size() == given.size() ? by_name : given;
}

} // namespace tastebench
