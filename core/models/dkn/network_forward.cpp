// The way of a batch's words and entities to the vectors of its titles.
#include "core/base/rng.h"
#include "core/models/dkn/network.h"
#include "core/nn/dense.h"
#include "core/nn/products.h"

namespace tastebench {

namespace {

using nn::view;

constexpr std::uint32_t mask_stream = 450;
constexpr std::size_t title_block = 64; ///< titles that go together

void draw_masks(float keep, std::uint64_t seed, std::size_t title, float* mask, std::size_t n) {
    Rng rng(seed, mask_stream, static_cast<std::uint32_t>(title));
    const auto bound = static_cast<std::uint32_t>(static_cast<double>(keep) * 4294967295.0);
    for (std::size_t i = 0; i < n; ++i)
        mask[i] = rng.next_u32() < bound ? 1.0F / keep : 0.0F;
}

/// What is only read.
template <typename... Sizes>
nn::ConstMatrixView fixed(const float* data, Sizes... sizes) {
    return view(data, sizes...);
}

} // namespace

void DknNetwork::turn_filters() {
    const auto turn = [&](const nn::Slot& slot, nn::AlignedFloats& by_input) {
        nn::transpose(parameters_.at(slot), slot.columns, slot.rows, slot.columns, by_input.data(), slot.rows);
    };
    turn(word_filters_, word_filters_by_input_);
    turn(entity_filters_, entity_filters_by_input_);
}

void DknNetwork::gather_entities(std::size_t first, std::size_t last) {
    const std::size_t from = shape_.entity_width;
    const std::size_t width = shape_.word_width;
    const std::size_t both = shape_.knowledge_width();
    const std::size_t n = last - first;
    const auto& weights = std::as_const(parameters_);
    const auto rows = plan_.entities.rows.numbers().subspan(first, n);
    float* x = entity_x_.data() + first * both;
    const auto transform = [&](const nn::EmbeddingTable& table, float* gathered, float* out) {
        table.gather(rows, gathered, from);
        nn::dense_forward(fixed(gathered, n, from), weights.matrix(transform_), weights.at(transform_bias_),
                          nn::Activation::tanh, view(out, n, width, both));
    };
    transform(entities_, entities_e_.data() + first * from, x);
    if (shape_.context)
        transform(contexts_, contexts_e_.data() + first * from, x + width);
}

void DknNetwork::gather_rows(const Step& step, const Parallel& parallel) {
    turn_filters();
    const std::size_t width = shape_.word_width;
    for_row_blocks(step, parallel, [&](bool words, std::size_t first, std::size_t last) {
        if (words)
            words_.gather(plan_.words.rows.numbers().subspan(first, last - first), word_x_.data() + first * width,
                          width);
        else
            gather_entities(first, last);
    });
}

void DknNetwork::multiply_rows(const Filters& filters, const Step& step, const Parallel& parallel) {
    for_row_blocks(step, parallel, [&](bool words, std::size_t first, std::size_t last) {
        const auto& slot = words ? word_filters_ : entity_filters_;
        const float* x = (words ? word_x_ : entity_x_).data() + first * slot.columns;
        const float* by_input = (words ? word_filters_by_input_ : entity_filters_by_input_).data();
        float* out = (words ? word_products_ : entity_products_).data() + first * filters.size();
        for (std::size_t j = 0; j < filters.width; ++j) {
            const std::size_t column = (filters.tap + j) * shape_.convolution.filters + filters.first;
            nn::row_products(fixed(x, last - first, slot.columns),
                             fixed(by_input + column, slot.columns, filters.count, slot.rows),
                             view(out + j * filters.count, last - first, filters.count, filters.size()));
        }
    });
}

void DknNetwork::pool_titles(const TitleTable& table, const Filters& filters, const Step& step,
                             const Parallel& parallel) {
    const std::size_t width = shape_.title_width();
    const std::size_t length = plan_.length;
    const nn::WordConvolutionShape shape{static_cast<std::uint32_t>(filters.count),
                                         {static_cast<std::uint32_t>(filters.width)}};
    const float* bias = std::as_const(parameters_).at(filter_bias_) + filters.pooled;
    parallel.for_blocks(plan_.titles.size(), title_block, [&](std::size_t first, std::size_t last) {
        if (cancelled(step))
            return;
        for (std::size_t t = first; t < last; ++t) {
            const std::array<nn::TextSide, 2> sides{
                nn::TextSide{word_products_.data(), plan_.words.of_place.data() + t * length},
                nn::TextSide{entity_products_.data(), plan_.entities.of_place.data() + t * length}};
            nn::pool_text(shape, std::span(sides).first(shape_.entities == 0 ? 1 : 2),
                          table.counts[plan_.titles.numbers()[t]], bias, titles_.data() + t * width + filters.pooled,
                          where_.data() + t * width + filters.pooled);
        }
    });
}

void DknNetwork::encode_titles(const TitleTable& table, const Step& step, bool train, const Parallel& parallel) {
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const auto& weights = std::as_const(parameters_);
    gather_rows(step, parallel);
    for (const auto& filters : filters_) {
        multiply_rows(filters, step, parallel);
        pool_titles(table, filters, step, parallel);
    }
    parallel.for_blocks(plan_.titles.size(), title_block, [&](std::size_t first, std::size_t last) {
        if (cancelled(step))
            return;
        for (std::size_t t = first; t < last && train && shape_.dropout > 0; ++t) {
            float* mask = masks_.data() + t * width;
            draw_masks(1 - shape_.dropout, step.seed, t, mask, width);
            for (std::size_t f = 0; f < width; ++f)
                titles_[t * width + f] *= mask[f];
        }
        const auto titles = fixed(titles_.data() + first * width, last - first, width);
        nn::dense_forward(titles, weights.matrix(key_), nullptr, nn::Activation::identity,
                          view(keys_.data() + first * hidden, last - first, hidden));
        if (first >= plan_.n_candidates)
            return;
        const std::size_t n = std::min(last, plan_.n_candidates) - first;
        nn::dense_forward(fixed(titles.data(), n, width), weights.matrix(query_), weights.at(query_bias_),
                          nn::Activation::identity, view(queries_.data() + first * hidden, n, hidden));
    });
}

nn::AttentionTables DknNetwork::attention_tables() const {
    return {keys_.data(), titles_.data(), parameters_.at(v_), shape_.attention, shape_.title_width()};
}

} // namespace tastebench
