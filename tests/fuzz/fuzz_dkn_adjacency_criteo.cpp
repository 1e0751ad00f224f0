// Any bytes as each of three small formats.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = fuzz::write("in.txt", {reinterpret_cast<const char*>(bytes), size});
    for (const auto format : {FileFormat::dkn, FileFormat::adjacency, FileFormat::criteo})
        fuzz::import_as(format, file);
    return 0;
}
