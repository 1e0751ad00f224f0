#include "core/data/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <xxhash.h>

#include "core/data/row_scan.h"

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

DatasetSummary summarize(const DatasetParts& parts, const RowScan& scan, const Parallel* parallel) {
    const auto& rows = parts.interactions;
    DatasetSummary out;
    out.users = parts.users.size();
    out.items = parts.items.size();
    out.interactions = rows.size();
    out.distinct_pairs = count_distinct_pairs(rows, out.users, out.items, scan.by_user, parallel);
    out.density = static_cast<double>(out.distinct_pairs) / (static_cast<double>(out.users) * out.items);
    if (!parts.has_pairs) {
        out.users = out.items = 0;
        out.distinct_pairs = 0;
        out.density = 0;
    }
    out.rated = scan.rated;
    out.least_value = scan.least_value;
    out.greatest_value = scan.greatest_value;
    if (scan.rated > 0)
        out.mean_value = scan.sum / static_cast<double>(scan.rated);
    if (!rows.time.empty()) {
        out.first_time = scan.first_time;
        out.last_time = scan.last_time;
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

/// Everything but the rows themselves.
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
    const auto& tests = parts.fixed_test;
    if (!tests.empty() && (tests.back() >= parts.interactions.size() ||
                           std::adjacent_find(tests.begin(), tests.end(), std::greater_equal<>()) != tests.end()))
        return "the list of test rows is not ascending or names a row that does not exist";
    return {};
}

std::string find_row_fault(const DatasetParts& parts, const RowScan& scan) {
    const auto& rows = parts.interactions;
    if (scan.greatest_user >= parts.users.size() || scan.greatest_item >= parts.items.size()) {
        std::size_t row = 0;
        while (rows.user[row] < parts.users.size() && rows.item[row] < parts.items.size())
            ++row;
        return fmt::format("row {} names a user or item that does not exist", row);
    }
    if (scan.infinite)
        return "a rating is infinite";
    if (!rows.event.empty() && scan.greatest_event >= parts.events.size())
        return "a row names an event that does not exist";
    return {};
}

/// The complaint about parts that do not fit together, or an empty string. Lengths were looked at before.
std::string find_fault(const DatasetParts& parts, const RowScan& scan) {
    if (!parts.has_pairs && (parts.users.size() != 1 || parts.items.size() != 1))
        return "it has users or items although its rows name none";
    if (auto fault = find_extra_fault(parts); !fault.empty())
        return fault;
    return find_row_fault(parts, scan);
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

Result<DatasetPtr> Dataset::make(DatasetParts parts, const Parallel* parallel) {
    if (parts.interactions.size() == 0)
        return bad_data("there is no interaction in it", parts.source, "give data with at least one row");
    auto fault = find_wrong_length(parts);
    std::string fingerprint;
    DatasetSummary summary;
    const auto check = [&] {
        const auto scan = scan_rows(parts.interactions, parallel);
        fault = find_fault(parts, scan);
        if (fault.empty())
            summary = summarize(parts, scan, parallel);
    };
    // The fingerprint is one long chain; the other threads do everything else meanwhile.
    if (fault.empty() && parallel)
        parallel->for_blocks(2, 1, [&](std::size_t task, std::size_t) {
            if (task == 0)
                fingerprint = fingerprint_of(parts);
            else
                check();
        });
    else if (fault.empty())
        check();
    if (!fault.empty())
        return bad_data("the data set is unsound: " + fault, parts.source, "import it again");
    if (!parallel)
        fingerprint = fingerprint_of(parts);
    return DatasetPtr(new Dataset(std::move(parts), std::move(fingerprint), summary));
}

Result<DatasetPtr> Dataset::restore(DatasetParts parts, std::string fingerprint, const DatasetSummary& summary) {
    auto fault = find_wrong_length(parts);
    if (fault.empty() && ((parts.has_pairs ? parts.users.size() : 0) != summary.users ||
                          (parts.has_pairs ? parts.items.size() : 0) != summary.items ||
                          parts.interactions.size() != summary.interactions || summary.interactions == 0))
        fault = "it has other counts than its summary";
    if (fault.empty())
        fault = find_extra_fault(parts);
    if (!fault.empty())
        return bad_data("the data set is unsound: " + fault, parts.source, "import it again");
    return DatasetPtr(new Dataset(std::move(parts), std::move(fingerprint), summary));
}

std::string_view Dataset::title(ItemIx item) const {
    if (!parts_.item_titles.empty() && !parts_.item_titles[item].empty())
        return parts_.item_titles[item];
    return parts_.items.id(item);
}

} // namespace tastebench
