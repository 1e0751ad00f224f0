// Any bytes as vectors of words: in each format, all keys or a few.
#include <cmath>

#include "fuzz.h"

#include "core/data/text/vectors_file.h"

using namespace tastebench;

namespace {

void read_as(VectorsFormat format, const StringColumn* wanted, std::string_view content) {
    VectorsOptions options;
    options.format = format;
    options.wanted = wanted;
    Progress progress;
    const auto read = read_vectors(content, "in.vec", options, progress);
    if (!read)
        return fuzz::check(read.error());
    const auto& vectors = read->vectors;
    if (vectors.dimension == 0 || vectors.dimension > max_vector_dimension ||
        vectors.values.size() != vectors.keys.size() * vectors.dimension)
        std::abort();
    fuzz::check_texts(vectors.keys);
    for (const float value : vectors.values)
        if (!std::isfinite(value))
            std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const StringColumn wanted = [] {
        StringColumn keys;
        for (const auto* key : {"a", "b", "the", "Q1"})
            keys.push_back(key);
        return keys;
    }();
    const std::string_view content(reinterpret_cast<const char*>(bytes), size);
    for (const auto format : {VectorsFormat::guess, VectorsFormat::word2vec, VectorsFormat::glove, VectorsFormat::mind})
        for (const auto* keys : {static_cast<const StringColumn*>(nullptr), &wanted})
            read_as(format, keys, content);
    return 0;
}
