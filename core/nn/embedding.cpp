#include "core/nn/embedding.h"

#include <algorithm>

#include "core/base/rng.h"

namespace tastebench::nn {

void EmbeddingTable::start(std::uint32_t rows, std::uint32_t width, float deviation, std::uint64_t seed,
                           std::uint32_t stream, const Parallel& parallel) {
    rows_ = rows;
    width_ = width;
    values_.assign(std::size_t{rows} * width, 0.0F);
    parallel.for_blocks(deviation > 0 ? rows : 0, 1024, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            Rng rng(seed, stream, static_cast<std::uint32_t>(i));
            for (std::uint32_t f = 0; f < width; ++f)
                values_[i * width + f] = static_cast<float>(rng.normal()) * deviation;
        }
    });
    stamp_.assign(rows, 0);
    place_.assign(rows, 0);
    clock_ = 0;
}

void EmbeddingTable::set_optimizer(const OptimizerSettings& settings) {
    settings_ = settings;
    first_.assign(settings.method == Method::adam ? values_.size() : 0, 0.0F);
    second_.assign(settings.method == Method::sgd ? 0 : values_.size(), 0.0F);
}

void EmbeddingTable::gather(std::span<const std::uint32_t> ids, float* out, std::size_t stride) const {
    for (std::size_t s = 0; s < ids.size(); ++s)
        std::copy_n(row(ids[s]), width_, out + s * stride);
}

void EmbeddingTable::step(std::span<const std::uint32_t> ids, const float* gradients, std::size_t stride,
                          std::uint64_t step_number) {
    ++clock_;
    touched_.clear();
    for (const auto id : ids)
        if (stamp_[id] != clock_) {
            stamp_[id] = clock_;
            place_[id] = static_cast<std::uint32_t>(touched_.size());
            touched_.push_back(id);
        }
    sums_.assign(touched_.size() * width_, 0.0F);
    for (std::size_t s = 0; s < ids.size(); ++s)
        add_to(sums_.data() + std::size_t{place_[ids[s]]} * width_, gradients + s * stride, width_);
    const StepSizes sizes = step_sizes(settings_, step_number);
    for (std::size_t at = 0; at < touched_.size(); ++at)
        step_row(touched_[at], sums_.data() + at * width_, sizes);
}

void EmbeddingTable::step_distinct(std::span<const std::uint32_t> ids, const float* gradients, std::size_t stride,
                                   std::uint64_t step_number) {
    const StepSizes sizes = step_sizes(settings_, step_number);
    for (std::size_t at = 0; at < ids.size(); ++at)
        step_row(ids[at], gradients + at * stride, sizes);
}

void EmbeddingTable::step_row(std::uint32_t row, const float* gradient, const StepSizes& sizes) {
    const std::size_t offset = std::size_t{row} * width_;
    if (settings_.method == Method::sgd)
        sgd_step(values_.data() + offset, gradient, width_, sizes);
    else if (settings_.method == Method::adagrad)
        adagrad_step(values_.data() + offset, gradient, second_.data() + offset, width_, sizes);
    else
        adam_step(values_.data() + offset, gradient, first_.data() + offset, second_.data() + offset, width_, sizes);
}

void EmbeddingTable::end_training() {
    give_back(first_, second_, sums_, stamp_, place_, touched_);
}

void EmbeddingTable::save(Writer& out) const {
    out.array(std::span<const float>(values_));
}

bool EmbeddingTable::load(Reader& in) {
    const auto values = in.array<float>();
    if (values.size() != values_.size())
        return false;
    std::copy(values.begin(), values.end(), values_.begin());
    return true;
}

void EmbeddingTable::save_training(Writer& out) const {
    out.array(std::span<const float>(first_));
    out.array(std::span<const float>(second_));
}

bool EmbeddingTable::load_training(Reader& in) {
    const auto first = in.array<float>();
    const auto second = in.array<float>();
    if (first.size() != first_.size() || second.size() != second_.size())
        return false;
    std::copy(first.begin(), first.end(), first_.begin());
    std::copy(second.begin(), second.end(), second_.begin());
    return true;
}

} // namespace tastebench::nn
