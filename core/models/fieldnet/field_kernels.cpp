#include <algorithm>
#include <cmath>

#include "core/models/fieldnet/field_kernels.h"

namespace tastebench {

namespace {

/// Eight floats: one register with AVX, two without.
using Lanes = float __attribute__((vector_size(32), aligned(4), may_alias));
constexpr std::uint32_t lanes = 8;
constexpr std::uint32_t most_chunks = 65; ///< 512 factors and the linear weight
constexpr std::uint32_t ahead = 8;        ///< rows asked for from memory before they are needed

Lanes* at(float* from) {
    return reinterpret_cast<Lanes*>(from);
}
const Lanes* at(const float* from) {
    return reinterpret_cast<const Lanes*>(from);
}

/// For each lane of a row 1 if it is a factor, or if it is the linear weight. Chunks = 0: as many as at run time.
template <int Chunks>
struct Masks {
    static constexpr int room = Chunks == 0 ? static_cast<int>(most_chunks) : Chunks;
    // Plain arrays: templates drop the attributes of vector types.
    Lanes factor[room], linear[room];
    int chunks;

    explicit Masks(const TableShape& shape) : chunks(Chunks == 0 ? static_cast<int>(shape.width / lanes) : Chunks) {
        for (int c = 0; c < chunks; ++c)
            for (std::uint32_t l = 0; l < lanes; ++l) {
                const std::uint32_t lane = static_cast<std::uint32_t>(c) * lanes + l;
                factor[c][l] = lane < shape.dim ? 1.0F : 0.0F;
                linear[c][l] = lane == shape.dim ? 1.0F : 0.0F;
            }
    }
};

inline float sum_of(const Lanes& x) {
    const float low = (x[0] + x[4]) + (x[2] + x[6]);
    const float high = (x[1] + x[5]) + (x[3] + x[7]);
    return low + high;
}

void prefetch_row(const float* row, std::size_t floats) {
    for (std::size_t f = 0; f < floats; f += 16)
        __builtin_prefetch(row + f, 1);
}

/// The multi fields of one sample: their columns hold the weighted sums of their rows.
template <int Chunks>
void gather_multis(const float* table, const TableShape& shape, const InputLayout& layout, const Masks<Chunks>& masks,
                   const SampleBlock& block, std::uint32_t i, float* x, Lanes* sum, Lanes* squares) {
    for (const auto column : layout.multis)
        if (column != InputLayout::none)
            std::fill_n(x + std::size_t{column} * shape.dim, shape.dim, 0.0F);
    const auto entries = block.multi_of(i);
    const auto fields = block.multi_fields_of(i);
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const float* row = table + entries[e].index * shape.stride;
        const std::size_t column = layout.multis[fields[e]];
        for (int c = 0; c < masks.chunks; ++c)
            sum[c] += entries[e].value * at(row)[c] * (masks.factor[c] + masks.linear[c]);
        for (std::uint32_t f = 0; f < shape.dim; ++f)
            x[column * shape.dim + f] += entries[e].value * row[f];
    }
    for (const auto column : layout.multis)
        for (std::uint32_t f = 0; column != InputLayout::none && f < shape.dim; ++f) {
            const float value = x[column * shape.dim + f];
            squares[f / lanes][f % lanes] += value * value;
        }
}

template <int Chunks>
void gather(const float* table, const TableShape& shape, const InputLayout& layout, bool pairs, SampleBlock& block,
            float* x, float* slopes) {
    const Masks<Chunks> masks(shape);
    const int chunks = Chunks == 0 ? masks.chunks : Chunks;
    const std::size_t stride = layout.stride();
    for (std::uint32_t i = 0; i < block.n; ++i, x += stride, slopes += shape.width) {
        Lanes sum[Masks<Chunks>::room], squares[Masks<Chunks>::room];
        for (int c = 0; c < chunks; ++c)
            sum[c] = squares[c] = Lanes{};
        float linear = 0;
        const auto entries = block.singles_of(i);
        if (i + 1 < block.n)
            for (const auto& entry : block.singles_of(i + 1))
                __builtin_prefetch(table + entry.index * shape.stride);
        for (std::size_t s = 0; s < entries.size(); ++s) {
            const float* row = table + entries[s].index * shape.stride;
            const float value = entries[s].value;
            if (layout.singles[s].column == InputLayout::none) {
                linear += value * row[shape.dim];
                continue;
            }
            // What goes beyond the column is written over by the next one.
            float* column = x + std::size_t{layout.singles[s].column} * shape.dim;
            for (int c = 0; c < chunks; ++c) {
                const Lanes term = at(row)[c] * value;
                sum[c] += term;
                squares[c] += term * term;
                at(column)[c] = term;
            }
        }
        if (!block.multi_starts.empty())
            gather_multis<Chunks>(table, shape, layout, masks, block, i, x, sum, squares);
        float* numbers = x + std::size_t{layout.columns} * shape.dim;
        for (std::size_t s = 0; s < entries.size(); ++s)
            if (const auto& slot = layout.singles[s]; slot.number != InputLayout::none)
                numbers[slot.number] = entries[s].index == slot.missing ? 0.0F : entries[s].value;
        Lanes total{};
        for (int c = 0; c < chunks; ++c) {
            const Lanes factors = pairs ? masks.factor[c] * sum[c] : Lanes{};
            total +=
                masks.linear[c] * sum[c] + 0.5F * (factors * sum[c] - (pairs ? masks.factor[c] * squares[c] : Lanes{}));
            at(slopes)[c] = factors + masks.linear[c];
        }
        block.output[i] = linear + sum_of(total);
    }
}

/// The sum of a row's gradients, begun where the row is met for the first time in this step.
float* sum_of_row(TouchedRows& touched, TouchedRows::Mark& mark, std::uint32_t index, std::uint32_t step,
                  std::uint32_t width) {
    if (mark.step != step) {
        mark = {step, static_cast<std::uint32_t>(touched.rows.size())};
        touched.rows.push_back(index);
        // Grows, and stays: a batch has hardly more rows of a field than the one before.
        if (touched.sums.size() < touched.rows.size() * width)
            touched.sums.resize(2 * touched.rows.size() * width);
        std::fill_n(touched.sums.data() + std::size_t{mark.place} * width, width, 0.0F);
    }
    return touched.sums.data() + std::size_t{mark.place} * width;
}

template <int Chunks>
class Adder {
  public:
    Adder(const FieldErrors& errors, const TableShape& shape, TouchedRows::Mark* marks, std::uint32_t step,
          TouchedRows& touched)
        : masks_(shape), errors_(errors), shape_(shape), marks_(marks), step_(step), touched_(touched) {}

