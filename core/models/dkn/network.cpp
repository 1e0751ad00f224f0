// What the network is made of, and the samples of a step.
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
                        dropout_stream = 430;
constexpr std::size_t title_block = 64;       ///< titles that go together
constexpr std::size_t products_at_once = 128; ///< of a row, about

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
    deal_filters();
}

/// So many together that the products of a batch's rows, which are many, stay few at a time. In multiples of 16: those
/// fill registers.
void DknNetwork::deal_filters() {
    filters_.clear();
    const std::size_t all = shape_.convolution.filters;
    std::size_t tap = 0;
    for (std::size_t w = 0; w < shape_.convolution.widths.size(); ++w) {
        const std::size_t width = shape_.convolution.widths[w];
        const std::size_t pieces = (width * all + products_at_once - 1) / products_at_once;
        const auto from = [&](std::size_t piece) {
            return piece == pieces ? all : (piece * all / pieces + 8) / 16 * 16;
        };
        for (std::size_t piece = 0; piece < pieces; ++piece)
            if (const auto first = from(piece), last = std::min(all, from(piece + 1)); first < last)
                filters_.push_back({width, tap, first, last - first, w * all + first});
        tap += width;
    }
}

void DknNetwork::start(const DknShape& shape, float deviation, std::uint64_t seed, const Parallel& parallel) {
    lay_out(shape);
    draw_layers(seed);
    start_tables(deviation, seed, parallel);
    // Every word that no training title has is read as the unknown one, which says nothing until it is trained.
    std::fill_n(words_.row(0), shape.word_width, 0.0F);
}

void DknNetwork::start_tables(float deviation, std::uint64_t seed, const Parallel& parallel) {
    words_.start(shape_.words, shape_.word_width, deviation, seed, word_stream, parallel);
    entities_.start(shape_.entities, shape_.entity_width, deviation, seed, entity_stream, parallel);
    contexts_.start(shape_.context ? shape_.entities : 0, shape_.entity_width, deviation, seed, context_stream,
                    parallel);
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
    const std::size_t n_words = distinct_words();
    const std::size_t n_entities = distinct_entities();
    const std::size_t n_titles = plan_.titles.size();
    const auto largest = std::max_element(filters_.begin(), filters_.end(),
                                          [](const Filters& a, const Filters& b) { return a.size() < b.size(); });
    const std::size_t products = largest->size();
    at_least(word_filters_by_input_, word_filters_.size());
    at_least(entity_filters_by_input_, entity_filters_.size());
    const std::size_t title = shape_.title_width();
    for (auto* buffer : {&word_x_, &d_words_})
        at_least(*buffer, n_words * shape_.word_width);
    at_least(word_products_, n_words * products);
    at_least(entities_e_, n_entities * shape_.entity_width);
    at_least(contexts_e_, shape_.context ? n_entities * shape_.entity_width : 0);
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

bool DknNetwork::is_finite() const {
    return all_finite(parameters_.values()) && all_finite(words_.values()) && all_finite(entities_.values()) &&
           all_finite(contexts_.values());
}

void DknNetwork::release_buffers() {
    plan_ = {};
    scoring_ = {};
    nn::give_back(word_filters_by_input_, entity_filters_by_input_, word_x_, word_products_, d_words_, entities_e_,
                  contexts_e_, entity_x_, entity_products_, d_entity_x_, titles_, queries_, keys_, masks_, d_titles_,
                  d_queries_, d_keys_, d_from_query_, inputs_, d_inputs_, d_q_, d_v_, weights_, d_scores_, where_,
                  gradient_);
}

void DknNetwork::end_training() {
    release_buffers();
    optimizer_ = {};
    for (auto* table : {&words_, &entities_, &contexts_})
        table->end_training();
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
    gradient_.resize(parameters_.size());
    scorer_.reserve(scoring_, batch.size());
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
    if (step.move)
        optimizer_.begin_step();
    for (const auto& filters : filters_) {
        rows_backward(filters, step, parallel);
        learn_filters(filters, step, parallel);
    }
    if (!cancelled(step))
        learn_weights(step, parallel);
    double loss = 0;
    for (const double one : losses_)
        loss += one;
    return loss;
}

} // namespace tastebench
