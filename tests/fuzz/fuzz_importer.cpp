// Any bytes as an interaction file: a data set or an error with place and remedy, never a crash.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    ImportOptions options;
    options.files = {fuzz::write("in.csv", {reinterpret_cast<const char*>(bytes), size})};
    fuzz::import_once(options);
    if (const auto preview = preview_import(options); !preview)
        fuzz::check(preview.error());
    return 0;
}
