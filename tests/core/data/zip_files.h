// Small files and zips in a folder of their own, imported as a user imports them.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <QTemporaryDir>

#include <archive.h>
#include <archive_entry.h>

#include "core/data/importer.h"

namespace tastebench::testing {

class ZipFiles {
  public:
    std::filesystem::path path(const std::string& name = {}) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    std::filesystem::path write(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }
    std::filesystem::path zip(const std::string& name, const std::map<std::string, std::string>& members) const {
        auto* out = archive_write_new();
        archive_write_set_format_zip(out);
        archive_write_open_filename(out, path(name).c_str());
        for (const auto& [member, content] : members) {
            auto* entry = archive_entry_new();
            archive_entry_set_pathname(entry, member.c_str());
            archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
            archive_entry_set_filetype(entry, AE_IFREG);
            archive_entry_set_perm(entry, 0644);
            archive_write_header(out, entry);
            archive_write_data(out, content.data(), content.size());
            archive_entry_free(entry);
        }
        archive_write_close(out);
        archive_write_free(out);
        return path(name);
    }

  private:
    QTemporaryDir folder_;
};

inline Result<DatasetPtr> import_with(const ImportOptions& options, ImportReport* report = nullptr) {
    const Parallel parallel(2);
    Progress progress;
    return import_dataset(options, parallel, progress, report);
}

inline Result<DatasetPtr> import_path(const std::filesystem::path& path, ImportReport* report = nullptr) {
    ImportOptions options;
    options.files = {path};
    return import_with(options, report);
}

inline const FeatureColumn* feature_named(const FeatureTable& table, const std::string& name) {
    for (const auto& column : table)
        if (column.name == name)
            return &column;
    return nullptr;
}

/// The text of a feature for an id; "?" where there is no such feature.
inline std::string feature_text(const FeatureTable& table, const IdMap& ids, const std::string& name,
                                const std::string& id) {
    const auto* column = feature_named(table, name);
    const auto at = ids.find(id);
    return column == nullptr || !at || column->texts.empty() ? "?" : std::string(column->texts[*at]);
}

inline double feature_number(const FeatureTable& table, const IdMap& ids, const std::string& name,
                             const std::string& id) {
    const auto* column = feature_named(table, name);
    const auto at = ids.find(id);
    return column == nullptr || !at || column->numbers.empty() ? -12345.0 : column->numbers[*at];
}

} // namespace tastebench::testing
