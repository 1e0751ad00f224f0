#include "core/models/rbm/softmax_machine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/rng.h"
#include "core/models/rbm/rbm_kernels.h"
#include "core/nn/kernels.h"
#include "core/nn/product_views.h"

namespace tastebench::rbm {

namespace {

constexpr std::size_t user_block = 4;
constexpr std::size_t most_item_blocks = 32, least_item_block = 32;
constexpr double prior_ratings = 5; ///< so many ratings of the average item are added to those of each

std::size_t level_at(float value) {
    return static_cast<std::size_t>(value);
}

/// log of the shares of the levels, for each item.
void start_biases(const SparseRows& rows, std::size_t levels, float* bias) {
    std::vector<double> all(levels, 1.0);
    std::vector<double> counts(rows.n_columns * levels, 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        all[level_at(rows.values[i])] += 1;
        counts[rows.columns[i] * levels + level_at(rows.values[i])] += 1;
    }
    const double total = std::accumulate(all.begin(), all.end(), 0.0);
    for (std::size_t item = 0; item < rows.n_columns; ++item) {
        const double* mine = counts.data() + item * levels;
        const double n = std::accumulate(mine, mine + levels, prior_ratings);
        for (std::size_t k = 0; k < levels; ++k)
            bias[item * levels + k] = static_cast<float>(std::log((mine[k] + prior_ratings * all[k] / total) / n));
    }
}

} // namespace

SoftmaxMachine::SoftmaxMachine(const SoftmaxShape& shape)
    : Machine(shape.items, shape.hidden), levels_(shape.levels), with_conditional_(shape.conditional) {}

void SoftmaxMachine::lay_out() {
    const std::size_t n = levels_.size();
    weights_ = parameters_.add(std::size_t{items_} * n, hidden_);
    conditional_ = with_conditional_ ? parameters_.add(items_, hidden_) : nn::Slot{};
    visible_bias_ = parameters_.add(items_, n);
    hidden_bias_ = parameters_.add(1, hidden_);
    touched_.assign(items_, 0);
}

SoftmaxMachine::SoftmaxMachine(const SoftmaxShape& shape, const SparseRows& rows, float deviation, std::uint64_t seed)
    : SoftmaxMachine(shape) {
    lay_out();
    velocity_.assign(parameters_.size(), 0.0F);
    parameters_.draw_normal(weights_, deviation, seed, weight_stream);
    start_biases(rows, levels_.size(), parameters_.at(visible_bias_));
}

float SoftmaxMachine::level_of(double rating) const {
    const auto distance = [&](float level) { return std::abs(static_cast<double>(level) - rating); };
    const auto nearest =
        std::min_element(levels_.begin(), levels_.end(), [&](float a, float b) { return distance(a) < distance(b); });
    return static_cast<float>(nearest - levels_.begin());
}

void SoftmaxMachine::add_conditional(std::span<const std::uint32_t> items, float* sums) const {
    std::copy_n(parameters_.at(hidden_bias_), hidden_, sums);
    if (with_conditional_)
        for (const auto item : items)
            nn::add_to(sums, parameters_.at(conditional_) + std::size_t{item} * hidden_, hidden_);
}

void SoftmaxMachine::add_level(std::uint32_t item, std::size_t level, float* sums) const {
    nn::add_to(sums, parameters_.at(weights_) + (std::size_t{item} * levels_.size() + level) * hidden_, hidden_);
}

void SoftmaxMachine::encode(std::span<const std::uint32_t> items, std::span<const float> values, float* hidden) const {
    add_conditional(items, hidden);
    for (std::size_t i = 0; i < items.size(); ++i)
        add_level(items[i], level_at(values[i]), hidden);
    nn::activate(nn::Activation::sigmoid, hidden, hidden_);
}

void SoftmaxMachine::decode(const nn::ConstMatrixView& hidden, std::uint32_t first, nn::MatrixView out) const {
    const std::size_t n = levels_.size();
    const auto rows = static_cast<std::size_t>(out.rows());
    const auto items = static_cast<std::size_t>(out.cols());
    nn::AlignedFloats logits(rows * items * n);
    nn::multiply_transposed(hidden,
                            nn::view(parameters_.at(weights_) + first * n * hidden_, items * n, std::size_t{hidden_}),
                            nn::view(logits.data(), rows, items * n), false);
    for (std::size_t row = 0; row < rows; ++row) {
        float* to = out.data() + row * static_cast<std::size_t>(out.outerStride());
        for (std::size_t i = 0; i < items; ++i)
            to[i] = expected_level(logits.data() + (row * items + i) * n,
                                   parameters_.at(visible_bias_) + (first + i) * n, levels_.data(), n);
    }
}

double SoftmaxMachine::run_chain(const Step& step, std::size_t at) {
    const auto user = step.users[at];
    const auto items = step.rows.columns_of(user);
    const auto values = step.rows.values_of(user);
    const std::size_t n = levels_.size();
    float* driven = driven_.data() + at * hidden_;
    float* free = free_.data() + at * hidden_;
    float* sampled = sampled_.data() + at * hidden_;
    float* always = always_.data() + at * hidden_;
    add_conditional(items, always);
    std::copy_n(always, hidden_, driven);
    for (std::size_t i = 0; i < items.size(); ++i)
        add_level(items[i], level_at(values[i]), driven);
    nn::activate(nn::Activation::sigmoid, driven, hidden_);

    Rng rng(step.seed, gibbs_stream, user);
    double error = 0;
    float p[most_levels];
    for (std::uint32_t round = 0; round < step.gibbs; ++round) {
        sample(round == 0 ? driven : free, hidden_, rng, sampled);
        std::copy_n(always, hidden_, free);
        for (std::size_t i = 0; i < items.size(); ++i) {
            level_probabilities(parameters_.at(weights_) + std::size_t{items[i]} * n * hidden_,
                                parameters_.at(visible_bias_) + std::size_t{items[i]} * n, sampled, n, hidden_, p);
            if (round == 0) {
                const double expected = std::inner_product(p, p + n, levels_.begin(), 0.0);
                error += std::pow(expected - static_cast<double>(levels_[level_at(values[i])]), 2);
            }
            const auto level = sample_level(p, n, rng);
            ended_at_[starts_[at] + i] = level;
            add_level(items[i], level, free);
        }
        nn::activate(nn::Activation::sigmoid, free, hidden_);
    }
    return error;
}

/// Momentum and decay act on an item when the batch has it, so that a step costs what the batch's ratings cost.
void SoftmaxMachine::step_items(const Step& step, std::uint32_t first, std::uint32_t last) {
    const std::size_t n = levels_.size();
    const float rate = step.rate / static_cast<float>(step.users.size());
    float* w = parameters_.at(weights_);
    float* v = velocity_.data() + weights_.offset;
    float* bias_v = velocity_.data() + visible_bias_.offset;
    float* d_v = velocity_.data() + conditional_.offset;
    const auto touch = [&](std::size_t item) {
        touched_[item] = 1;
        keep_velocity(v + item * n * hidden_, w + item * n * hidden_, n * hidden_, step.momentum,
                      step.rate * step.decay);
        scale(bias_v + item * n, bias_v + item * n, n, step.momentum);
        if (with_conditional_)
            keep_velocity(d_v + item * hidden_, parameters_.at(conditional_) + item * hidden_, hidden_, step.momentum,
                          step.rate * step.decay);
    };
    for (std::size_t at = 0; at < step.users.size(); ++at) {
        const auto items = step.rows.columns_of(step.users[at]);
        const auto values = step.rows.values_of(step.users[at]);
        const float* driven = driven_.data() + at * hidden_;
        const float* free = free_.data() + at * hidden_;
        auto i = static_cast<std::size_t>(std::lower_bound(items.begin(), items.end(), first) - items.begin());
        for (; i < items.size() && items[i] < last; ++i) {
            const std::size_t item = items[i];
            if (touched_[item] == 0)
                touch(item);
            const std::size_t was = item * n + level_at(values[i]);
            const std::size_t is = item * n + ended_at_[starts_[at] + i];
            add_scaled(v + was * hidden_, driven, hidden_, rate);
            add_scaled(v + is * hidden_, free, hidden_, -rate);
            bias_v[was] += rate;
            bias_v[is] -= rate;
            if (with_conditional_)
                add_difference(d_v + item * hidden_, driven, free, hidden_, rate);
        }
    }
    for (std::size_t item = first; item < last; ++item) {
        if (touched_[item] == 0)
            continue;
        touched_[item] = 0;
        nn::add_to(w + item * n * hidden_, v + item * n * hidden_, n * hidden_);
        nn::add_to(parameters_.at(visible_bias_) + item * n, bias_v + item * n, n);
        if (with_conditional_)
            nn::add_to(parameters_.at(conditional_) + item * hidden_, d_v + item * hidden_, hidden_);
    }
}

void SoftmaxMachine::step_hidden_bias(const Step& step) {
    float* v = velocity_.data() + hidden_bias_.offset;
    scale(v, v, hidden_, step.momentum);
    for (std::size_t at = 0; at < step.users.size(); ++at)
        add_difference(v, driven_.data() + at * hidden_, free_.data() + at * hidden_, hidden_,
                       step.rate / static_cast<float>(step.users.size()));
    nn::add_to(parameters_.at(hidden_bias_), v, hidden_);
}

double SoftmaxMachine::learn(const Step& step, const Parallel& parallel) {
    const std::size_t n = step.users.size();
    for (auto* all : {&driven_, &free_, &sampled_, &always_})
        all->resize(std::max(all->size(), n * hidden_));
    starts_.assign(1, 0);
    for (const auto user : step.users)
        starts_.push_back(starts_.back() + step.rows.columns_of(user).size());
    ended_at_.resize(std::max(ended_at_.size(), starts_.back()));

    errors_.assign(n, 0.0);
    parallel.for_blocks(n, user_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t at = first; at < last; ++at)
            errors_[at] = run_chain(step, at);
    });
    const std::size_t block = std::max(least_item_block, (items_ + most_item_blocks - 1) / most_item_blocks);
    const std::size_t blocks = (items_ + block - 1) / block;
    parallel.for_parts(blocks + 1, [&](std::size_t part) {
        if (part == blocks)
            return step_hidden_bias(step);
        step_items(step, static_cast<std::uint32_t>(part * block),
                   static_cast<std::uint32_t>(std::min<std::size_t>(items_, (part + 1) * block)));
    });
    return std::accumulate(errors_.begin(), errors_.end(), 0.0);
}

void SoftmaxMachine::end_training() {
    Machine::end_training();
    nn::give_back(driven_, free_, sampled_, always_, starts_, ended_at_, errors_, touched_);
}

void SoftmaxMachine::save(Writer& out) const {
    out.number(hidden_);
    out.number(static_cast<std::uint8_t>(with_conditional_));
    out.array(levels_);
    parameters_.save(out);
}

std::unique_ptr<SoftmaxMachine> SoftmaxMachine::load(Reader& in, std::uint32_t items) {
    SoftmaxShape shape;
    shape.items = items;
    shape.hidden = in.number<std::uint32_t>();
    shape.conditional = in.number<std::uint8_t>() != 0;
    shape.levels = in.array<float>();
    const double n = static_cast<double>(shape.levels.size());
    if (!in.ok() || shape.hidden == 0 || n < 2 || shape.levels.size() > most_levels)
        return nullptr;
    std::unique_ptr<SoftmaxMachine> out(new SoftmaxMachine(shape));
    if (!out->load_parameters(in, static_cast<double>(items) * n * shape.hidden, [&] { out->lay_out(); }))
        return nullptr;
    return out;
}

} // namespace tastebench::rbm
