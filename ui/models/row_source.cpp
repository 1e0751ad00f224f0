#include "ui/models/row_source.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/base/radix_order.h"
#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

constexpr std::size_t block = std::size_t{1} << 18;

std::vector<RowIx> allRows(std::uint64_t count) {
    std::vector<RowIx> rows(count);
    std::iota(rows.begin(), rows.end(), RowIx{0});
    return rows;
}

std::vector<RowIx> matching(const RowSource& source, const QString& text, const Parallel& parallel,
                            Progress& progress) {
    const std::uint64_t count = source.rowCount();
    progress.begin("Filtering", count);
    const auto matches = source.filter(text, parallel);
    std::vector<std::vector<RowIx>> found((count + block - 1) / block);
    parallel.for_blocks(count, block, [&](std::size_t first, std::size_t last) {
        if (progress.cancelled())
            return;
        auto& own = found[first / block];
        for (std::size_t row = first; row < last; ++row)
            if (matches(static_cast<RowIx>(row)))
                own.push_back(static_cast<RowIx>(row));
        progress.advance(last - first);
    });
    std::vector<RowIx> rows;
    std::size_t total = 0;
    for (const auto& part : found)
        total += part.size();
    rows.reserve(total);
    for (const auto& part : found)
        rows.insert(rows.end(), part.begin(), part.end());
    return rows;
}

/// Leaves the rows as they are where the column has no order of its own.
void sortRows(const RowSource& source, std::vector<RowIx>& rows, const RowQuery& query, Progress& progress) {
    const auto keys = source.keys(query.column);
    if (!keys.of)
        return;
    const auto passes = static_cast<std::uint64_t>((std::bit_width(keys.greatest) + radix_bits - 1) / radix_bits) + 1;
    const std::uint64_t total = passes * rows.size();
    progress.begin("Sorting", total);
    std::uint64_t looks = 0;
    const auto stop = [&] {
        progress.set_done(std::min<std::uint64_t>(total, looks++ * radix_chunk));
        return progress.cancelled();
    };
    if (query.order == Qt::AscendingOrder)
        radix_order(rows, keys.of, keys.greatest, stop);
    else
        radix_order(
            rows, [&](RowIx row) { return keys.greatest - keys.of(row); }, keys.greatest, stop);
}

} // namespace

Result<RowList> findRows(const RowSource& source, const RowQuery& query, const Parallel& parallel, Progress& progress) {
    if (query.text.isEmpty() && query.column < 0)
        return RowList();
    auto rows = query.text.isEmpty() ? allRows(source.rowCount()) : matching(source, query.text, parallel, progress);
    if (query.column >= 0 && !progress.cancelled())
        sortRows(source, rows, query, progress);
    if (progress.cancelled())
        return cancelled_error();
    return std::make_shared<const std::vector<RowIx>>(std::move(rows));
}

RowKeys numberKeys(const std::vector<double>& numbers) {
    return {[&numbers](RowIx row) -> std::uint64_t {
                const double number = numbers[row];
                if (std::isnan(number))
                    return 0;
                // The bits of doubles, read as whole numbers, are ordered once the negative ones are turned round;
                // adding 0.0 makes -0 and 0 equal.
                const auto bits = std::bit_cast<std::uint64_t>(number + 0.0);
                constexpr std::uint64_t sign = std::uint64_t{1} << 63;
                return (bits & sign) != 0 ? ~bits : bits | sign;
            },
            ~std::uint64_t{0}};
}

RowKeys textKeys(std::size_t count, const std::function<std::string_view(std::uint32_t)>& text) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return text(a) < text(b); });
    auto ranks = std::make_shared<std::vector<std::uint32_t>>(count);
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i == 0 ? !text(order[0]).empty() : text(order[i]) != text(order[i - 1]))
            ++rank;
        (*ranks)[order[i]] = rank;
    }
    return {[ranks](RowIx row) -> std::uint64_t { return (*ranks)[row]; }, rank};
}

std::vector<char> textsContaining(std::size_t count, const std::function<std::string_view(std::uint32_t)>& text,
                                  const QString& wanted, const Parallel& parallel) {
    std::vector<char> out(count);
    parallel.for_blocks(count, 4096, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            out[i] = toQt(text(static_cast<std::uint32_t>(i))).contains(wanted, Qt::CaseInsensitive) ? 1 : 0;
    });
    return out;
}

} // namespace tastebench::ui