    void add(std::size_t sample, Entry entry) {
        float* sum = sum_of_row(touched_, marks_[entry.index], entry.index, step_, shape_.width);
        const float error = errors_.errors[sample];
        if (errors_.dx == nullptr) {
            sum[shape_.dim] += error * entry.value;
            return;
        }
        const float* slopes = errors_.slopes + sample * shape_.width;
        const float* dx = errors_.dx + sample * errors_.stride;
        const float* x = errors_.x + sample * errors_.stride;
        const float own = errors_.pairs ? error : 0.0F;
        const int chunks = Chunks == 0 ? masks_.chunks : Chunks;
        for (int c = 0; c < chunks; ++c)
            at(sum)[c] += entry.value * (error * at(slopes)[c] + masks_.factor[c] * (at(dx)[c] - own * at(x)[c]));
    }

  private:
    Masks<Chunks> masks_;
    const FieldErrors& errors_;
    const TableShape& shape_;
    TouchedRows::Mark* marks_;
    std::uint32_t step_;
    TouchedRows& touched_;
};

template <int Chunks>
void add_slot(const SampleBlock& block, std::size_t first, std::uint32_t slot, Adder<Chunks> adder,
              const TouchedRows::Mark* marks) {
    const Entry* entry = block.singles.data() + slot;
    const std::size_t slots = block.n_slots;
    for (std::uint32_t i = 0; i < block.n; ++i, entry += slots) {
        if (i + ahead < block.n)
            __builtin_prefetch(marks + entry[ahead * slots].index, 1);
        adder.add(first + i, *entry);
    }
}

template <int Chunks>
void add_multi(const SampleBlock& block, std::size_t first, std::uint16_t field, Adder<Chunks> adder) {
    for (std::uint32_t i = 0; i < block.n; ++i) {
        const auto fields = block.multi_fields_of(i);
        for (std::size_t e = 0; e < fields.size(); ++e)
            if (fields[e] == field)
                adder.add(first + i, block.multi_of(i)[e]);
    }
}

/// Width = 0: as wide as at run time. Zeros stay zeros, so the padding needs no care.
template <int Width>
void sgd_row(float* __restrict value, const float* __restrict g, int width, const nn::StepSizes& s) {
    for (int i = 0; i < (Width == 0 ? width : Width); ++i)
        value[i] -= s.rate * (g[i] + s.l2 * value[i]);
}

template <int Width>
void adagrad_row(float* __restrict value, float* __restrict squares, const float* __restrict g, int width,
                 const nn::StepSizes& s) {
    for (int i = 0; i < (Width == 0 ? width : Width); ++i) {
        const float slope = g[i] + s.l2 * value[i];
        squares[i] += slope * slope;
        value[i] -= s.rate * slope / (std::sqrt(squares[i]) + s.epsilon);
    }
}

template <int Width>
void adam_row(float* __restrict value, float* __restrict first, float* __restrict second, const float* __restrict g,
              int width, const nn::StepSizes& s, float scale1, float scale2) {
    for (int i = 0; i < (Width == 0 ? width : Width); ++i) {
        const float slope = g[i] + s.l2 * value[i];
        first[i] = s.beta1 * first[i] + (1.0F - s.beta1) * slope;
        second[i] = s.beta2 * second[i] + (1.0F - s.beta2) * slope * slope;
        value[i] -= s.rate * (first[i] * scale1) / (std::sqrt(second[i] * scale2) + s.epsilon);
    }
}

void clip_row(float* g, std::uint32_t width, float clip) {
    float squares = 0;
    for (std::uint32_t i = 0; i < width; ++i)
        squares += g[i] * g[i];
    if (squares <= clip * clip)
        return;
    const float scale = clip / std::sqrt(squares);
    for (std::uint32_t i = 0; i < width; ++i)
        g[i] *= scale;
}

template <int Width>
void step(float* table, const TableShape& shape, TouchedRows& touched, nn::Method method, const nn::StepSizes& sizes,
          float clip) {
    const auto width = static_cast<int>(shape.width);
    const float scale1 = 1.0F / sizes.correction1;
    const float scale2 = 1.0F / sizes.correction2;
    for (std::size_t t = 0; t < touched.rows.size(); ++t) {
        if (t + ahead < touched.rows.size())
            prefetch_row(table + touched.rows[t + ahead] * shape.stride, shape.stride);
        float* row = table + touched.rows[t] * shape.stride;
        float* g = touched.sums.data() + t * shape.width;
        if (clip > 0)
            clip_row(g, shape.width, clip);
        if (method == nn::Method::sgd)
            sgd_row<Width>(row, g, width, sizes);
        else if (method == nn::Method::adagrad)
            adagrad_row<Width>(row, row + width, g, width, sizes);
        else
            adam_row<Width>(row, row + width, row + 2 * width, g, width, sizes, scale1, scale2);
    }
}

} // namespace

