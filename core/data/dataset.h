// The immutable data set: interactions in columns, ids mapped once, features, titles and a knowledge graph.
// Safe to read from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

class Parallel;

using UserIx = std::uint32_t;
using ItemIx = std::uint32_t;
using RowIx = std::uint32_t;
using EventIx = std::uint8_t;

/// Many short texts in two allocations.
class StringColumn {
  public:
    void push_back(std::string_view text);
    void reserve(std::size_t rows, std::size_t bytes);
    std::size_t size() const { return ends_.size(); }
    bool empty() const { return ends_.empty(); }
    std::string_view operator[](std::size_t row) const {
        const std::uint64_t begin = row == 0 ? 0 : ends_[row - 1];
        return std::string_view(bytes_).substr(begin, ends_[row] - begin);
    }
    bool operator==(const StringColumn&) const = default;

  private:
    std::string bytes_;
    std::vector<std::uint64_t> ends_;
};

/// Ids in natural order (whole numbers by value first, then text by bytes), so an index order is an id order and
/// does not depend on the order of rows. Look-up is a binary search.
class IdMap {
  public:
    IdMap() = default;
    explicit IdMap(StringColumn sorted) : ids_(std::move(sorted)) {}
    std::uint32_t size() const { return static_cast<std::uint32_t>(ids_.size()); }
    std::string_view id(std::uint32_t index) const { return ids_[index]; }
    std::optional<std::uint32_t> find(std::string_view id) const;
    const StringColumn& ids() const { return ids_; }
    /// The natural order of ids.
    static bool less(std::string_view a, std::string_view b);

  private:
    StringColumn ids_;
};

/// Columns of equal length in the order of the file; value, time and event are empty where the data has none.
struct Interactions {
    std::vector<UserIx> user;
    std::vector<ItemIx> item;
    std::vector<float> value;       ///< rating; NaN where this row has none (a view, say)
    std::vector<std::int64_t> time; ///< Unix seconds
    std::vector<EventIx> event;     ///< index into Dataset::events()
    std::size_t size() const { return user.size(); }
};

enum class ColumnType : std::uint8_t { number, category, multi_category, text, date };

struct FeatureColumn {
    std::string name;
    ColumnType type = ColumnType::category;
    std::vector<double> numbers; ///< number, and date (Unix seconds); NaN = missing
    StringColumn texts;          ///< the other types; empty = missing; several categories are joined by '|'
};
/// One row per user or item index; may have no columns.
using FeatureTable = std::vector<FeatureColumn>;

struct KnowledgeGraph {
    struct Triple {
        std::uint32_t head, relation, tail;
    };
    struct Link {
        ItemIx item;
        std::uint32_t entity;
    };
    StringColumn entities;  ///< readable names
    StringColumn relations; ///< readable names
    std::vector<Triple> triples;
    std::vector<Link> links;
};

/// What is known of each interaction beyond who, what, how much and when: an impression's number, a device, the
/// fields of a click log. One entry a row; codes index `categories`.
struct ContextColumn {
    static constexpr std::uint32_t missing = 0xFFFFFFFF;
    std::string name;
    ColumnType type = ColumnType::category; ///< number, category or multi_category
    std::vector<double> numbers;            ///< number: NaN = missing
    std::vector<std::uint32_t> codes;       ///< category: one a row; multi_category: those of row r are
                                            ///< codes[starts[r] .. starts[r + 1])
    std::vector<std::uint64_t> starts;      ///< multi_category only: rows + 1
    std::vector<float> weights;             ///< multi_category: parallel to codes, or empty where all are 1
    StringColumn categories;                ///< in natural order (IdMap::less)
    std::size_t rows() const;
    bool operator==(const ContextColumn&) const = default;
};
using ContextTable = std::vector<ContextColumn>;

/// Vectors given with the data or trained on it, such as those of words or entities.
struct Vectors {
    std::string name; ///< "words", "entities", or an embedding's name
    std::uint32_t dimension = 0;
    StringColumn keys;         ///< distinct
    std::vector<float> values; ///< [keys, dimension], row-major, finite
    std::span<const float> of(std::size_t row) const { return std::span(values).subspan(row * dimension, dimension); }
};

/// One user trusts or follows another.
struct SocialLink {
    UserIx from, to;
};

struct DatasetParts {
    std::string name;
    std::string source; ///< where it came from: file names, or "embedded sample"
    /// False: rows of features with a label, and neither users nor items (Criteo, libsvm, libffm). Then both id maps
    /// hold one placeholder, every row points to it, and only models of features can use the data.
    bool has_pairs = true;
    Interactions interactions;
    IdMap users;
    IdMap items;
    std::vector<std::string> events; ///< names, such as "view", "list", "rating"; empty without an event column
    FeatureTable user_features;
    FeatureTable item_features;
    StringColumn item_titles; ///< by item index; empty if there are none
    KnowledgeGraph graph;
    ContextTable context;
    std::vector<Vectors> vectors;
    std::vector<SocialLink> social;
    std::vector<RowIx> fixed_test; ///< rows that came from a test file, ascending; empty: no fixed split
};

/// The id of the placeholder user and item where there are no pairs.
inline constexpr std::string_view no_id = "-";

/// Counts for summaries.
struct DatasetSummary {
    std::uint32_t users = 0, items = 0; ///< 0 where there are no pairs
    std::uint64_t interactions = 0, distinct_pairs = 0, rated = 0;
    double density = 0; ///< distinct pairs / (users x items)
    double least_value = 0, greatest_value = 0, mean_value = 0;
    std::optional<std::int64_t> first_time, last_time; ///< Unix seconds
};

class Dataset {
  public:
    /// Checks lengths, indices and values, computes fingerprint and summary. bad_data if there is no interaction.
    /// With `parallel` on its threads; the result is the same.
    static Result<std::shared_ptr<const Dataset>> make(DatasetParts parts, const Parallel* parallel = nullptr);
    /// Takes over what make() once computed and a checksum has proved unchanged since. Looks at everything but the
    /// rows, whose indices the caller has checked.
    static Result<std::shared_ptr<const Dataset>> restore(DatasetParts parts, std::string fingerprint,
                                                          const DatasetSummary& summary);

    const std::string& name() const { return parts_.name; }
    const std::string& source() const { return parts_.source; }
    const Interactions& interactions() const { return parts_.interactions; }
    const IdMap& users() const { return parts_.users; }
    const IdMap& items() const { return parts_.items; }
    const std::vector<std::string>& events() const { return parts_.events; }
    const FeatureTable& user_features() const { return parts_.user_features; }
    const FeatureTable& item_features() const { return parts_.item_features; }
    const KnowledgeGraph& graph() const { return parts_.graph; }
    const ContextTable& context() const { return parts_.context; }
    const DatasetParts& parts() const { return parts_; }
    bool has_pairs() const { return parts_.has_pairs; }
    bool has_values() const { return !parts_.interactions.value.empty(); }
    bool has_times() const { return !parts_.interactions.time.empty(); }
    bool has_events() const { return !parts_.interactions.event.empty(); }
    /// The title, or the id where there is none.
    std::string_view title(ItemIx item) const;
    /// 32 hexadecimal digits (XXH3, 128 bits) over the content: ids, columns, events, features, graph; not the name.
    const std::string& fingerprint() const { return fingerprint_; }
    const DatasetSummary& summary() const { return summary_; }

  private:
    Dataset(DatasetParts parts, std::string fingerprint, const DatasetSummary& summary);
    DatasetParts parts_;
    std::string fingerprint_;
    DatasetSummary summary_;
};
using DatasetPtr = std::shared_ptr<const Dataset>;

} // namespace tastebench
