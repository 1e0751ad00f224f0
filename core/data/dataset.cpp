#include "core/data/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <xxhash.h>

namespace tastebench {

namespace {

/// Hashes sections, each with its length before it, so that no two contents read alike.
class Hasher {
  public:
    Hasher() : state_(XXH3_createState()) { XXH3_128bits_reset(state_); }
    ~Hasher() { XXH3_freeState(state_); }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    void bytes(const void* data, std::size_t size) {
        const std::uint64_t length = size;
        XXH3_128bits_update(state_, &length, sizeof length);
        if (size > 0)
            XXH3_128bits_update(state_, data, size);
    }
    void text(std::string_view text) { bytes(text.data(), text.size()); }
    template <typename T>
    void array(const std::vector<T>& values) {
        bytes(values.data(), values.size() * sizeof(T));
    }
    void strings(const StringColumn& column) {
        number(column.size());
        for (std::size_t i = 0; i < column.size(); ++i)
            text(column[i]);
    }
    void number(std::uint64_t value) { XXH3_128bits_update(state_, &value, sizeof value); }
    std::string hex() const {
        const auto hash = XXH3_128bits_digest(state_);
        return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
    }

  private:
    XXH3_state_t* state_;
};

void hash_features(Hasher& hasher, const FeatureTable& table) {
    hasher.number(table.size());
    for (const auto& column : table) {
        hasher.text(column.name);
        hasher.number(static_cast<std::uint64_t>(column.type));
        hasher.array(column.numbers);
        hasher.strings(column.texts);
    }
}

/// Each only where there is any, so that data without them keeps the fingerprint it had before they existed.
void hash_extras(Hasher& hasher, const DatasetParts& parts) {
    for (const auto& column : parts.context) {
        hasher.text("context");
        hasher.text(column.name);
        hasher.number(static_cast<std::uint64_t>(column.type));
        hasher.array(column.numbers);
        hasher.array(column.codes);
        hasher.array(column.starts);
        hasher.array(column.weights);
        hasher.strings(column.categories);
    }
    for (const auto& vectors : parts.vectors) {
        hasher.text("vectors");
        hasher.text(vectors.name);
        hasher.number(vectors.dimension);
        hasher.strings(vectors.keys);
        hasher.array(vectors.values);
    }
    if (!parts.social.empty()) {
        hasher.text("social");
        hasher.array(parts.social);
    }
    if (!parts.fixed_test.empty()) {
        hasher.text("fixed_test");
        hasher.array(parts.fixed_test);
    }
    if (!parts.has_pairs)
        hasher.text("no_pairs");
}

std::string fingerprint_of(const DatasetParts& parts) {
    Hasher hasher;
    hasher.array(parts.interactions.user);
    hasher.array(parts.interactions.item);
    hasher.array(parts.interactions.value);
    hasher.array(parts.interactions.time);
    hasher.array(parts.interactions.event);
    hasher.strings(parts.users.ids());
    hasher.strings(parts.items.ids());
    hasher.number(parts.events.size());
    for (const auto& event : parts.events)
        hasher.text(event);
    hash_features(hasher, parts.user_features);
    hash_features(hasher, parts.item_features);
    hasher.strings(parts.item_titles);
    hasher.strings(parts.graph.entities);
    hasher.strings(parts.graph.relations);
    hasher.array(parts.graph.triples);
    hasher.array(parts.graph.links);
    hash_extras(hasher, parts);
    return hasher.hex();
}

std::uint64_t count_distinct_pairs(const Interactions& rows, std::uint32_t users) {
    std::vector<std::uint64_t> starts(std::size_t{users} + 1, 0);
    for (const auto user : rows.user)
        ++starts[user + 1];
    for (std::size_t u = 0; u < users; ++u)
        starts[u + 1] += starts[u];
    std::vector<ItemIx> items(rows.size());
    auto next = starts;
    for (std::size_t row = 0; row < rows.size(); ++row)
        items[next[rows.user[row]]++] = rows.item[row];
    std::uint64_t pairs = 0;
    for (std::size_t u = 0; u < users; ++u) {
        const auto first = items.begin() + static_cast<std::ptrdiff_t>(starts[u]);
        const auto last = items.begin() + static_cast<std::ptrdiff_t>(starts[u + 1]);
        std::sort(first, last);
        pairs += static_cast<std::uint64_t>(std::unique(first, last) - first);
    }
    return pairs;
}

DatasetSummary summarize(const DatasetParts& parts) {
    const auto& rows = parts.interactions;
    DatasetSummary out;
    out.users = parts.users.size();
    out.items = parts.items.size();
    out.interactions = rows.size();
    out.distinct_pairs = count_distinct_pairs(rows, out.users);
    out.density = static_cast<double>(out.distinct_pairs) / (static_cast<double>(out.users) * out.items);
    double sum = 0;
    for (const float value : rows.value) {
        if (std::isnan(value))
            continue;
        const double v = value;
        out.least_value = out.rated == 0 ? v : std::min(out.least_value, v);
        out.greatest_value = out.rated == 0 ? v : std::max(out.greatest_value, v);
        sum += v;
        ++out.rated;
    }
    if (out.rated > 0)
        out.mean_value = sum / static_cast<double>(out.rated);
    if (!rows.time.empty()) {
        const auto [first, last] = std::minmax_element(rows.time.begin(), rows.time.end());
        out.first_time = *first;
        out.last_time = *last;
    }
    return out;
}

/// Whether the columns have the lengths that go together; cheap.
std::string find_wrong_length(const DatasetParts& parts) {
    const auto& rows = parts.interactions;
    const auto n = rows.size();
    const auto fits = [n](std::size_t size) { return size == 0 || size == n; };
    if (rows.item.size() != n || !fits(rows.value.size()) || !fits(rows.time.size()) || !fits(rows.event.size()))
        return "its columns have different lengths";
    if (n > 0xFFFFFFFEU)
        return "it has more than 4,294,967,294 rows";
    for (const auto& column : parts.context)
        if (column.rows() != n)
            return "a context column has another length than the interactions";
    return {};
}

std::string find_context_fault(const ContextColumn& column) {
    const auto n = column.categories.size();
    const bool single = column.type == ColumnType::category;
    for (const auto code : column.codes)
        if (code >= n && !(single && code == ContextColumn::missing))
            return "a context column names a category that does not exist";
    if (!single && column.type != ColumnType::number &&
        (column.starts.front() != 0 || column.starts.back() != column.codes.size() ||
         !std::is_sorted(column.starts.begin(), column.starts.end())))
        return "a context column's rows do not follow one another";
    if (!column.weights.empty() && column.weights.size() != column.codes.size())
        return "a context column has more or fewer weights than categories";
    return {};
}

std::string find_extra_fault(const DatasetParts& parts) {
    for (const auto& column : parts.context)
        if (auto fault = find_context_fault(column); !fault.empty())
            return fault;
    for (const auto& vectors : parts.vectors)
        if (vectors.values.size() != vectors.keys.size() * vectors.dimension)
            return "a table of vectors has another size than its keys";
    for (const auto& link : parts.social)
        if (link.from >= parts.users.size() || link.to >= parts.users.size())
            return "a link between users names a user that does not exist";
    const auto& tests = parts.fixed_test;
    if (!tests.empty() && (tests.back() >= parts.interactions.size() ||
                           std::adjacent_find(tests.begin(), tests.end(), std::greater_equal<>()) != tests.end()))
        return "the list of test rows is not ascending or names a row that does not exist";
    return {};
}

/// The complaint about parts that do not fit together, or an empty string.
std::string find_fault(const DatasetParts& parts) {
    const auto& rows = parts.interactions;
    const auto n = rows.size();
    if (auto fault = find_wrong_length(parts); !fault.empty())
        return fault;
    if (auto fault = find_extra_fault(parts); !fault.empty())
        return fault;
    for (std::size_t row = 0; row < n; ++row)
        if (rows.user[row] >= parts.users.size() || rows.item[row] >= parts.items.size())
            return fmt::format("row {} names a user or item that does not exist", row);
    for (const float value : rows.value)
        if (std::isinf(value))
            return "a rating is infinite";
    for (const auto event : rows.event)
        if (event >= parts.events.size())
            return "a row names an event that does not exist";
    const auto table_fits = [](const FeatureTable& table, std::size_t size) {
        return std::all_of(table.begin(), table.end(), [size](const FeatureColumn& column) {
            const bool numeric = column.type == ColumnType::number || column.type == ColumnType::date;
            return (numeric ? column.numbers.size() : column.texts.size()) == size;
        });
    };
    if (!table_fits(parts.user_features, parts.users.size()) || !table_fits(parts.item_features, parts.items.size()))
        return "a feature column has another length than its table";
    if (!parts.item_titles.empty() && parts.item_titles.size() != parts.items.size())
        return "there are more or fewer titles than items";
    const auto& graph = parts.graph;
    for (const auto& triple : graph.triples)
        if (triple.head >= graph.entities.size() || triple.tail >= graph.entities.size() ||
            triple.relation >= graph.relations.size())
            return "the knowledge graph names an entity that does not exist";
    for (const auto& link : graph.links)
        if (link.item >= parts.items.size() || link.entity >= graph.entities.size())
            return "the knowledge graph links an item or entity that does not exist";
    return {};
}

bool is_number(std::string_view id, std::uint64_t& value) {
    // Leading zeros make another id of the same value: such ids are text.
    if (id.empty() || id.size() > 19 || (id.size() > 1 && id.front() == '0') || id.front() < '0' || id.front() > '9')
        return false;
    const auto [stop, code] = std::from_chars(id.data(), id.data() + id.size(), value);
    return code == std::errc() && stop == id.data() + id.size();
}

} // namespace

void StringColumn::push_back(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
}

void StringColumn::reserve(std::size_t rows, std::size_t bytes) {
    ends_.reserve(rows);
    bytes_.reserve(bytes);
}

bool IdMap::less(std::string_view a, std::string_view b) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    const bool a_number = is_number(a, x);
    const bool b_number = is_number(b, y);
    if (a_number != b_number)
        return a_number;
    return a_number ? x < y : a < b;
}

