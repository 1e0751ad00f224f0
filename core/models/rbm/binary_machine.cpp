#include "core/models/rbm/binary_machine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/rng.h"
#include "core/models/rbm/rbm_kernels.h"
#include "core/nn/kernels.h"
#include "core/nn/product_views.h"

namespace tastebench::rbm {

namespace {

constexpr std::size_t user_block = 32;
constexpr std::size_t item_block = 64;

} // namespace

void BinaryMachine::lay_out() {
    weights_ = parameters_.add(items_, hidden_);
    visible_bias_ = parameters_.add(1, items_);
    hidden_bias_ = parameters_.add(1, hidden_);
    stride_ = (items_ + 15) / 16 * 16 + 16;
}

BinaryMachine::BinaryMachine(const SparseRows& rows, std::uint32_t hidden, float deviation, std::uint64_t seed)
    : BinaryMachine(rows.n_columns, hidden) {
    lay_out();
    velocity_.assign(parameters_.size(), 0.0F);
    parameters_.draw_normal(weights_, deviation, seed, weight_stream);
    std::vector<double> had(items_, 0.0);
    for (const auto item : rows.columns)
        had[item] += 1;
    // Half a person more with and without it, so that every item has odds.
    for (std::uint32_t item = 0; item < items_; ++item)
        parameters_.at(visible_bias_)[item] =
            static_cast<float>(std::log((had[item] + 0.5) / (rows.n_rows() - had[item] + 0.5)));
}

void BinaryMachine::encode(std::span<const std::uint32_t> items, std::span<const float>, float* hidden) const {
    std::copy_n(parameters_.at(hidden_bias_), hidden_, hidden);
    for (const auto item : items)
        nn::add_to(hidden, parameters_.at(weights_) + std::size_t{item} * hidden_, hidden_);
    nn::activate(nn::Activation::sigmoid, hidden, hidden_);
}

void BinaryMachine::decode(const nn::ConstMatrixView& hidden, std::uint32_t first, nn::MatrixView out) const {
    const auto items = static_cast<std::size_t>(out.cols());
    for (Eigen::Index row = 0; row < out.rows(); ++row)
        std::copy_n(parameters_.at(visible_bias_) + first, items, out.data() + row * out.outerStride());
    nn::multiply_transposed(
        hidden, nn::view(parameters_.at(weights_) + std::size_t{first} * hidden_, items, std::size_t{hidden_}), out,
        true);
}

double BinaryMachine::run_chains(const Step& step, std::size_t first, std::size_t last) {
    const std::size_t n = last - first;
    auto free = nn::view(free_.data() + first * hidden_, n, hidden_);
    auto items = nn::view(items_at_end_.data() + first * stride_, n, items_, stride_);
    for (std::size_t at = first; at < last; ++at) {
        rngs_[at] = Rng(step.seed, gibbs_stream, step.users[at]);
        encode(step.rows.columns_of(step.users[at]), {}, driven_.data() + at * hidden_);
    }
    double error = 0;
    for (std::uint32_t round = 0; round < step.gibbs; ++round) {
        const auto& from = round == 0 ? driven_ : free_;
        for (std::size_t at = first; at < last; ++at)
            sample(from.data() + at * hidden_, hidden_, rngs_[at], sampled_.data() + at * hidden_);
        decode(nn::view(std::as_const(sampled_).data() + first * hidden_, n, hidden_), 0, items);
        for (std::size_t at = first; at < last; ++at) {
            float* mine = items_at_end_.data() + at * stride_;
            nn::activate(nn::Activation::sigmoid, mine, items_);
            if (round == 0) {
                error += squares(mine, items_);
                for (const auto item : step.rows.columns_of(step.users[at]))
                    error += 1 - 2 * static_cast<double>(mine[item]);
            }
            std::copy_n(parameters_.at(hidden_bias_), hidden_, free_.data() + at * hidden_);
        }
        nn::multiply(nn::view(std::as_const(items_at_end_).data() + first * stride_, n, items_, stride_),
                     std::as_const(parameters_).matrix(weights_), free, true);
        nn::activate(nn::Activation::sigmoid, free.data(), n * hidden_);
    }
    return error;
}

void BinaryMachine::step_items(const Step& step, std::uint32_t first, std::uint32_t last) {
    const std::size_t n = step.users.size();
    const std::size_t items = last - first;
    const float rate = step.rate / static_cast<float>(n);
    float* w = parameters_.at(weights_) + std::size_t{first} * hidden_;
    float* v = velocity_.data() + weights_.offset + std::size_t{first} * hidden_;
    float* bias_v = velocity_.data() + visible_bias_.offset;
    keep_velocity(v, w, items * hidden_, step.momentum, step.rate * step.decay);
    scale(bias_v + first, bias_v + first, items, step.momentum);
    // sampled_ holds -rate x the hidden units at the end by now.
    nn::transposed_multiply(nn::view(std::as_const(items_at_end_).data() + first, n, items, stride_),
                            nn::view(std::as_const(sampled_).data(), n, hidden_), nn::view(v, items, hidden_), true);
    for (std::size_t at = 0; at < n; ++at) {
        add_scaled(bias_v + first, items_at_end_.data() + at * stride_ + first, items, -rate);
        const auto had = step.rows.columns_of(step.users[at]);
        for (auto item = std::lower_bound(had.begin(), had.end(), first); item != had.end() && *item < last; ++item) {
            add_scaled(v + std::size_t{*item - first} * hidden_, driven_.data() + at * hidden_, hidden_, rate);
            bias_v[*item] += rate;
        }
    }
    nn::add_to(w, v, items * hidden_);
    nn::add_to(parameters_.at(visible_bias_) + first, bias_v + first, items);
}

void BinaryMachine::step_hidden_bias(const Step& step) {
    float* v = velocity_.data() + hidden_bias_.offset;
    scale(v, v, hidden_, step.momentum);
    for (std::size_t at = 0; at < step.users.size(); ++at)
        add_difference(v, driven_.data() + at * hidden_, free_.data() + at * hidden_, hidden_,
                       step.rate / static_cast<float>(step.users.size()));
    nn::add_to(parameters_.at(hidden_bias_), v, hidden_);
}

double BinaryMachine::learn(const Step& step, const Parallel& parallel) {
    const std::size_t n = step.users.size();
    for (auto* all : {&driven_, &free_, &sampled_})
        all->resize(std::max(all->size(), n * hidden_));
    items_at_end_.resize(std::max(items_at_end_.size(), n * stride_));
    rngs_.resize(std::max(rngs_.size(), n), Rng(0));
    errors_.assign((n + user_block - 1) / user_block, 0.0);
    parallel.for_blocks(n, user_block, [&](std::size_t first, std::size_t last) {
        errors_[first / user_block] = run_chains(step, first, last);
        scale(sampled_.data() + first * hidden_, free_.data() + first * hidden_, (last - first) * hidden_,
              -step.rate / static_cast<float>(n));
    });
    const std::size_t blocks = (items_ + item_block - 1) / item_block;
    parallel.for_parts(blocks + 1, [&](std::size_t part) {
        if (part == blocks)
            return step_hidden_bias(step);
        step_items(step, static_cast<std::uint32_t>(part * item_block),
                   static_cast<std::uint32_t>(std::min<std::size_t>(items_, (part + 1) * item_block)));
    });
    return std::accumulate(errors_.begin(), errors_.end(), 0.0);
}

void BinaryMachine::end_training() {
    Machine::end_training();
    nn::give_back(driven_, free_, sampled_, items_at_end_, rngs_, errors_);
}

void BinaryMachine::save(Writer& out) const {
    out.number(hidden_);
    parameters_.save(out);
}

std::unique_ptr<BinaryMachine> BinaryMachine::load(Reader& in, std::uint32_t items) {
    const auto hidden = in.number<std::uint32_t>();
    if (!in.ok() || hidden == 0)
        return nullptr;
    std::unique_ptr<BinaryMachine> out(new BinaryMachine(items, hidden));
    if (!out->load_parameters(in, static_cast<double>(items) * hidden, [&] { out->lay_out(); }))
        return nullptr;
    return out;
}

} // namespace tastebench::rbm
