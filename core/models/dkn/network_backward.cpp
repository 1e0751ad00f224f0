// The way back through titles, words and entities, and the step of the weights.
#include <algorithm>

#include "core/models/dkn/network.h"
#include "core/nn/dense.h"

namespace tastebench {

namespace {

using nn::view;

constexpr std::size_t table_block = 512; ///< rows of a table stepped together

/// What is only read.
template <typename... Sizes>
nn::ConstMatrixView fixed(const float* data, Sizes... sizes) {
    return view(data, sizes...);
}

} // namespace

/// A title gains from every sample it was the candidate of and every history it stood in, in their order.
void DknNetwork::titles_backward(std::size_t first, std::size_t last) {
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const auto& weights = std::as_const(parameters_);
    const float* v = weights.at(v_);
    const std::size_t candidates = std::max(first, std::min(last, plan_.n_candidates));
    std::fill_n(d_keys_.data() + first * hidden, (last - first) * hidden, 0.0F);
    for (std::size_t t = first; t < last; ++t)
        for (const auto ref : plan_.as_history.of(t))
            nn::add_key_gradient(queries_.data() + plan_.candidate[plan_.sample[ref]] * hidden,
                                 keys_.data() + t * hidden, v, d_scores_[ref], hidden, d_keys_.data() + t * hidden);
    nn::dense_backward_input(fixed(d_keys_.data() + first * hidden, last - first, hidden), weights.matrix(key_),
                             view(d_titles_.data() + first * width, last - first, width));
    for (std::size_t t = first; t < candidates; ++t) {
        float* d = d_queries_.data() + t * hidden;
        std::fill_n(d, hidden, 0.0F);
        for (const auto sample : plan_.as_candidate.of(t))
            nn::add_to(d, d_q_.data() + sample * hidden, hidden);
    }
    if (candidates > first)
        nn::dense_backward_input(fixed(d_queries_.data() + first * hidden, candidates - first, hidden),
                                 weights.matrix(query_),
                                 view(d_from_query_.data() + first * width, candidates - first, width));
    for (std::size_t t = first; t < last; ++t) {
        float* d = d_titles_.data() + t * width;
        if (t < candidates) {
            nn::add_to(d, d_from_query_.data() + t * width, width);
            for (const auto sample : plan_.as_candidate.of(t))
                nn::add_to(d, d_inputs_.data() + (sample * 2 + 1) * width, width);
        }
        for (const auto ref : plan_.as_history.of(t))
            nn::add_scaled(d, d_inputs_.data() + plan_.sample[ref] * 2 * width, weights_[ref], width);
        const float* mask = shape_.dropout > 0 ? masks_.data() + t * width : nullptr;
        for (std::size_t f = 0; f < width; ++f)
            d[f] = where_[t * width + f] < 0 ? 0.0F : mask != nullptr ? d[f] * mask[f] : d[f];
    }
}

/// The products of the rows are no longer needed: their derivatives go where they were.
void DknNetwork::place_gradients(const Filters& filters, const BatchRows& rows, std::size_t first, std::size_t last,
                                 float* products) const {
    const std::size_t width = shape_.title_width();
    const std::size_t n = filters.size();
    const nn::WordConvolutionShape shape{static_cast<std::uint32_t>(filters.count),
                                         {static_cast<std::uint32_t>(filters.width)}};
    std::fill_n(products + first * n, (last - first) * n, 0.0F);
    for (std::size_t row = first; row < last; ++row)
        for (const auto place : rows.places.of(row)) {
            const std::size_t at = place / plan_.length * width + filters.pooled;
            nn::add_place_gradient(shape, place % plan_.length, d_titles_.data() + at, where_.data() + at,
                                   products + row * n);
        }
}

void DknNetwork::rows_backward(const Filters& filters, const Step& step, const Parallel& parallel) {
    for_row_blocks(step, parallel, [&](bool words, std::size_t first, std::size_t last) {
        auto& products = words ? word_products_ : entity_products_;
        place_gradients(filters, words ? plan_.words : plan_.entities, first, last, products.data());
        const auto& slot = words ? word_filters_ : entity_filters_;
        auto d_x = view((words ? d_words_ : d_entity_x_).data() + first * slot.columns, last - first, slot.columns);
        for (std::size_t j = 0; j < filters.width; ++j) {
            const std::size_t row = (filters.tap + j) * shape_.convolution.filters + filters.first;
            const bool begins = &filters == filters_.data() && j == 0;
            nn::row_products_backward(
                fixed(products.data() + first * filters.size() + j * filters.count, last - first, filters.count,
                      filters.size()),
                fixed(std::as_const(parameters_).at(slot) + row * slot.columns, filters.count, slot.columns), d_x,
                !begins);
        }
        if (!words && &filters == &filters_.back())
            nn::activate_backward(nn::Activation::tanh, entity_x_.data() + first * slot.columns, d_x.data(),
                                  (last - first) * slot.columns);
    });
}

/// Their gradients over all rows of the batch, and their step.
void DknNetwork::learn_filters(const Filters& filters, const Step& step, const Parallel& parallel) {
    const std::size_t taps = filters.width;
    parallel.for_blocks(shape_.entities > 0 ? 2 * taps : taps, 1, [&](std::size_t part, std::size_t) {
        if (cancelled(step))
            return;
        const bool words = part < taps;
        const std::size_t tap = part % taps;
        const auto& slot = words ? word_filters_ : entity_filters_;
        const std::size_t n = words ? distinct_words() : distinct_entities();
        const std::size_t row = (filters.tap + tap) * shape_.convolution.filters + filters.first;
        nn::row_products_weights(
            fixed((words ? word_products_ : entity_products_).data(), n, filters.size()),
            fixed((words ? word_x_ : entity_x_).data(), n, slot.columns), tap * filters.count,
            view(gradient_.data() + slot.offset + row * slot.columns, filters.count, slot.columns));
        step_slot(slot, row, filters.count, step.move);
    });
}

void DknNetwork::entities_backward(std::size_t first, std::size_t last) {
    const auto& weights = std::as_const(parameters_);
    const std::size_t width = shape_.word_width;
    const std::size_t from = shape_.entity_width;
    const std::size_t both = shape_.knowledge_width();
    const std::size_t n = last - first;
    const float* d = d_entity_x_.data() + first * both;
    nn::dense_backward_input(fixed(d, n, width, both), weights.matrix(transform_),
                             view(entities_e_.data() + first * from, n, from));
    if (shape_.context)
        nn::dense_backward_input(fixed(d + width, n, width, both), weights.matrix(transform_),
                                 view(contexts_e_.data() + first * from, n, from));
}

void DknNetwork::step_slot(const nn::Slot& slot, std::size_t first_row, std::size_t rows, bool move) {
    if (move)
        optimizer_.step_range(parameters_.values().data(), gradient_.data(), slot.offset + first_row * slot.columns,
                              rows * slot.columns);
}

/// Of the attention network, and of the filters' biases: what is small.
void DknNetwork::attention_gradient(std::size_t samples) {
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const std::size_t n = plan_.titles.size();
    const std::size_t candidates = plan_.n_candidates;
    const auto matrix = [&](const nn::Slot& slot) {
        float* out = gradient_.data() + slot.offset;
        std::fill_n(out, slot.size(), 0.0F);
        return view(out, slot.rows, slot.columns);
    };
    const float* titles = titles_.data();
    nn::dense_backward_weights(fixed(titles, n, width), fixed(d_keys_.data(), n, hidden), matrix(key_), nullptr);
    nn::dense_backward_weights(fixed(titles, candidates, width), fixed(d_queries_.data(), candidates, hidden),
                               matrix(query_), matrix(query_bias_).data());
    float* d_v = matrix(v_).data();
    for (std::size_t s = 0; s < samples; ++s)
        nn::add_to(d_v, d_v_.data() + s * hidden, hidden);
    float* d_bias = matrix(filter_bias_).data();
    for (std::size_t t = 0; t < n; ++t)
        nn::add_to(d_bias, d_titles_.data() + t * width, width);
}

/// The vectors are fetched again: their derivatives may be where they were.
void DknNetwork::transform_gradient() {
    const std::size_t from = shape_.entity_width;
    const std::size_t width = shape_.word_width;
    const std::size_t both = shape_.knowledge_width();
    auto out = view(gradient_.data() + transform_.offset, from, width);
    float* bias = gradient_.data() + transform_bias_.offset;
    out.setZero();
    std::fill_n(bias, width, 0.0F);
    nn::AlignedFloats fetched(row_block * from);
    const auto add = [&](const nn::EmbeddingTable& table, std::size_t column) {
        for (std::size_t first = 0; first < distinct_entities(); first += row_block) {
            const std::size_t n = std::min(row_block, distinct_entities() - first);
            table.gather(plan_.entities.rows.numbers().subspan(first, n), fetched.data(), from);
            nn::dense_backward_weights(fixed(fetched.data(), n, from),
                                       fixed(d_entity_x_.data() + first * both + column, n, width, both), out, bias);
        }
    };
    add(entities_, 0);
    if (shape_.context)
        add(contexts_, width);
}

void DknNetwork::transform_backward(const Step& step, const Parallel& parallel) {
    const std::size_t blocks = (distinct_entities() + row_block - 1) / row_block;
    parallel.for_blocks(shape_.entities > 0 ? blocks + 1 : 0, 1, [&](std::size_t part, std::size_t) {
        if (cancelled(step))
            return;
        if (part == 0) // the long one first
            return transform_gradient();
        entities_backward((part - 1) * row_block, std::min(distinct_entities(), part * row_block));
    });
    for (const auto& slot : {transform_, transform_bias_})
        step_slot(slot, 0, slot.rows, step.move && shape_.entities > 0 && !cancelled(step));
}

void DknNetwork::learn_weights(const Step& step, const Parallel& parallel) {
    const std::size_t samples = plan_.candidate.size();
    const bool knows = shape_.entities > 0;
    transform_backward(step, parallel);
    const auto blocks = [](const BatchRows& rows) { return (rows.rows.size() + table_block - 1) / table_block; };
    const auto rows = [&](nn::EmbeddingTable& table, const BatchRows& of, const nn::AlignedFloats& gradients,
                          std::size_t block) {
        const std::size_t first = block * table_block;
        const std::size_t n = std::min(table_block, of.rows.size() - first);
        table.step_distinct(of.rows.numbers().subspan(first, n), gradients.data() + first * table.width(),
                            table.width(), optimizer_.steps());
    };
    const std::size_t word_blocks = step.move ? blocks(plan_.words) : 0;
    const std::size_t entity_blocks = step.move && knows ? blocks(plan_.entities) : 0;
    const std::size_t context_blocks = shape_.context ? entity_blocks : 0;
    // The long ones first.
    const std::array<std::size_t, 5> counts{1, word_blocks, entity_blocks, context_blocks, scorer_parts_.size()};
    std::size_t all = 0;
    for (const auto count : counts)
        all += count;
    parallel.for_blocks(all, 1, [&](std::size_t part, std::size_t) {
        if (cancelled(step))
            return;
        std::size_t kind = 0;
        for (; part >= counts[kind]; ++kind)
            part -= counts[kind];
        switch (kind) {
        case 0:
            attention_gradient(samples);
            for (const auto& slot : {filter_bias_, query_, query_bias_, key_, v_})
                step_slot(slot, 0, slot.rows, step.move);
            return;
        case 1:
            return rows(words_, plan_.words, d_words_, part);
        case 2:
            return rows(entities_, plan_.entities, entities_e_, part);
        case 3:
            return rows(contexts_, plan_.entities, contexts_e_, part);
        default: {
            const auto& one = scorer_parts_[part];
            const std::size_t inputs = 2 * shape_.title_width();
            scorer_.gradient(one, scoring_, fixed(inputs_.data(), samples, inputs), gradient_.data());
            if (step.move)
                optimizer_.step_range(parameters_.values().data(), gradient_.data(), one.offset, one.size);
        }
        }
    });
}

} // namespace tastebench