std::optional<std::uint32_t> IdMap::find(std::string_view id) const {
    std::uint32_t low = 0;
    std::uint32_t high = size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (less(ids_[middle], id))
            low = middle + 1;
        else
            high = middle;
    }
    if (low < size() && ids_[low] == id)
        return low;
    return {};
}

std::size_t ContextColumn::rows() const {
    switch (type) {
    case ColumnType::number:
        return numbers.size();
    case ColumnType::category:
        return codes.size();
    default:
        return starts.empty() ? 0 : starts.size() - 1;
    }
}

Dataset::Dataset(DatasetParts parts, std::string fingerprint, const DatasetSummary& summary)
    : parts_(std::move(parts)), fingerprint_(std::move(fingerprint)), summary_(summary) {}

Result<DatasetPtr> Dataset::make(DatasetParts parts) {
    if (parts.interactions.size() == 0)
        return bad_data("there is no interaction in it", parts.source, "give data with at least one row");
    if (const auto fault = find_fault(parts); !fault.empty())
        return bad_data("the data set is unsound: " + fault, parts.source, "import it again");
    auto fingerprint = fingerprint_of(parts);
    const auto summary = summarize(parts);
    return DatasetPtr(new Dataset(std::move(parts), std::move(fingerprint), summary));
}

Result<DatasetPtr> Dataset::restore(DatasetParts parts, std::string fingerprint, const DatasetSummary& summary) {
    if (auto fault = find_wrong_length(parts); !fault.empty())
        return bad_data("the data set is unsound: " + fault, parts.source, "import it again");
    return DatasetPtr(new Dataset(std::move(parts), std::move(fingerprint), summary));
}

std::string_view Dataset::title(ItemIx item) const {
    if (!parts_.item_titles.empty() && !parts_.item_titles[item].empty())
        return parts_.item_titles[item];
    return parts_.items.id(item);
}

} // namespace tastebench
