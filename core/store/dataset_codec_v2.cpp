#include "core/store/dataset_codec_v2.h"

#include <algorithm>
#include <bit>

namespace tastebench {

namespace {

/// Values minus the least, each in the same number of bytes.
template <typename T>
std::vector<T> unpack_integers(Reader& in) {
    const auto n = in.varint();
    if (n == 0 || !in.ok())
        return {};
    const auto base = in.number<std::uint64_t>(); // of either sign: the sum wraps round
    const auto width = in.number<std::uint8_t>();
    const auto bytes = in.array<std::uint8_t>();
    if (width < 1 || width > 8 || bytes.size() / width != n || bytes.size() % width != 0) {
        in.spoil();
        return {};
    }
    std::vector<T> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + i * width, width);
        out[i] = static_cast<T>(base + value);
    }
    return out;
}

std::vector<float> unpack_values(Reader& in) {
    if (in.number<std::uint8_t>() == 0)
        return in.array<float>();
    const auto dictionary = in.array<std::uint32_t>();
    const auto codes = in.array<std::uint8_t>();
    std::vector<float> out;
    out.reserve(codes.size());
    for (const auto code : codes) {
        if (code >= dictionary.size()) {
            in.spoil();
            return {};
        }
        out.push_back(std::bit_cast<float>(dictionary[code]));
    }
    return out;
}

StringColumn read_strings(Reader& in) {
    StringColumn out;
    const auto n = in.varint();
    for (std::uint64_t i = 0; i < n && in.ok(); ++i)
        out.push_back(in.text());
    return out;
}

FeatureTable read_table(Reader& in) {
    FeatureTable out;
    const auto n = in.varint();
    for (std::uint64_t i = 0; i < n && in.ok(); ++i) {
        FeatureColumn column;
        column.name = in.text();
        const auto type = in.number<std::uint8_t>();
        if (type > static_cast<std::uint8_t>(ColumnType::date))
            in.spoil();
        column.type = static_cast<ColumnType>(type);
        column.numbers = in.array<double>();
        column.texts = read_strings(in);
        out.push_back(std::move(column));
    }
    return out;
}

KnowledgeGraph read_graph(Reader& in) {
    KnowledgeGraph out;
    out.entities = read_strings(in);
    out.relations = read_strings(in);
    const auto triples = unpack_integers<std::uint32_t>(in);
    for (std::size_t i = 0; i + 2 < triples.size(); i += 3)
        out.triples.push_back({triples[i], triples[i + 1], triples[i + 2]});
    const auto links = unpack_integers<std::uint32_t>(in);
    for (std::size_t i = 0; i + 1 < links.size(); i += 2)
        out.links.push_back({links[i], links[i + 1]});
    return out;
}

} // namespace

Result<DatasetParts> read_dataset_v2(const std::function<std::vector<std::byte>(std::string_view)>& fetch) {
    DatasetParts parts;
    Status status;
    const auto part = [&](std::string_view name, const auto& read) {
        if (!status)
            return;
        const auto bytes = fetch(name);
        Reader in(bytes);
        read(in);
        status = in.finish("the stored data set");
    };
    auto& rows = parts.interactions;
    part("user", [&](Reader& in) { rows.user = unpack_integers<UserIx>(in); });
    part("item", [&](Reader& in) { rows.item = unpack_integers<ItemIx>(in); });
    part("value", [&](Reader& in) { rows.value = unpack_values(in); });
    part("time", [&](Reader& in) { rows.time = unpack_integers<std::int64_t>(in); });
    part("event", [&](Reader& in) { rows.event = unpack_integers<EventIx>(in); });
    part("users", [&](Reader& in) { parts.users = IdMap(read_strings(in)); });
    part("items", [&](Reader& in) { parts.items = IdMap(read_strings(in)); });
    part("titles", [&](Reader& in) { parts.item_titles = read_strings(in); });
    part("events", [&](Reader& in) {
        const auto n = in.varint();
        for (std::uint64_t i = 0; i < n && in.ok(); ++i)
            parts.events.push_back(in.text());
    });
    part("user_features", [&](Reader& in) { parts.user_features = read_table(in); });
    part("item_features", [&](Reader& in) { parts.item_features = read_table(in); });
    part("graph", [&](Reader& in) { parts.graph = read_graph(in); });
    if (!status)
        return fail(status.error());
    return parts;
}

} // namespace tastebench
