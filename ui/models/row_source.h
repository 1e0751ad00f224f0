// Tables that can be searched and sorted however long they are: the order of a search is a list of row numbers,
// computed on a background thread; nothing else is copied.
#pragma once

#include <functional>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "ui/shell/big_table.h"

namespace tastebench::ui {

/// A column as whole numbers in its natural order; 0 for a missing value. No key exceeds `greatest`.
struct RowKeys {
    std::function<std::uint64_t(RowIx)> of; ///< empty: every row is equal
    std::uint64_t greatest = 0;
};
using RowFilter = std::function<bool(RowIx)>;

/// Safe to read from any thread.
class RowSource : public TableSource {
  public:
    virtual RowKeys keys(int column) const = 0;
    /// Tells the rows that contain `text`, upper and lower case alike. The ids and names are looked through here,
    /// once; telling a row is then cheap.
    virtual RowFilter filter(const QString& text, const Parallel& parallel) const = 0;
    /// What filter() looks at, for the hint in the empty field: "Filter by user, item or title".
    virtual QString filterHint() const = 0;
};

struct RowQuery {
    QString text;    ///< empty: every row
    int column = -1; ///< to sort by; -1: the source's own order
    Qt::SortOrder order = Qt::AscendingOrder;
};

/// Rows that are equal stay in the source's order. Null if the query asks for every row in that order.
/// cancelled, if the progress was.
Result<RowList> findRows(const RowSource& source, const RowQuery& query, const Parallel& parallel, Progress& progress);

// Keys of common columns.
RowKeys numberKeys(const std::vector<double>& numbers); ///< NaN = missing; `numbers` must outlive the keys
/// Keys by bytes of the text; empty = missing.
RowKeys textKeys(std::size_t count, const std::function<std::string_view(std::uint32_t)>& text);
/// For each of [0, count) whether its text contains `wanted`, upper and lower case alike.
std::vector<char> textsContaining(std::size_t count, const std::function<std::string_view(std::uint32_t)>& text,
                                  const QString& wanted, const Parallel& parallel);

} // namespace tastebench::ui
