// Puts pieces together in order: ids and categories become numbers of the whole, and in the end numbers in the natural
// order of ids.
#pragma once

#include <deque>

#include "core/base/parallel.h"
#include "core/data/import/piece.h"

namespace tastebench {

/// Texts numbered by first appearance; it keeps copies of its own.
class TextCollector {
  public:
    std::uint32_t add(std::string_view text);
    /// Numbers what is new in a piece's ids, and moves those texts to the copies here.
    void merge(Piece::Ids& ids);
    std::size_t size() const { return table_.texts().size(); }
    std::string_view text(std::uint32_t number) const { return table_.texts()[number]; }
    /// The texts in natural order, and the rank of each by its number.
    StringColumn sorted(std::vector<std::uint32_t>& rank) const;

  private:
    IdTable table_;
    std::deque<std::string> blocks_; ///< the bytes of the texts
};

class Merger {
  public:
    explicit Merger(const RowShape& shape);
    /// `share` (0..1] tells how much of the whole is read with this piece. The piece's rows are renumbered; its ids
    /// stay for its next stretch. Not thread-safe.
    void add(Piece& piece, double share);
    std::size_t rows() const { return rows_.size(); }
    /// bad_data where there are too many rows or events.
    Result<DatasetParts> finish(const std::string& source, const Parallel& parallel);

  private:
    struct Context {
        ContextColumn column;
        TextCollector categories;
    };
    void make_room(std::size_t more, double share);
    void add_context(Piece& piece);
    RowShape shape_;
    Interactions rows_;
    TextCollector users_, items_, events_;
    std::vector<Context> context_;
};

} // namespace tastebench
