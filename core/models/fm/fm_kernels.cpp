#include "core/models/fm/fm_kernels.h"

#include <cmath>

namespace tastebench {

namespace {

/// Eight floats: one register with AVX, two without.
using Lanes = float __attribute__((vector_size(32), may_alias));
constexpr std::uint32_t lanes = 8;
using Four = float __attribute__((vector_size(16), may_alias));
constexpr std::uint32_t most_chunks = 66; ///< 512 factors

/// For each lane of a row what it is: 1 where the mask's name says so, else 0. Chunks = 0: as many as at run time.
template <int Chunks>
struct Masks {
    static constexpr int room = Chunks == 0 ? static_cast<int>(most_chunks) : Chunks;
    // Plain arrays: templates drop the attributes of vector types.
    Lanes factor[room], linear[room], factor_squares[room], linear_squares[room], decay[room];
    int chunks;

    Masks(FmShape shape, float linear_regularization, float factor_regularization)
        : chunks(Chunks == 0 ? static_cast<int>(shape.width() / lanes) : Chunks) {
        for (int c = 0; c < chunks; ++c)
            for (std::uint32_t l = 0; l < lanes; ++l) {
                const std::uint32_t at = static_cast<std::uint32_t>(c) * lanes + l;
                const float is_factor = at < shape.factors ? 1.0F : 0.0F;
                const float is_linear = at == shape.linear() ? 1.0F : 0.0F;
                factor[c][l] = is_factor;
                linear[c][l] = is_linear;
                factor_squares[c][l] = at == shape.factor_squares() ? 1.0F : 0.0F;
                linear_squares[c][l] = at == shape.linear_squares() ? 1.0F : 0.0F;
                decay[c][l] = is_factor * factor_regularization + is_linear * linear_regularization;
            }
    }
};

inline float sum_of(const Lanes& x) {
    const float low = (x[0] + x[4]) + (x[2] + x[6]);
    const float high = (x[1] + x[5]) + (x[3] + x[7]);
    return low + high;
}

template <int Chunks>
void forward(const float* weights, FmShape shape, float w0, SampleBlock& block, float* sums) {
    const Masks<Chunks> masks(shape, 0, 0);
    const std::size_t width = shape.width();
    const int chunks = Chunks == 0 ? masks.chunks : Chunks;
    for (std::uint32_t i = 0; i < block.n; ++i) {
        Lanes sum[Masks<Chunks>::room], squares[Masks<Chunks>::room];
        for (int c = 0; c < chunks; ++c)
            sum[c] = squares[c] = Lanes{};
        const auto add = [&](Entry entry) {
            const auto* row = reinterpret_cast<const Lanes*>(weights + entry.index * width);
            for (int c = 0; c < chunks; ++c) {
                const Lanes term = row[c] * entry.value;
                sum[c] += term;
                squares[c] += term * term;
            }
        };
        if (i + 1 < block.n)
            for (const auto& entry : block.singles_of(i + 1))
                __builtin_prefetch(weights + entry.index * width);
        for (const auto& entry : block.singles_of(i))
            add(entry);
        for (const auto& entry : block.multi_of(i))
            add(entry);
        Lanes total{};
        auto* out = reinterpret_cast<Lanes*>(sums + i * width);
        for (int c = 0; c < chunks; ++c) {
            total += masks.factor[c] * (sum[c] * sum[c] - squares[c]) * 0.5F + masks.linear[c] * sum[c];
            // The linear weight's derivative is x alone: as if its sum were 1.
            out[c] = masks.factor[c] * sum[c] + masks.linear[c];
        }
        block.output[i] = w0 + sum_of(total);
    }
}

/// The entries of a sample that are a task's.
template <typename Use>
inline void for_each_of(const SampleBlock& block, std::uint32_t i, const FmTask& task, Use&& use) {
    for (const auto& entry : block.singles_of(i).subspan(task.first_slot, task.last_slot - task.first_slot))
        if (task.parts == 1 || entry.index % task.parts == task.part)
            use(entry);
    for (const auto& entry : block.multi_of(i))
        if (entry.index % task.multi_parts == task.multi_part)
            use(entry);
}

template <int Chunks>
void partial_sums(const float* weights, FmShape shape, const SampleBlock& block, const FmTask& task, float* partial) {
    const Masks<Chunks> masks(shape, 0, 0);
    const std::size_t width = shape.width();
    const int chunks = Chunks == 0 ? masks.chunks : Chunks;
    for (std::uint32_t i = 0; i < block.n; ++i) {
        Lanes sum[Masks<Chunks>::room];
        Lanes squares{};
        for (int c = 0; c < chunks; ++c)
            sum[c] = Lanes{};
        if (i + 1 < block.n)
            for_each_of(block, i + 1, task, [&](Entry entry) { __builtin_prefetch(weights + entry.index * width, 1); });
        for_each_of(block, i, task, [&](Entry entry) {
            const auto* row = reinterpret_cast<const Lanes*>(weights + entry.index * width);
            for (int c = 0; c < chunks; ++c) {
                const Lanes term = row[c] * entry.value;
                sum[c] += term;
                squares += masks.factor[c] * term * term;
            }
        });
        auto* out = reinterpret_cast<Lanes*>(partial + i * width);
        for (int c = 0; c < chunks; ++c)
            out[c] = (masks.factor[c] + masks.linear[c]) * sum[c] + masks.factor_squares[c] * sum_of(squares);
    }
}

template <int Chunks>
void combine(FmShape shape, float w0, std::span<const float* const> partials, SampleBlock& block, float* sums) {
    const Masks<Chunks> masks(shape, 0, 0);
    const std::size_t width = shape.width();
    const int chunks = Chunks == 0 ? masks.chunks : Chunks;
    for (std::uint32_t i = 0; i < block.n; ++i) {
        Lanes total{};
        auto* out = reinterpret_cast<Lanes*>(sums + i * width);
        for (int c = 0; c < chunks; ++c) {
            Lanes sum{};
            for (const float* partial : partials)
                sum += reinterpret_cast<const Lanes*>(partial + i * width)[c];
            total += 0.5F * (masks.factor[c] * sum * sum - masks.factor_squares[c] * sum) + masks.linear[c] * sum;
            out[c] = masks.factor[c] * sum + masks.linear[c];
        }
        block.output[i] = w0 + sum_of(total);
    }
}

template <int Chunks>
void update(float* weights, FmShape shape, const FmRates& rates, const SampleBlock& block, const float* sums,
            const FmTask& task) {
    const Masks<Chunks> masks(shape, rates.linear_regularization, rates.factor_regularization);
    const std::size_t width = shape.width();
    const int chunks = Chunks == 0 ? masks.chunks : Chunks;
    const float each = shape.factors > 0 ? 1.0F / static_cast<float>(shape.factors) : 0.0F;
    const auto step = [&](Entry entry, float error, const Lanes* sum) {
        auto* row = reinterpret_cast<Lanes*>(weights + entry.index * width);
        const auto* scalars = weights + entry.index * width;
        const float slope = error * entry.value;
        Lanes gradient[Masks<Chunks>::room];
        Lanes squares{};
        for (int c = 0; c < chunks; ++c) {
            gradient[c] = (sum[c] - masks.factor[c] * row[c] * entry.value) * slope + masks.decay[c] * row[c];
            squares += masks.factor[c] * gradient[c] * gradient[c];
        }
        const float linear = slope + rates.linear_regularization * scalars[shape.linear()];
        const float factor_growth = sum_of(squares) * each;
        const float linear_growth = linear * linear;
        // Two roots and two divisions for the price of one.
        const Four squared{scalars[shape.factor_squares()] + factor_growth,
                           scalars[shape.linear_squares()] + linear_growth, 1, 1};
        const Four roots{std::sqrt(squared[0]), std::sqrt(squared[1]), std::sqrt(squared[2]), std::sqrt(squared[3])};
        const Four steps = rates.learning_rate / roots;
        const float factor_step = steps[0];
        const float linear_step = steps[1];
        for (int c = 0; c < chunks; ++c)
            row[c] += masks.factor_squares[c] * factor_growth + masks.linear_squares[c] * linear_growth -
                      (masks.factor[c] * factor_step + masks.linear[c] * linear_step) * gradient[c];
    };
    for (std::uint32_t i = 0; i < block.n; ++i) {
        const auto* sum = reinterpret_cast<const Lanes*>(sums + i * width);
        if (i + 1 < block.n)
            for_each_of(block, i + 1, task, [&](Entry entry) { __builtin_prefetch(weights + entry.index * width, 1); });
        for_each_of(block, i, task, [&](Entry entry) { step(entry, block.error[i], sum); });
    }
}

} // namespace

void fm_forward(const float* weights, FmShape shape, float w0, SampleBlock& block, float* sums) {
    if (shape.width() == 16)
        forward<2>(weights, shape, w0, block, sums);
    else if (shape.width() == 32)
        forward<4>(weights, shape, w0, block, sums);
    else
        forward<0>(weights, shape, w0, block, sums);
}

void fm_partial(const float* weights, FmShape shape, const SampleBlock& block, const FmTask& task, float* partial) {
    if (shape.width() == 16)
        partial_sums<2>(weights, shape, block, task, partial);
    else if (shape.width() == 32)
        partial_sums<4>(weights, shape, block, task, partial);
    else
        partial_sums<0>(weights, shape, block, task, partial);
}

void fm_combine(FmShape shape, float w0, std::span<const float* const> partials, SampleBlock& block, float* sums) {
    if (shape.width() == 16)
        combine<2>(shape, w0, partials, block, sums);
    else if (shape.width() == 32)
        combine<4>(shape, w0, partials, block, sums);
    else
        combine<0>(shape, w0, partials, block, sums);
}

void fm_update(float* weights, FmShape shape, const FmRates& rates, const SampleBlock& block, const float* sums,
               const FmTask& task) {
    if (shape.width() == 16)
        update<2>(weights, shape, rates, block, sums, task);
    else if (shape.width() == 32)
        update<4>(weights, shape, rates, block, sums, task);
    else
        update<0>(weights, shape, rates, block, sums, task);
}

} // namespace tastebench