// Widths of 16 and 24 have loops of their own: 8 to 15 factors, and 16 to 23, which is what most models have.

void gather_fields(const float* table, const TableShape& shape, const InputLayout& layout, bool pairs,
                   SampleBlock& block, float* x, float* slopes) {
    if (shape.width == 16)
        gather<2>(table, shape, layout, pairs, block, x, slopes);
    else if (shape.width == 24)
        gather<3>(table, shape, layout, pairs, block, x, slopes);
    else
        gather<0>(table, shape, layout, pairs, block, x, slopes);
}

void add_slot_gradients(const SampleBlock& block, std::size_t first, std::uint32_t slot, const FieldErrors& errors,
                        const TableShape& shape, TouchedRows::Mark* marks, std::uint32_t step, TouchedRows& touched) {
    if (shape.width == 16)
        add_slot(block, first, slot, Adder<2>(errors, shape, marks, step, touched), marks);
    else if (shape.width == 24)
        add_slot(block, first, slot, Adder<3>(errors, shape, marks, step, touched), marks);
    else
        add_slot(block, first, slot, Adder<0>(errors, shape, marks, step, touched), marks);
}

void add_multi_gradients(const SampleBlock& block, std::size_t first, std::uint16_t field, const FieldErrors& errors,
                         const TableShape& shape, TouchedRows::Mark* marks, std::uint32_t step, TouchedRows& touched) {
    if (shape.width == 16)
        add_multi(block, first, field, Adder<2>(errors, shape, marks, step, touched));
    else if (shape.width == 24)
        add_multi(block, first, field, Adder<3>(errors, shape, marks, step, touched));
    else
        add_multi(block, first, field, Adder<0>(errors, shape, marks, step, touched));
}

void step_rows(float* table, const TableShape& shape, TouchedRows& touched, nn::Method method,
               const nn::StepSizes& sizes, float clip) {
    if (shape.width == 16)
        step<16>(table, shape, touched, method, sizes, clip);
    else if (shape.width == 24)
        step<24>(table, shape, touched, method, sizes, clip);
    else
        step<0>(table, shape, touched, method, sizes, clip);
}

} // namespace tastebench
