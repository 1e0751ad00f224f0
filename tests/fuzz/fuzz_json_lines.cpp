// Any bytes as JSON lines.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = fuzz::write("in.txt", {reinterpret_cast<const char*>(bytes), size});
    fuzz::import_as(FileFormat::json_lines, file);
    return 0;
}
