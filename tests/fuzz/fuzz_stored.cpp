// Any bytes as a data set in the workspace, as if every checksum agreed: an error, or data without a bad index. The
// first byte chooses the form; after it each chunk has its length before it (32 bits), the head first, then the columns
// in their order.
#include "fuzz.h"

#include "core/base/binary.h"
#include "core/store/dataset_codec.h"
#include "core/store/dataset_codec_v2.h"

using namespace tastebench;

namespace {

using Bytes = std::span<const std::byte>;

/// The next chunk; what is left where the bytes end early.
Bytes take_chunk(Bytes& rest) {
    std::uint32_t size = 0;
    if (rest.size() < sizeof size) {
        rest = {};
        return {};
    }
    std::memcpy(&size, rest.data(), sizeof size);
    const auto chunk = rest.subspan(sizeof size, std::min<std::size_t>(size, rest.size() - sizeof size));
    rest = rest.subspan(sizeof size + chunk.size());
    return chunk;
}

/// Looks at everything that an index leads to.
std::size_t walk(const Dataset& data) {
    std::size_t bytes = 0;
    const auto& rows = data.interactions();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        bytes += data.users().id(rows.user[row]).size() + data.title(rows.item[row]).size();
        if (data.has_events())
            bytes += data.events().at(rows.event[row]).size();
    }
    const auto& graph = data.graph();
    for (const auto& triple : graph.triples)
        bytes += graph.entities[triple.head].size() + graph.relations[triple.relation].size() +
                 graph.entities[triple.tail].size();
    for (const auto& link : graph.links)
        bytes += graph.entities[link.entity].size() + data.items().id(link.item).size();
    for (const auto& link : data.parts().social)
        bytes += data.users().id(link.from).size() + data.users().id(link.to).size();
    for (const auto row : data.parts().fixed_test)
        bytes += rows.user.at(row);
    for (const auto& context : data.context()) {
        if (context.rows() != rows.size())
            std::abort();
        for (const auto start : context.starts)
            if (start > context.codes.size())
                std::abort();
        for (const auto code : context.codes)
            if (code != ContextColumn::missing || context.type == ColumnType::multi_category)
                bytes += context.categories[code].size();
    }
    for (const auto& vectors : data.parts().vectors)
        for (std::size_t key = 0; key < vectors.keys.size(); ++key)
            bytes += vectors.keys[key].size() + vectors.of(key).size();
    return bytes;
}

void as_chunks(Bytes rest) {
    IncomingDataset incoming;
    if (const auto begun = incoming.begin(take_chunk(rest)); !begun) {
        if (begun.error().what.empty())
            std::abort();
        return;
    }
    for (const auto& column : incoming.columns())
        for (std::size_t chunk = 0; chunk < column.chunks; ++chunk)
            if (!column.append(take_chunk(rest), chunk))
                return;
    const auto summary = incoming.summary();
    if (const auto data = Dataset::restore(incoming.finish(), "fingerprint", summary))
        walk(**data);
}

void as_old_parts(Bytes rest) {
    auto parts = read_dataset_v2([&](std::string_view) {
        const auto chunk = take_chunk(rest);
        return std::vector<std::byte>(chunk.begin(), chunk.end());
    });
    if (!parts)
        return;
    if (const auto data = Dataset::make(std::move(*parts)))
        walk(**data);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0)
        return 0;
    const auto rest = std::as_bytes(std::span(bytes, size)).subspan(1);
    if (bytes[0] % 2 == 0)
        as_chunks(rest);
    else
        as_old_parts(rest);
    return 0;
}
