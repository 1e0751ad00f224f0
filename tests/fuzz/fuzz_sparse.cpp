// Any bytes as libsvm and as libffm.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = fuzz::write("in.txt", {reinterpret_cast<const char*>(bytes), size});
    for (const auto format : {FileFormat::libsvm, FileFormat::libffm})
        fuzz::import_as(format, file);
    return 0;
}
