// Any bytes as an interaction file: a data set or an error with place and remedy, never a crash.
#include <cstdlib>
#include <fstream>
#include <string>

#include <unistd.h>

#include "core/data/importer.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const std::string file = "/dev/shm/tastebench-fuzz-" + std::to_string(getpid()) + ".csv";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    static const Parallel parallel(1);
    ImportOptions options;
    options.files = {file};
    Progress progress;
    const auto data = import_dataset(options, parallel, progress);
    if (!data && (data.error().what.empty() || data.error().where.empty() || data.error().remedy.empty()))
        std::abort();
    (void)preview_import(options);
    return 0;
}
