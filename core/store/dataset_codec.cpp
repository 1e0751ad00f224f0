#include "core/store/dataset_codec.h"

#include <algorithm>
#include <bit>

namespace tastebench {

namespace {

/// Values minus the least, each in the same number of bytes.
template <typename T>
void pack_integers(Writer& out, const std::vector<T>& values) {
    out.varint(values.size());
    if (values.empty())
        return;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    const auto base = static_cast<std::int64_t>(*least);
    const auto range = static_cast<std::uint64_t>(static_cast<std::int64_t>(*greatest) - base);
    const auto width =
        static_cast<std::uint8_t>(std::max<std::size_t>(1, (static_cast<std::size_t>(std::bit_width(range)) + 7) / 8));
    out.number(base);
    out.number(width);
    std::vector<std::uint8_t> bytes(values.size() * width);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(values[i]) - base);
        std::memcpy(bytes.data() + i * width, &value, width);
    }
    out.array(bytes);
}

template <typename T>
std::vector<T> unpack_integers(Reader& in) {
    const auto n = in.varint();
    if (n == 0 || !in.ok())
        return {};
    const auto base = in.number<std::int64_t>();
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
        out[i] = static_cast<T>(base + static_cast<std::int64_t>(value));
    }
    return out;
}

void pack_values(Writer& out, const std::vector<float>& values) {
    std::vector<std::uint32_t> dictionary;
    std::vector<std::uint8_t> codes;
    codes.reserve(values.size());
    for (const float value : values) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        auto at = std::find(dictionary.begin(), dictionary.end(), bits);
        if (at == dictionary.end()) {
            if (dictionary.size() == 256)
                break;
            at = dictionary.insert(at, bits);
        }
        codes.push_back(static_cast<std::uint8_t>(at - dictionary.begin()));
    }
    const bool coded = codes.size() == values.size();
    out.number(static_cast<std::uint8_t>(coded ? 1 : 0));
    if (coded) {
        out.array(dictionary);
        out.array(codes);
    } else {
        out.array(values);
    }
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

void write_strings(Writer& out, const StringColumn& column) {
    out.varint(column.size());
    for (std::size_t i = 0; i < column.size(); ++i)
        out.text(column[i]);
}

StringColumn read_strings(Reader& in) {
    StringColumn out;
    const auto n = in.varint();
    for (std::uint64_t i = 0; i < n && in.ok(); ++i)
        out.push_back(in.text());
    return out;
}

void write_table(Writer& out, const FeatureTable& table) {
    out.varint(table.size());
    for (const auto& column : table) {
        out.text(column.name);
        out.number(static_cast<std::uint8_t>(column.type));
        out.array(column.numbers);
        write_strings(out, column.texts);
    }
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

void write_graph(Writer& out, const KnowledgeGraph& graph) {
    write_strings(out, graph.entities);
    write_strings(out, graph.relations);
    std::vector<std::uint32_t> numbers;
    for (const auto& triple : graph.triples)
        numbers.insert(numbers.end(), {triple.head, triple.relation, triple.tail});
    pack_integers(out, numbers);
    numbers.clear();
    for (const auto& link : graph.links)
        numbers.insert(numbers.end(), {link.item, link.entity});
    pack_integers(out, numbers);
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

void write_dataset(const DatasetParts& parts,
                   const std::function<void(std::string_view, std::span<const std::byte>)>& keep) {
    const auto part = [&](std::string_view name, const auto& write) {
        Writer out;
        write(out);
        keep(name, out.bytes());
    };
    const auto& rows = parts.interactions;
    part("user", [&](Writer& out) { pack_integers(out, rows.user); });
    part("item", [&](Writer& out) { pack_integers(out, rows.item); });
    part("value", [&](Writer& out) { pack_values(out, rows.value); });
    part("time", [&](Writer& out) { pack_integers(out, rows.time); });
    part("event", [&](Writer& out) { pack_integers(out, rows.event); });
    part("users", [&](Writer& out) { write_strings(out, parts.users.ids()); });
    part("items", [&](Writer& out) { write_strings(out, parts.items.ids()); });
    part("titles", [&](Writer& out) { write_strings(out, parts.item_titles); });
    part("events", [&](Writer& out) {
        out.varint(parts.events.size());
        for (const auto& event : parts.events)
            out.text(event);
    });
    part("user_features", [&](Writer& out) { write_table(out, parts.user_features); });
    part("item_features", [&](Writer& out) { write_table(out, parts.item_features); });
    part("graph", [&](Writer& out) { write_graph(out, parts.graph); });
}

Result<DatasetParts> read_dataset(const std::function<std::vector<std::byte>(std::string_view)>& fetch) {
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

std::vector<std::byte> write_summary(const DatasetSummary& s) {
    Writer out;
    out.number(s.users);
    out.number(s.items);
    out.number(s.interactions);
    out.number(s.distinct_pairs);
    out.number(s.rated);
    out.number(s.density);
    out.number(s.least_value);
    out.number(s.greatest_value);
    out.number(s.mean_value);
    out.number(static_cast<std::uint8_t>(s.first_time ? 1 : 0));
    out.number(s.first_time.value_or(0));
    out.number(s.last_time.value_or(0));
    return out.take();
}

Result<DatasetSummary> read_summary(std::span<const std::byte> bytes) {
    Reader in(bytes);
    DatasetSummary s;
    s.users = in.number<std::uint32_t>();
    s.items = in.number<std::uint32_t>();
    s.interactions = in.number<std::uint64_t>();
    s.distinct_pairs = in.number<std::uint64_t>();
    s.rated = in.number<std::uint64_t>();
    s.density = in.number<double>();
    s.least_value = in.number<double>();
    s.greatest_value = in.number<double>();
    s.mean_value = in.number<double>();
    const bool timed = in.number<std::uint8_t>() != 0;
    const auto first = in.number<std::int64_t>();
    const auto last = in.number<std::int64_t>();
    if (timed) {
        s.first_time = first;
        s.last_time = last;
    }
    if (auto status = in.finish("the stored data set"); !status)
        return fail(status.error());
    return s;
}

} // namespace tastebench
