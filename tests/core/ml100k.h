// MovieLens 100K and the values measured on it, for tests that compare with peers.
#pragma once

#include <fstream>

#include <nlohmann/json.hpp>

#include "core/data/importer.h"
#include "support.h"

namespace tastebench::testing {

inline std::filesystem::path ml100k_file() {
    return test_data_folder() / "ml-100k" / "ml-100k.inter.gz";
}

inline Result<DatasetPtr> load_ml100k() {
    ImportOptions options;
    options.files = {ml100k_file()};
    options.name = "ml-100k";
    const Parallel parallel(2);
    Progress progress;
    return import_dataset(options, parallel, progress);
}

inline nlohmann::json read_values(const std::string& name) {
    std::ifstream in(reference_values_folder() / name);
    return nlohmann::json::parse(in, nullptr, true, false);
}

/// The rows of a small CSV file without quotes, header left out.
inline std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::vector<std::string> cells(1);
        for (const char c : line) {
            if (c == ',')
                cells.emplace_back();
            else if (c != '\r')
                cells.back() += c;
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

} // namespace tastebench::testing
