#include "core/models/fm/ffm_kernels.h"

#include <cmath>

namespace tastebench {

namespace {

using Four = float __attribute__((vector_size(16), may_alias));

/// Calls body(vectors of a, of b, x_a x_b, sample) for every meeting of the fields. Sample by sample, since a value's
/// vectors for neighbouring fields lie beside each other in memory.
template <typename Body>
inline void for_each_meeting(std::span<const FieldPair> pairs, FfmShape shape, const FieldBlock& block,
                             const Body& body) {
    const Entry* entries = block.entries.data();
    for (std::uint32_t i = 0; i < block.n; ++i) {
        const std::uint32_t* starts = block.starts.data() + std::size_t{i} * block.fields;
        for (const auto& pair : pairs)
            for (std::uint32_t at = starts[pair.a]; at < starts[pair.a + 1]; ++at) {
                const std::uint32_t first = pair.a == pair.b ? at + 1 : starts[pair.b];
                for (std::uint32_t other = first; other < starts[pair.b + 1]; ++other)
                    body(pair.of_a + entries[at].index * shape.stride, pair.of_b + entries[other].index * shape.stride,
                         entries[at].value * entries[other].value, i);
            }
    }
}

inline Four root(const Four& x) {
    return Four{std::sqrt(x[0]), std::sqrt(x[1]), std::sqrt(x[2]), std::sqrt(x[3])};
}

} // namespace

void FieldBlock::arrange(const SampleBlock& block, std::span<const std::uint32_t> first_of_field,
                         std::span<const std::uint16_t> slot_field, bool normalised) {
    n = block.n;
    fields = static_cast<std::uint32_t>(first_of_field.size());
    starts.clear();
    entries.clear();
    scale.resize(n);
    error.resize(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto singles = block.singles_of(i);
        const auto multi = block.multi_of(i);
        const auto multi_field = block.multi_fields_of(i);
        std::size_t slot = 0;
        std::size_t at = 0;
        float length = 0;
        const auto add = [&](Entry entry, std::uint32_t field) {
            entries.push_back({entry.index - first_of_field[field], entry.value});
            length += entry.value * entry.value;
        };
        for (std::uint32_t f = 0; f < fields; ++f) {
            starts.push_back(static_cast<std::uint32_t>(entries.size()));
            for (; slot < singles.size() && slot_field[slot] == f; ++slot)
                if (singles[slot].value != 0) // a part that is left out, or an average number
                    add(singles[slot], f);
            for (; at < multi.size() && multi_field[at] == f; ++at)
                add(multi[at], f);
        }
        scale[i] = normalised && length > 0 ? 1 / length : 1.0F;
    }
    starts.push_back(static_cast<std::uint32_t>(entries.size()));
}

void ffm_forward(std::span<const FieldPair> pairs, FfmShape shape, const FieldBlock& block, float* out) {
    for_each_meeting(pairs, shape, block, [&](const float* a, const float* b, float x, std::uint32_t i) {
        Four sum{};
        for (std::uint32_t f = 0; f < shape.factors; f += 4)
            sum += *reinterpret_cast<const Four*>(a + f) * *reinterpret_cast<const Four*>(b + f);
        out[i] += (sum[0] + sum[1] + (sum[2] + sum[3])) * x * block.scale[i];
    });
}

void ffm_update(std::span<const FieldPair> pairs, FfmShape shape, float learning_rate, float regularization,
                const FieldBlock& block) {
    for_each_meeting(pairs, shape, block, [&](float* a, float* b, float x, std::uint32_t i) {
        const float slope = block.error[i] * x * block.scale[i];
        for (std::uint32_t f = 0; f < shape.factors; f += 4) {
            auto& va = *reinterpret_cast<Four*>(a + f);
            auto& vb = *reinterpret_cast<Four*>(b + f);
            auto& squares_a = *reinterpret_cast<Four*>(a + shape.factors + f);
            auto& squares_b = *reinterpret_cast<Four*>(b + shape.factors + f);
            const Four ga = regularization * va + slope * vb;
            const Four gb = regularization * vb + slope * va;
            squares_a += ga * ga;
            va -= learning_rate * ga / root(squares_a);
            squares_b += gb * gb;
            vb -= learning_rate * gb / root(squares_b);
        }
    });
}

} // namespace tastebench
