// What is stored of the networks: their numbers, and the optimiser's.
#include <algorithm>
#include <cstring>

#include "core/models/ncf/network.h"

namespace tastebench {

namespace {

/// An array of floats as Writer::array() stores it, where it lies.
struct StoredFloats {
    std::span<const std::byte> bytes;

    explicit StoredFloats(Reader& in) {
        const std::uint64_t n = in.varint();
        bytes = in.bytes(n <= UINT64_MAX / sizeof(float) ? n * sizeof(float) : UINT64_MAX);
    }
    std::size_t size() const { return bytes.size() / sizeof(float); }
    void copy(std::size_t from, std::size_t n, float* to) const {
        if (n > 0)
            std::memcpy(to, bytes.data() + from * sizeof(float), n * sizeof(float));
    }
};

std::size_t row_width(const NcfShape& shape) {
    const std::size_t embedding = shape.layers.empty() ? 0 : shape.layers.front() / 2;
    return nn::small_width(shape.factors) + nn::small_width(static_cast<std::uint32_t>(embedding));
}

/// `dense_floats` are there for the layers: nothing larger is made for a shape that is read.
bool makes_sense(const NcfShape& shape, NcfKind kind, std::size_t dense_floats) {
    if (kind > NcfKind::mlp || shape.factors > NcfShape::most_width || shape.layers.size() == 1)
        return false;
    std::size_t weights = 0;
    for (std::size_t l = 0; l < shape.layers.size(); ++l) {
        if (shape.layers[l] < 1 || shape.layers[l] > NcfShape::most_width)
            return false;
        weights += l > 0 ? std::size_t{shape.layers[l - 1]} * shape.layers[l] : 0;
    }
    return weights <= dense_floats && (shape.layers.empty() || shape.layers.front() % 2 == 0) &&
           (kind == NcfKind::mlp || shape.factors > 0) && (kind == NcfKind::gmf || !shape.layers.empty());
}

} // namespace

/// Floats [from, to) of every row, as one array.
void NcfNetwork::save_rows(const Table& table, std::size_t from, std::size_t to, Writer& out) const {
    const std::size_t n = table.size();
    const std::size_t bytes = (to - from) * sizeof(float);
    out.varint(n * (to - from));
    std::byte* at = out.grow(n * bytes);
    for (std::size_t i = 0; i < n && bytes > 0; ++i, at += bytes)
        std::memcpy(at, table.row(i) + from, bytes);
}

bool NcfNetwork::load_rows(Table& table, std::size_t from, std::size_t to, Reader& in) {
    const StoredFloats values(in);
    if (!in.ok() || values.size() != table.size() * (to - from))
        return false;
    for (std::size_t i = 0; i < table.size(); ++i)
        values.copy(i * (to - from), to - from, table.row(i) + from);
    return true;
}

void NcfNetwork::save(Writer& out) const {
    out.number(shape_.users);
    out.number(shape_.items);
    out.number(shape_.factors);
    out.array(shape_.layers);
    out.number(static_cast<std::uint8_t>(kind_));
    save_rows(users_, 0, width(), out);
    save_rows(items_, 0, width(), out);
    dense_.save(out);
}

bool NcfNetwork::load(Reader& in) {
    NcfShape shape;
    shape.users = in.number<std::uint32_t>();
    shape.items = in.number<std::uint32_t>();
    shape.factors = in.number<std::uint32_t>();
    shape.layers = in.array<std::uint32_t>();
    const auto kind = static_cast<NcfKind>(in.number<std::uint8_t>());
    Reader rows = in;
    const StoredFloats users(in);
    const StoredFloats items(in);
    const StoredFloats dense(in);
    if (!in.ok() || !makes_sense(shape, kind, dense.size()))
        return false;
    const std::size_t wide = row_width(shape);
    if (users.size() != shape.users * wide || items.size() != shape.items * wide)
        return false;
    if (shape != shape_)
        lay_out(shape, 0);
    if (dense.size() != dense_.size() || !load_rows(users_, 0, width(), rows) || !load_rows(items_, 0, width(), rows))
        return false;
    dense.copy(0, dense.size(), dense_.values().data());
    if (!finite())
        return false;
    kind_ = kind;
    refresh();
    return true;
}

void NcfNetwork::save_training(Writer& out) const {
    optimizer_.save(out);
    save_rows(users_, width(), (1 + moments_) * width(), out);
    save_rows(items_, width(), (1 + moments_) * width(), out);
}

bool NcfNetwork::load_training(Reader& in) {
    return optimizer_.load(in) && load_rows(users_, width(), (1 + moments_) * width(), in) &&
           load_rows(items_, width(), (1 + moments_) * width(), in);
}

/// Rows move together where they had room for moments.
void NcfNetwork::end_training() {
    const auto close = [&](Table& table) {
        const std::size_t n = table.size();
        const std::size_t stride = row_stride(0);
        for (std::size_t i = 0; i < n; ++i)
            std::memmove(table.rows.data() + i * stride, table.row(i), width() * sizeof(float));
        for (std::size_t i = 0; i < n; ++i)
            std::fill_n(table.rows.data() + i * stride + width(), stride - width(), 0.0F);
        table.stride = stride;
        table.rows.resize(n * stride);
        table.rows.shrink_to_fit();
        nn::give_back(table.first_of);
    };
    optimizer_ = {};
    gradients_ = {};
    nn::give_back(scratch_, losses_, batch_users_, batch_items_, batch_labels_, user_gradients_, item_gradients_,
                  touched_, trained_, transposed_);
    close(users_);
    close(items_);
    moments_ = 0;
}

} // namespace tastebench
