#include "core/store/dataset_codec.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <xxhash.h>

#include "core/base/large_pages.h"
#include "core/store/column_codec.h"

namespace tastebench {

namespace {

constexpr std::uint8_t form_number = 3;
/// Texts in a chunk: as many as fit in so many bytes, at least one.
constexpr std::size_t chunk_text_bytes = std::size_t{1} << 20;

/// Triples and links: a few 32-bit indices each.
template <typename T>
constexpr bool is_record = std::is_class_v<T> && !std::is_same_v<T, StringColumn>;

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Calls f(name, column) for every column in the one order that head and reader share.
template <typename Parts, typename Texts, typename F>
void for_each_column(Parts& parts, Texts& users, Texts& items, F&& f) {
    auto& rows = parts.interactions;
    f("user", rows.user);
    f("item", rows.item);
    f("value", rows.value);
    f("time", rows.time);
    f("event", rows.event);
    f("users", users);
    f("items", items);
    f("titles", parts.item_titles);
    const auto table = [&f](std::string_view name, auto& columns) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            f(fmt::format("{}:{}:numbers", name, i), columns[i].numbers);
            f(fmt::format("{}:{}:texts", name, i), columns[i].texts);
        }
    };
    table("user_features", parts.user_features);
    table("item_features", parts.item_features);
    f("graph:entities", parts.graph.entities);
    f("graph:relations", parts.graph.relations);
    f("graph:triples", parts.graph.triples);
    f("graph:links", parts.graph.links);
    for (std::size_t i = 0; i < parts.context.size(); ++i) {
        auto& column = parts.context[i];
        f(fmt::format("context:{}:numbers", i), column.numbers);
        f(fmt::format("context:{}:codes", i), column.codes);
        f(fmt::format("context:{}:starts", i), column.starts);
        f(fmt::format("context:{}:weights", i), column.weights);
        f(fmt::format("context:{}:categories", i), column.categories);
    }
    for (std::size_t i = 0; i < parts.vectors.size(); ++i) {
        f(fmt::format("vectors:{}:keys", i), parts.vectors[i].keys);
        f(fmt::format("vectors:{}:values", i), parts.vectors[i].values);
    }
    f("social", parts.social);
    f("fixed_test", parts.fixed_test);
}

template <typename T>
ColumnWriter column_writer(std::string name, const std::vector<T>& column) {
    const auto encode = [&column](std::size_t chunk) {
        const auto first = chunk * chunk_values;
        const auto values = std::span(column).subspan(first, std::min(chunk_values, column.size() - first));
        if constexpr (is_record<T>) {
            std::vector<std::uint32_t> numbers(values.size_bytes() / sizeof(std::uint32_t));
            std::memcpy(numbers.data(), values.data(), values.size_bytes());
            return encode_chunk(std::span<const std::uint32_t>(numbers));
        } else {
            return encode_chunk(std::span<const T>(values));
        }
    };
    return {std::move(name), (column.size() + chunk_values - 1) / chunk_values, encode};
}

/// The row where each chunk begins, and the end.
std::vector<std::size_t> cut_texts(const StringColumn& column) {
    std::vector<std::size_t> cuts{0};
    std::size_t bytes = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
        const auto more = column[row].size() + 1;
        if (row > cuts.back() && (bytes + more > chunk_text_bytes || row - cuts.back() == chunk_values)) {
            cuts.push_back(row);
            bytes = 0;
        }
        bytes += more;
    }
    if (!column.empty())
        cuts.push_back(column.size());
    return cuts;
}

ColumnWriter column_writer(std::string name, const StringColumn& column) {
    auto cuts = cut_texts(column);
    const auto chunks = cuts.size() - 1;
    return {std::move(name), chunks, [&column, cuts = std::move(cuts)](std::size_t chunk) {
                Writer out;
                out.number(static_cast<std::uint32_t>(cuts[chunk + 1] - cuts[chunk]));
                const auto texts = encode_texts(column, cuts[chunk], cuts[chunk + 1]);
                std::memcpy(out.grow(texts.size()), texts.data(), texts.size());
                return out.take();
            }};
}

/// limit: what every value must be below, if anything.
template <typename T>
ColumnReader column_reader(std::string name, std::vector<T>& column, std::size_t values,
                           std::optional<std::uint64_t> limit) {
    ColumnReader out{std::move(name), (values + chunk_values - 1) / chunk_values, values * sizeof(T), {}, {}};
    out.reserve = [&column, values] { reserve_in_large_pages(column, values); };
    out.append = [=, &column](std::span<const std::byte> bytes, std::size_t chunk) {
        const auto first = chunk * chunk_values;
        if (first >= values || column.size() != first)
            return false;
        const auto n = std::min(chunk_values, values - first);
        if constexpr (is_record<T>) {
            std::vector<std::uint32_t> numbers;
            if (!decode_chunk(bytes, n * (sizeof(T) / sizeof(std::uint32_t)), numbers))
                return false;
            column.resize(first + n);
            std::memcpy(column.data() + first, numbers.data(), n * sizeof(T));
            return true;
        } else {
            if (!decode_chunk(bytes, n, column))
                return false;
            T greatest = 0;
            if (limit)
                for (const T value : std::span(column).subspan(first))
                    greatest = value > greatest ? value : greatest;
            return !limit || static_cast<std::uint64_t>(greatest) < *limit;
        }
    };
    return out;
}

