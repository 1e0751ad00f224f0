// What the network is made of, the way forward, the samples of a step, and scoring.
#include "core/models/dkn/network.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/nn/dense.h"
#include "core/nn/losses.h"
#include "core/nn/products.h"

namespace tastebench {

namespace {

using nn::view;

constexpr std::uint32_t word_stream = 400, entity_stream = 401, context_stream = 402, weight_stream = 500,
                        dropout_stream = 430, mask_stream = 450;
constexpr std::size_t row_block = 256;      ///< distinct words or entities that go together
constexpr std::size_t title_block = 64;     ///< titles that go together
constexpr std::size_t encoded_chunk = 2048; ///< titles encoded at a time after training

void draw_masks(float keep, std::uint64_t seed, std::size_t title, float* mask, std::size_t n) {
    Rng rng(seed, mask_stream, static_cast<std::uint32_t>(title));
    const auto bound = static_cast<std::uint32_t>(static_cast<double>(keep) * 4294967295.0);
    for (std::size_t i = 0; i < n; ++i)
        mask[i] = rng.next_u32() < bound ? 1.0F / keep : 0.0F;
}

template <typename Floats>
void at_least(Floats& buffer, std::size_t n) {
    if (buffer.size() < n)
        buffer.resize(n);
}

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// What is only read.
template <typename... Sizes>
nn::ConstMatrixView fixed(const float* data, Sizes... sizes) {
    return view(data, sizes...);
}

} // namespace

void DknNetwork::lay_out(const DknShape& shape) {
    shape_ = shape;
    parameters_ = {};
    const std::size_t products = shape.convolution.products();
    const std::size_t title = shape.title_width();
    word_filters_ = parameters_.add(products, shape.word_width);
    entity_filters_ = parameters_.add(products, shape.knowledge_width());
    filter_bias_ = parameters_.add(1, title);
    transform_ = parameters_.add(shape.entities == 0 ? 0 : shape.entity_width, shape.word_width);
    transform_bias_ = parameters_.add(1, shape.word_width);
    query_ = parameters_.add(title, shape.attention);
    query_bias_ = parameters_.add(1, shape.attention);
    key_ = parameters_.add(title, shape.attention);
    v_ = parameters_.add(1, shape.attention);
    nn::DenseStackShape scorer{static_cast<std::uint32_t>(2 * title), {}, shape.dropout, false};
    for (const auto width : shape.layers)
        scorer.layers.push_back({width, nn::Activation::relu});
    scorer.layers.push_back({1, nn::Activation::identity});
    scorer_.lay_out(parameters_, std::move(scorer));
    scorer_parts_ = scorer_.parts();
    gradient_.assign(parameters_.size(), 0.0F);
    word_filters_by_input_.assign(word_filters_.size(), 0.0F);
    entity_filters_by_input_.assign(entity_filters_.size(), 0.0F);
}

void DknNetwork::start(const DknShape& shape, float deviation, std::uint64_t seed, const Parallel& parallel) {
    lay_out(shape);
    draw_layers(seed);
    words_.start(shape.words, shape.word_width, deviation, seed, word_stream, parallel);
    // Every word that no training title has is read as the unknown one, which says nothing until it is trained.
    std::fill_n(words_.row(0), shape.word_width, 0.0F);
    entities_.start(shape.entities, shape.entity_width, deviation, seed, entity_stream, parallel);
    contexts_.start(shape.context ? shape.entities : 0, shape.entity_width, deviation, seed, context_stream, parallel);
}

void DknNetwork::draw_layers(std::uint64_t seed) {
    std::uint32_t stream = weight_stream;
    const auto draw = [&](const nn::Slot& slot, std::size_t inputs) {
        if (slot.size() > 0)
            parameters_.draw_by_inputs(slot, inputs, seed, stream++);
    };
    // A filter of width w sees w words with all their channels.
    const std::size_t filters = shape_.convolution.filters;
    std::size_t tap = 0;
    for (std::size_t w = 0; w < shape_.convolution.widths.size(); ++w) {
        const std::size_t width = shape_.convolution.widths[w];
        const std::size_t inputs = width * (word_filters_.columns + entity_filters_.columns);
        for (const auto& side : {word_filters_, entity_filters_})
            draw({side.offset + tap * filters * side.columns, width * filters, side.columns}, inputs);
        draw({filter_bias_.offset + w * filters, 1, filters}, inputs);
        tap += width;
    }
    draw(transform_, shape_.entity_width);
    draw(transform_bias_, shape_.entity_width);
    for (const auto& slot : {query_, query_bias_, key_})
        draw(slot, shape_.title_width());
    draw(v_, shape_.attention);
    for (std::size_t l = 0; l < scorer_.shape().layers.size(); ++l) {
        draw(scorer_.weights(l), scorer_.weights(l).rows);
        draw(scorer_.bias(l), scorer_.weights(l).rows);
    }
}

void DknNetwork::set_optimizer(const nn::OptimizerSettings& settings) {
    optimizer_.start(settings, parameters_.size());
    for (auto* table : {&words_, &entities_, &contexts_})
        table->set_optimizer(settings);
}

void DknNetwork::reserve(std::size_t samples, std::size_t references) {
    const std::size_t n_words = plan_.words.rows.size();
    const std::size_t n_entities = shape_.entities == 0 ? 0 : plan_.entities.rows.size();
    const std::size_t n_titles = plan_.titles.size();
    const std::size_t products = shape_.convolution.products();
    const std::size_t title = shape_.title_width();
    for (auto* buffer : {&word_x_, &d_words_})
        at_least(*buffer, n_words * shape_.word_width);
    at_least(word_products_, n_words * products);
    for (auto* buffer : {&entity_e_, &d_entities_})
        at_least(*buffer, n_entities * shape_.entity_width);
    for (auto* buffer : {&entity_c_, &d_contexts_})
        at_least(*buffer, shape_.context ? n_entities * shape_.entity_width : 0);
    for (auto* buffer : {&entity_x_, &d_entity_x_})
        at_least(*buffer, n_entities * shape_.knowledge_width());
    at_least(entity_products_, n_entities * products);
    for (auto* buffer : {&titles_, &d_titles_})
        at_least(*buffer, n_titles * title);
    at_least(masks_, shape_.dropout > 0 ? n_titles * title : 0);
    for (auto* buffer : {&keys_, &d_keys_})
        at_least(*buffer, n_titles * shape_.attention);
    for (auto* buffer : {&queries_, &d_queries_})
        at_least(*buffer, plan_.n_candidates * shape_.attention);
    at_least(d_from_query_, plan_.n_candidates * title);
    at_least(where_, n_titles * title);
    for (auto* buffer : {&inputs_, &d_inputs_})
        at_least(*buffer, samples * 2 * title);
    for (auto* buffer : {&d_q_, &d_v_})
        at_least(*buffer, samples * shape_.attention);
    for (auto* buffer : {&weights_, &d_scores_})
        at_least(*buffer, references);
}

void DknNetwork::encode_words(std::size_t first, std::size_t last) {
    const std::size_t width = shape_.word_width;
    const std::size_t n = last - first;
    float* x = word_x_.data() + first * width;
    words_.gather(plan_.words.rows.numbers().subspan(first, n), x, width);
    const std::size_t products = shape_.convolution.products();
    nn::row_products(fixed(x, n, width), fixed(word_filters_by_input_.data(), width, products),
                     view(word_products_.data() + first * products, n, products));
}

void DknNetwork::encode_entities(std::size_t first, std::size_t last) {
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
    transform(entities_, entity_e_.data() + first * from, x);
    if (shape_.context)
        transform(contexts_, entity_c_.data() + first * from, x + width);
    const std::size_t products = shape_.convolution.products();
    nn::row_products(fixed(x, n, both), fixed(entity_filters_by_input_.data(), both, products),
                     view(entity_products_.data() + first * products, n, products));
}

void DknNetwork::encode_rows(const Step& step, const Parallel& parallel) {
    const std::size_t n_words = plan_.words.rows.size();
    const std::size_t n_entities = shape_.entities == 0 ? 0 : plan_.entities.rows.size();
    const std::size_t word_blocks = (n_words + row_block - 1) / row_block;
    const std::size_t entity_blocks = (n_entities + row_block - 1) / row_block;
    const auto turn = [&](const nn::Slot& slot, nn::AlignedFloats& by_input) {
        nn::transpose(parameters_.at(slot), slot.columns, slot.rows, slot.columns, by_input.data(), slot.rows);
    };
    turn(word_filters_, word_filters_by_input_);
    turn(entity_filters_, entity_filters_by_input_);
    parallel.for_blocks(word_blocks + entity_blocks, 1, [&](std::size_t block, std::size_t) {
        if (cancelled(step))
            return;
        if (block < word_blocks)
            encode_words(block * row_block, std::min(n_words, (block + 1) * row_block));
        else
            encode_entities((block - word_blocks) * row_block,
                            std::min(n_entities, (block - word_blocks + 1) * row_block));
    });
}

void DknNetwork::encode_titles(const TitleTable& table, const Step& step, bool train, const Parallel& parallel) {
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const std::size_t length = plan_.length;
    const auto& weights = std::as_const(parameters_);
    parallel.for_blocks(plan_.titles.size(), title_block, [&](std::size_t first, std::size_t last) {
        if (cancelled(step))
            return;
        for (std::size_t t = first; t < last; ++t) {
            const std::array<nn::TextSide, 2> sides{
                nn::TextSide{word_products_.data(), plan_.words.of_place.data() + t * length},
                nn::TextSide{entity_products_.data(), plan_.entities.of_place.data() + t * length}};
            float* title = titles_.data() + t * width;
            nn::pool_text(shape_.convolution, std::span(sides).first(shape_.entities == 0 ? 1 : 2),
                          table.counts[plan_.titles.numbers()[t]], weights.at(filter_bias_), title,
                          where_.data() + t * width);
            if (!train || shape_.dropout == 0)
                continue;
            float* mask = masks_.data() + t * width;
            draw_masks(1 - shape_.dropout, step.seed, t, mask, width);
            for (std::size_t f = 0; f < width; ++f)
                title[f] *= mask[f];
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

bool DknNetwork::encode(const TitleTable& titles, EncodedTitles& out, const Parallel& parallel,
                        const Progress* progress) {
    const Step step{progress};
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    out.titles.resize(titles.size() * width);
    out.queries.resize(titles.size() * hidden);
    out.keys.resize(titles.size() * hidden);
    std::vector<ItemIx> items;
    for (std::size_t first = 0; first < titles.size() && !cancelled(step); first += encoded_chunk) {
        items.clear();
        for (std::size_t item = first; item < std::min<std::size_t>(titles.size(), first + encoded_chunk); ++item)
            items.push_back(static_cast<ItemIx>(item));
        plan_.make(titles, items, shape_.words, shape_.entities);
        reserve(0, 0);
        encode_rows(step, parallel);
        encode_titles(titles, step, false, parallel);
        std::copy_n(titles_.data(), items.size() * width, out.titles.data() + first * width);
        std::copy_n(queries_.data(), items.size() * hidden, out.queries.data() + first * hidden);
        std::copy_n(keys_.data(), items.size() * hidden, out.keys.data() + first * hidden);
    }
    return !cancelled(step);
}

void DknNetwork::score(const EncodedTitles& encoded, const DknBatch& batch, std::span<float> logits) const {
    const std::size_t width = shape_.title_width();
    const nn::AttentionTables tables{encoded.keys.data(), encoded.titles.data(), parameters_.at(v_), shape_.attention,
                                     width};
    constexpr std::size_t slice = nn::DenseStack::slice;
    nn::DenseStack::Work work;
    scorer_.reserve(work, std::min(slice, batch.size()));
    nn::AlignedFloats inputs(std::min(slice, batch.size()) * 2 * width);
    nn::AlignedFloats weights;
    for (std::size_t first = 0; first < batch.size(); first += slice) {
        const std::size_t n = std::min(slice, batch.size() - first);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t s = first + i;
            const auto history =
                std::span(batch.history).subspan(batch.starts[s], batch.starts[s + 1] - batch.starts[s]);
            at_least(weights, history.size());
            float* input = inputs.data() + i * 2 * width;
            nn::attend(tables, history, encoded.queries.data() + std::size_t{batch.candidates[s]} * shape_.attention,
                       weights.data(), input);
            std::copy_n(encoded.titles.data() + std::size_t{batch.candidates[s]} * width, width, input + width);
        }
        scorer_.forward(parameters_, work, fixed(inputs.data(), n, 2 * width), 0, n, nullptr);
        std::copy_n(work.output(0), n, logits.data() + first);
    }
}

bool DknNetwork::is_finite() const {
    return all_finite(parameters_.values()) && all_finite(words_.values()) && all_finite(entities_.values()) &&
           all_finite(contexts_.values());
}

double DknNetwork::learn_samples(const DknBatch& batch, const Step& step, std::size_t first, std::size_t last) {
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const std::size_t n = last - first;
    const auto tables = attention_tables();
    const auto history = [&](std::size_t s) {
        return std::span(plan_.history).subspan(batch.starts[s], batch.starts[s + 1] - batch.starts[s]);
    };
    for (std::size_t s = first; s < last; ++s) {
        float* input = inputs_.data() + s * 2 * width;
        const std::size_t candidate = plan_.candidate[s];
        nn::attend(tables, history(s), queries_.data() + candidate * hidden, weights_.data() + batch.starts[s], input);
        std::copy_n(titles_.data() + candidate * width, width, input + width);
    }
    const nn::DenseStack::Training training{step.seed, dropout_stream};
    scorer_.forward(parameters_, scoring_, fixed(inputs_.data() + first * 2 * width, n, 2 * width), first, last,
                    &training);
    float* error = scoring_.error(first);
    const double loss = nn::binary_cross_entropy(scoring_.output(first), batch.targets.data() + first, n, error);
    for (std::size_t i = 0; i < n; ++i)
        error[i] /= static_cast<float>(batch.size());
    scorer_.backward(parameters_, scoring_, first, last, view(d_inputs_.data() + first * 2 * width, n, 2 * width));
    for (std::size_t s = first; s < last; ++s)
        nn::attend_backward(tables, history(s), queries_.data() + plan_.candidate[s] * hidden,
                            weights_.data() + batch.starts[s], d_inputs_.data() + s * 2 * width,
                            d_scores_.data() + batch.starts[s], d_q_.data() + s * hidden, d_v_.data() + s * hidden);
    return loss;
}

double DknNetwork::learn(const TitleTable& titles, const DknBatch& batch, const Step& step, const Parallel& parallel) {
    plan_.make(titles, batch, shape_.words, shape_.entities);
    reserve(batch.size(), batch.history.size());
    scorer_.reserve(scoring_, batch.size());
    encode_rows(step, parallel);
    encode_titles(titles, step, true, parallel);
    constexpr std::size_t slice = nn::DenseStack::slice;
    losses_.assign((batch.size() + slice - 1) / slice, 0.0);
    parallel.for_blocks(batch.size(), slice, [&](std::size_t first, std::size_t last) {
        if (!cancelled(step))
            losses_[first / slice] = learn_samples(batch, step, first, last);
    });
    parallel.for_blocks(plan_.titles.size(), title_block, [&](std::size_t first, std::size_t last) {
        if (!cancelled(step))
            titles_backward(first, last);
    });
    rows_backward(step, parallel);
    if (!cancelled(step))
        learn_weights(step, parallel);
    double loss = 0;
    for (const double one : losses_)
        loss += one;
    return loss;
}

} // namespace tastebench
