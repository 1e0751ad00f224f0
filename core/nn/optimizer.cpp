#include "core/nn/optimizer.h"

#include <algorithm>
#include <cmath>

namespace tastebench::nn {

namespace {

constexpr std::size_t block = 16'384;

/// Euclidean norm, summed block by block in order.
double norm(std::span<const float> gradient, const Parallel& parallel) {
    std::vector<double> sums((gradient.size() + block - 1) / block);
    parallel.for_blocks(gradient.size(), block, [&](std::size_t first, std::size_t last) {
        double sum = 0;
        for (std::size_t i = first; i < last; ++i)
            sum += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
        sums[first / block] = sum;
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return std::sqrt(total);
}

} // namespace

StepSizes step_sizes(const OptimizerSettings& settings, std::uint64_t step) {
    StepSizes sizes{settings.rate, settings.l1, settings.l2, settings.beta1, settings.beta2, settings.epsilon};
    const auto t = static_cast<double>(step);
    sizes.correction1 = static_cast<float>(1.0 - std::pow(static_cast<double>(settings.beta1), t));
    sizes.correction2 = static_cast<float>(1.0 - std::pow(static_cast<double>(settings.beta2), t));
    return sizes;
}

void Optimizer::start(const OptimizerSettings& settings, std::size_t size) {
    settings_ = settings;
    steps_ = 0;
    first_.assign(settings.method == Method::adam ? size : 0, 0.0F);
    second_.assign(settings.method == Method::sgd ? 0 : size, 0.0F);
}

void Optimizer::step(std::span<float> values, std::span<float> gradient, const Parallel& parallel) {
    ++steps_;
    if (settings_.clip > 0)
        if (const double length = norm(gradient, parallel); length > settings_.clip) {
            const auto scale = static_cast<float>(settings_.clip / length);
            for (float& g : gradient)
                g *= scale;
        }
    parallel.for_blocks(values.size(), block, [&](std::size_t first, std::size_t last) {
        step_range(values.data(), gradient.data(), first, last - first);
    });
}

void Optimizer::step_range(float* values, const float* gradient, std::size_t offset, std::size_t n) {
    const StepSizes sizes = step_sizes(settings_, steps_);
    float* value = values + offset;
    const float* g = gradient + offset;
    if (settings_.method == Method::sgd)
        sgd_step(value, g, n, sizes);
    else if (settings_.method == Method::adagrad)
        adagrad_step(value, g, second_.data() + offset, n, sizes);
    else
        adam_step(value, g, first_.data() + offset, second_.data() + offset, n, sizes);
}

void Optimizer::save(Writer& out) const {
    out.number(steps_);
    out.array(std::span<const float>(first_));
    out.array(std::span<const float>(second_));
}

bool Optimizer::load(Reader& in) {
    steps_ = in.number<std::uint64_t>();
    const auto first = in.array<float>();
    const auto second = in.array<float>();
    if (first.size() != first_.size() || second.size() != second_.size())
        return false;
    std::copy(first.begin(), first.end(), first_.begin());
    std::copy(second.begin(), second.end(), second_.begin());
    return true;
}

} // namespace tastebench::nn
