// Any bytes as the files of MIND, one after another with a byte 0x1E between them: behaviors.tsv, news.tsv,
// entity_embedding.vec.
#include "fuzz.h"

using namespace tastebench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(bytes), size);
    std::string behaviors;
    for (const auto* name : {"behaviors.tsv", "news.tsv", "entity_embedding.vec"}) {
        const auto end = std::min(rest.find('\x1E'), rest.size());
        const auto file = fuzz::write(name, rest.substr(0, end));
        if (behaviors.empty())
            behaviors = file;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    fuzz::import_as(FileFormat::mind, behaviors);
    return 0;
}
