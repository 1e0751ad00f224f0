// Any bytes as an SQLite file.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = fuzz::write("in.db", {reinterpret_cast<const char*>(bytes), size});
    fuzz::import_as(FileFormat::sqlite, file);
    return 0;
}
