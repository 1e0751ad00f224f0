// What one stretch of a file came to: rows with ids of its own, merged into the whole later, in order. One worker uses
// one piece for all its stretches, so that it meets most ids again and allocates once.
#pragma once

#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/id_table.h"
#include "core/data/importer.h"

namespace tastebench {

/// A row that cannot be read. `offset` is a byte of the stretch, from which line numbers follow.
struct RowFault {
    std::size_t field = 1; ///< 1-based
    std::string what, remedy;
};

/// A context column as a reader declares it.
struct ContextSpec {
    std::string name;
    ColumnType type = ColumnType::category; ///< number, category or multi_category
    bool weighted = false;                  ///< multi_category whose entries have numbers of their own
};

/// One interaction; views must live as long as the stretch, or be kept with Piece::keep().
struct RowValues {
    std::string_view user, item;
    float value = 0;        ///< NaN = missing; ignored without a value column
    std::int64_t time = 0;  ///< Unix seconds; ignored without a time column
    std::string_view event; ///< ignored without an event column
};

/// Which columns the rows of a format have.
struct RowShape {
    bool pairs = true; ///< false: no users and items, only labels and features
    bool value = false, time = false, event = false;
    bool keeps_missing = false; ///< rows without a rating are as good as others
    std::vector<ContextSpec> context;
    std::size_t user_field = 1, item_field = 2, value_field = 3, event_field = 1; ///< 1-based, for messages
};

/// What makes a readable row a bad one, or none at all.
struct RowRules {
    MissingValues missing = MissingValues::refuse;
    float least = -std::numeric_limits<float>::infinity(), greatest = std::numeric_limits<float>::infinity();
};

class Piece {
  public:
    /// Both must live as long as the piece.
    explicit Piece(const RowShape& shape, const RowRules& rules = {});

    /// Checks ids (not empty, at most 1 MiB) and the value, and adds the row; false with a fault if it cannot be. The
    /// context of the row is given before it with the three calls below, each column at most once a row (the entry
    /// calls: many).
    bool add(const RowValues& row, RowFault& fault);
    void number(std::size_t column, double value);
    void category(std::size_t column, std::string_view text);
    void entry(std::size_t column, std::string_view text, float weight = 1);
    /// A text that stands nowhere in the stretch letter for letter.
    std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
    /// Makes ready for the next stretch: rows and faults go, ids stay. Only once the piece is merged.
    void clear_rows();
    /// Records a bad row; the reader goes on with the next one. Context given for it is taken back.
    void fail(std::size_t offset, RowFault fault);

    static constexpr std::size_t most_told = 20'000;
    struct Failed {
        std::size_t offset;
        RowFault fault;
    };
    /// Texts of the piece, and the number of each in the whole, as far as they are merged.
    struct Ids : IdTable {
        std::vector<std::uint32_t> merged;
    };
    struct Context {
        ContextSpec spec;
        Ids categories;
        std::vector<double> numbers;
        std::vector<std::uint32_t> codes;
        std::vector<std::uint64_t> ends; ///< multi_category: of each row
        std::vector<float> weights;
    };
    const RowShape& shape() const { return *shape_; }
    Interactions rows; ///< user, item and event are indices into the tables below
    Ids users, items, events;
    std::vector<Context> context;
    std::vector<Failed> failed;      ///< at most most_told
    std::uint64_t failed_untold = 0; ///< bad rows beyond them, so that millions of them take no room
    std::uint64_t missing = 0;       ///< rows dropped for a missing value

  private:
    bool check(const RowValues& row, RowFault& fault) const;
    void complete_context();
    void take_back_context();
    const RowShape* shape_;
    RowRules rules_;
    std::deque<std::string> kept_;
};

} // namespace tastebench
