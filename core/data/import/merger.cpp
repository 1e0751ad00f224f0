#include "core/data/import/merger.h"

#include <algorithm>
#include <numeric>

#include "core/base/large_pages.h"

namespace tastebench {

namespace {

constexpr std::size_t block_bytes = 1 << 20;
constexpr std::size_t most_rows = 0xFFFFFFFE;

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

void renumber(std::vector<std::uint32_t>& column, const std::vector<std::uint32_t>& rank, const Parallel& parallel) {
    parallel.for_blocks(column.size(), 1 << 18, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            if (column[i] != ContextColumn::missing)
                column[i] = rank[column[i]];
    });
}

StringColumn placeholder() {
    StringColumn out;
    out.push_back(no_id);
    return out;
}

} // namespace

std::uint32_t TextCollector::add(std::string_view text) {
    // Looked up first, copied only if new.
    if (const auto found = table_.find(text))
        return *found;
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < text.size()) {
        blocks_.emplace_back();
        blocks_.back().reserve(std::max(block_bytes, text.size()));
    }
    auto& block = blocks_.back();
    const auto at = block.size();
    block.append(text);
    return table_.index_of(std::string_view(block).substr(at));
}

void TextCollector::merge(Piece::Ids& ids) {
    const auto& texts = ids.texts();
    for (auto i = ids.merged.size(); i < texts.size(); ++i) {
        const auto number = add(texts[i]);
        ids.merged.push_back(number);
        ids.move_text(static_cast<std::uint32_t>(i), text(number));
    }
}

StringColumn TextCollector::sorted(std::vector<std::uint32_t>& rank) const {
    const auto& texts = table_.texts();
    std::vector<std::uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return IdMap::less(texts[a], texts[b]); });
    rank.resize(texts.size());
    StringColumn out;
    for (std::uint32_t r = 0; r < order.size(); ++r) {
        rank[order[r]] = r;
        out.push_back(texts[order[r]]);
    }
    return out;
}

Merger::Merger(const RowShape& shape) : shape_(shape) {
    for (const auto& spec : shape.context) {
        context_.emplace_back();
        context_.back().column.name = spec.name;
        context_.back().column.type = spec.type;
        if (spec.type == ColumnType::multi_category)
            context_.back().column.starts.push_back(0);
    }
}

void Merger::make_room(std::size_t more, double share) {
    const auto need = rows_.size() + more;
    if (need <= rows_.user.capacity())
        return;
    // What the share of the file read so far lets expect, a column at a time; memory that is never touched costs
    // nothing.
    const double expected = static_cast<double>(need) / std::clamp(share, 0.001, 1.0);
    const auto room = std::max(need, static_cast<std::size_t>(expected * 1.03) + 1024);
    reserve_in_large_pages(rows_.user, room);
    reserve_in_large_pages(rows_.item, room);
    if (shape_.value)
        reserve_in_large_pages(rows_.value, room);
    if (shape_.time)
        reserve_in_large_pages(rows_.time, room);
    if (shape_.event)
        reserve_in_large_pages(rows_.event, room);
}

void Merger::add_context(Piece& piece) {
    for (std::size_t c = 0; c < context_.size(); ++c) {
        auto& to = context_[c].column;
        auto& from = piece.context[c];
        append(to.numbers, from.numbers);
        append(to.weights, from.weights);
        const auto base = to.codes.size();
        for (const auto end : from.ends)
            to.starts.push_back(base + end);
        context_[c].categories.merge(from.categories);
        for (auto& code : from.codes)
            if (code != ContextColumn::missing)
                code = from.categories.merged[code];
        append(to.codes, from.codes);
    }
}

void Merger::add(Piece& piece, double share) {
    auto& from = piece.rows;
    make_room(from.size(), share);
    if (shape_.pairs) {
        users_.merge(piece.users);
        items_.merge(piece.items);
        for (auto& user : from.user)
            user = piece.users.merged[user];
        for (auto& item : from.item)
            item = piece.items.merged[item];
    }
    events_.merge(piece.events);
    for (auto& event : from.event)
        event = static_cast<EventIx>(std::min<std::uint32_t>(piece.events.merged[event], 255));
    append(rows_.user, from.user);
    append(rows_.item, from.item);
    append(rows_.value, from.value);
    append(rows_.time, from.time);
    append(rows_.event, from.event);
    add_context(piece);
}

Result<DatasetParts> Merger::finish(const std::string& source, const Parallel& parallel) {
    if (events_.size() > 255)
        return bad_data("there are more than 255 kinds of events", source, "check which column holds the event");
    if (rows_.size() > most_rows)
        return bad_data("there are more than 4,294,967,294 rows", source, "import a part of them");
    DatasetParts parts;
    std::vector<std::uint32_t> rank;
    parts.has_pairs = shape_.pairs;
    if (shape_.pairs) {
        parts.users = IdMap(users_.sorted(rank));
        renumber(rows_.user, rank, parallel);
        parts.items = IdMap(items_.sorted(rank));
        renumber(rows_.item, rank, parallel);
    } else {
        parts.users = IdMap(placeholder());
        parts.items = IdMap(placeholder());
    }
    if (shape_.event) {
        const auto names = events_.sorted(rank);
        for (std::size_t e = 0; e < names.size(); ++e)
            parts.events.emplace_back(names[e]);
        for (auto& event : rows_.event)
            event = static_cast<EventIx>(rank[event]);
    }
    for (auto& context : context_) {
        auto& column = context.column;
        if (column.type != ColumnType::number) {
            column.categories = context.categories.sorted(rank);
            renumber(column.codes, rank, parallel);
        }
        const bool plain = std::all_of(column.weights.begin(), column.weights.end(), [](float w) { return w == 1; });
        if (plain)
            column.weights.clear();
        parts.context.push_back(std::move(column));
    }
    parts.interactions = std::move(rows_);
    return parts;
}

} // namespace tastebench
