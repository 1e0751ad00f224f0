// What every test may need: the shared data and reference values, which may be absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

/// The folder of real data sets: TASTEBENCH_DATA, or ../shared/data beside the checkout.
inline std::filesystem::path test_data_folder() {
    if (const char* set = std::getenv("TASTEBENCH_DATA"))
        return set;
    return std::filesystem::path(TASTEBENCH_SHARED_DEFAULT) / "data";
}

/// The folder of values measured from peers: TASTEBENCH_VALUES, or beside the data.
inline std::filesystem::path reference_values_folder() {
    if (const char* set = std::getenv("TASTEBENCH_VALUES"))
        return set;
    return test_data_folder().parent_path() / "reference" / "values";
}

/// Skips the test, by name of what is missing, where a file is absent.
#define REQUIRE_FILE(wanted)                                                                                           \
    do {                                                                                                               \
        const std::filesystem::path required_ = (wanted);                                                              \
        if (!std::filesystem::exists(required_))                                                                       \
            QSKIP(("not found: " + required_.string()).c_str());                                                       \
    } while (false)
