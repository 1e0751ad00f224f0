// What is stored of the networks: their numbers, and the optimiser's.
#include <algorithm>

#include "core/models/ncf/network.h"

namespace tastebench {

namespace {

constexpr std::size_t most_weights = std::size_t{1} << 24U; ///< of the layers together

std::size_t row_width(const NcfShape& shape) {
    const std::size_t embedding = shape.layers.empty() ? 0 : shape.layers.front() / 2;
    return nn::small_width(shape.factors) + nn::small_width(static_cast<std::uint32_t>(embedding));
}

bool makes_sense(const NcfShape& shape, NcfKind kind) {
    if (kind > NcfKind::mlp || shape.factors > NcfShape::most_width || shape.layers.size() == 1)
        return false;
    std::size_t weights = 0;
    for (std::size_t l = 0; l < shape.layers.size(); ++l) {
        if (shape.layers[l] < 1 || shape.layers[l] > NcfShape::most_width)
            return false;
        weights += l > 0 ? std::size_t{shape.layers[l - 1]} * shape.layers[l] : 0;
    }
    return weights <= most_weights && (shape.layers.empty() || shape.layers.front() % 2 == 0) &&
           (kind == NcfKind::mlp || shape.factors > 0) && (kind == NcfKind::gmf || !shape.layers.empty());
}

} // namespace

/// Floats [from, to) of every row.
std::vector<float> NcfNetwork::rows_of(const Table& table, std::size_t from, std::size_t to) const {
    std::vector<float> out;
    for (std::size_t at = 0; at < table.rows.size(); at += table.stride)
        out.insert(out.end(), table.rows.begin() + static_cast<std::ptrdiff_t>(at + from),
                   table.rows.begin() + static_cast<std::ptrdiff_t>(at + to));
    return out;
}

bool NcfNetwork::set_rows(Table& table, std::size_t from, std::size_t to, std::span<const float> values) {
    const std::size_t n = table.rows.size() / std::max<std::size_t>(1, table.stride);
    if (values.size() != n * (to - from))
        return false;
    for (std::size_t i = 0; i < n; ++i)
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * (to - from)), to - from, table.row(i) + from);
    return true;
}

void NcfNetwork::save(Writer& out) const {
    out.number(shape_.users);
    out.number(shape_.items);
    out.number(shape_.factors);
    out.array(shape_.layers);
    out.number(static_cast<std::uint8_t>(kind_));
    out.array(rows_of(users_, 0, width()));
    out.array(rows_of(items_, 0, width()));
    dense_.save(out);
}

bool NcfNetwork::load(Reader& in) {
    NcfShape shape;
    shape.users = in.number<std::uint32_t>();
    shape.items = in.number<std::uint32_t>();
    shape.factors = in.number<std::uint32_t>();
    shape.layers = in.array<std::uint32_t>();
    const auto kind = static_cast<NcfKind>(in.number<std::uint8_t>());
    const auto users = in.array<float>();
    const auto items = in.array<float>();
    if (!in.ok() || !makes_sense(shape, kind))
        return false;
    const std::size_t wide = row_width(shape);
    if (users.size() != shape.users * wide || items.size() != shape.items * wide)
        return false;
    if (shape != shape_)
        lay_out(shape, 0);
    if (!set_rows(users_, 0, width(), users) || !set_rows(items_, 0, width(), items) || !dense_.load(in) || !finite())
        return false;
    kind_ = kind;
    refresh();
    return true;
}

void NcfNetwork::save_training(Writer& out) const {
    optimizer_.save(out);
    out.array(rows_of(users_, width(), (1 + moments_) * width()));
    out.array(rows_of(items_, width(), (1 + moments_) * width()));
}

bool NcfNetwork::load_training(Reader& in) {
    const bool dense = optimizer_.load(in);
    const auto users = in.array<float>();
    const auto items = in.array<float>();
    return dense && set_rows(users_, width(), (1 + moments_) * width(), users) &&
           set_rows(items_, width(), (1 + moments_) * width(), items);
}

} // namespace tastebench