ColumnReader column_reader(std::string name, StringColumn& column, std::size_t values,
                           std::optional<std::uint64_t> /*limit*/) {
    constexpr std::size_t usual_bytes = 16;
    ColumnReader out{std::move(name), 0, values * usual_bytes, [] {}, {}};
    out.append = [&column, values](std::span<const std::byte> bytes, std::size_t) {
        Reader in(bytes);
        const std::size_t n = in.number<std::uint32_t>();
        return in.ok() && n > 0 && n <= values - column.size() &&
               decode_texts(bytes.subspan(sizeof(std::uint32_t)), n, column);
    };
    return out;
}

void write_table_head(Writer& out, const FeatureTable& table) {
    out.varint(table.size());
    for (const auto& column : table) {
        out.text(column.name);
        out.number(static_cast<std::uint8_t>(column.type));
    }
}

ColumnType read_type(Reader& in) {
    const auto type = in.number<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(ColumnType::date))
        in.spoil();
    return static_cast<ColumnType>(type);
}

template <typename Column, typename F>
void read_list(Reader& in, std::vector<Column>& out, F&& read) {
    const auto n = in.varint();
    for (std::uint64_t i = 0; i < n && in.ok(); ++i) {
        Column column;
        column.name = in.text();
        read(column);
        out.push_back(std::move(column));
    }
}

} // namespace

std::vector<ColumnWriter> columns_of(const DatasetParts& parts) {
    std::vector<ColumnWriter> out;
    for_each_column(parts, parts.users.ids(), parts.items.ids(), [&](std::string name, const auto& column) {
        out.push_back(column_writer(std::move(name), column));
    });
    return out;
}

std::vector<std::byte> write_head(const Dataset& data) {
    const auto& parts = data.parts();
    Writer out;
    out.number(form_number);
    out.number(static_cast<std::uint8_t>(parts.has_pairs ? 1 : 0));
    const auto summary = write_summary(data.summary());
    out.text(as_text(summary));
    out.varint(parts.events.size());
    for (const auto& event : parts.events)
        out.text(event);
    write_table_head(out, parts.user_features);
    write_table_head(out, parts.item_features);
    out.varint(parts.context.size());
    for (const auto& column : parts.context) {
        out.text(column.name);
        out.number(static_cast<std::uint8_t>(column.type));
    }
    out.varint(parts.vectors.size());
    for (const auto& vectors : parts.vectors) {
        out.text(vectors.name);
        out.number(vectors.dimension);
    }
    for_each_column(parts, parts.users.ids(), parts.items.ids(), [&](const std::string& name, const auto& column) {
        out.text(name);
        out.varint(column.size());
        out.varint(column_writer(name, column).chunks);
    });
    return out.take();
}

Status IncomingDataset::begin(std::span<const std::byte> head) {
    Reader in(head);
    if (in.number<std::uint8_t>() != form_number)
        in.spoil();
    parts_.has_pairs = in.number<std::uint8_t>() != 0;
    const auto summary_text = in.text();
    const auto summary = read_summary(std::as_bytes(std::span(summary_text)));
    if (!summary)
        return fail(summary.error());
    summary_ = *summary;
    const auto events = in.varint();
    for (std::uint64_t i = 0; i < events && in.ok(); ++i)
        parts_.events.push_back(in.text());
    const auto typed = [&in](auto& column) { column.type = read_type(in); };
    read_list(in, parts_.user_features, typed);
    read_list(in, parts_.item_features, typed);
    read_list(in, parts_.context, typed);
    read_list(in, parts_.vectors, [&in](Vectors& vectors) { vectors.dimension = in.number<std::uint32_t>(); });
    for_each_column(parts_, users_, items_, [&](const std::string& name, const auto&) {
        Extent extent{in.text(), in.varint(), in.varint()};
        // Every chunk holds a value at least and chunk_values at most.
        if (extent.name != name || extent.values > extent.chunks * chunk_values || extent.chunks > extent.values)
            in.spoil();
        extents_.push_back(std::move(extent));
    });
    return in.finish("the stored data set");
}

std::vector<ColumnReader> IncomingDataset::columns() {
    std::vector<ColumnReader> out;
    for_each_column(parts_, users_, items_, [&](std::string name, auto& column) {
        const auto& extent = extents_[out.size()];
        // Where there are none, no row may name one: a limit of 0 is a limit too.
        std::optional<std::uint64_t> limit;
        if (name == "user")
            limit = parts_.has_pairs ? summary_.users : 1; // the placeholder
        else if (name == "item")
            limit = parts_.has_pairs ? summary_.items : 1;
        else if (name == "event")
            limit = parts_.events.size();
        out.push_back(column_reader(std::move(name), column, extent.values, limit));
        out.back().chunks = extent.chunks;
    });
    return out;
}

DatasetParts IncomingDataset::finish() {
    parts_.users = IdMap(std::move(users_));
    parts_.items = IdMap(std::move(items_));
    return std::move(parts_);
}

std::uint64_t chunk_hash(std::span<const std::byte> bytes, std::string_view fingerprint, std::string_view part,
                         std::size_t chunk) {
    const auto place = fmt::format("{}/{}/{}", fingerprint, part, chunk);
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), XXH3_64bits(place.data(), place.size()));
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
