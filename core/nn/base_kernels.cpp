#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include <Eigen/Core>

#include "core/nn/kernels.h"

namespace tastebench::nn {

namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using ConstArray = Eigen::Map<const Eigen::ArrayXf>;

Array array(float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}
ConstArray array(const float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}

} // namespace

void add_to(float* y, const float* x, std::size_t n) {
    array(y, n) += array(x, n);
}

/// Those have all bits of the exponent set.
bool all_finite(const float* x, std::size_t n) {
    constexpr std::uint32_t exponent = 0x7F80'0000U;
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < n; ++i)
        found |= (std::bit_cast<std::uint32_t>(x[i]) & exponent) == exponent ? 1U : 0U;
    return found == 0;
}

void activate(Activation f, float* y, std::size_t n) {
    auto a = array(y, n);
    switch (f) {
    case Activation::identity:
        return;
    case Activation::relu:
        a = a.max(0.0F);
        return;
    case Activation::tanh:
        a = a.tanh();
        return;
    case Activation::sigmoid:
        a = (1.0F + (-a).min(87.0F).exp()).inverse();
        return;
    }
}

void activate_backward(Activation f, const float* y, float* dy, std::size_t n) {
    auto d = array(dy, n);
    const auto a = array(y, n);
    switch (f) {
    case Activation::identity:
        return;
    case Activation::relu:
        for (std::size_t i = 0; i < n; ++i)
            dy[i] = y[i] > 0 ? dy[i] : 0.0F;
        return;
    case Activation::tanh:
        d *= 1.0F - a.square();
        return;
    case Activation::sigmoid:
        d *= a * (1.0F - a);
        return;
    }
}

float logistic(float x) {
    return 1.0F / (1.0F + std::exp(std::min(-x, 87.0F)));
}

void exponentials(float* y, std::size_t n) {
    array(y, n) = array(y, n).exp();
}

void log_softmax_rows(float* y, std::size_t rows, std::size_t n) {
    for (std::size_t row = 0; row < rows; ++row) {
        auto a = array(y + row * n, n);
        const float greatest = a.maxCoeff();
        a -= greatest + std::log((a - greatest).exp().sum());
    }
}

namespace {

/// A number's gradient with its penalties.
inline float penalised(float gradient, float value, const StepSizes& s) {
    const float sign = value > 0 ? 1.0F : value < 0 ? -1.0F : 0.0F;
    return gradient + s.l2 * value + s.l1 * sign;
}

} // namespace

void sgd_step(float* value, const float* gradient, std::size_t n, const StepSizes& s) {
    for (std::size_t i = 0; i < n; ++i)
        value[i] -= s.rate * penalised(gradient[i], value[i], s);
}

void adagrad_step(float* value, const float* gradient, float* sum, std::size_t n, const StepSizes& s) {
    for (std::size_t i = 0; i < n; ++i) {
        const float g = penalised(gradient[i], value[i], s);
        sum[i] += g * g;
        value[i] -= s.rate * g / (std::sqrt(sum[i]) + s.epsilon);
    }
}

void adam_step(float* value, const float* gradient, float* first, float* second, std::size_t n, const StepSizes& s) {
    const float scale1 = 1.0F / s.correction1;
    const float scale2 = 1.0F / s.correction2;
    for (std::size_t i = 0; i < n; ++i) {
        const float g = penalised(gradient[i], value[i], s);
        first[i] = s.beta1 * first[i] + (1.0F - s.beta1) * g;
        second[i] = s.beta2 * second[i] + (1.0F - s.beta2) * g * g;
        value[i] -= s.rate * (first[i] * scale1) / (std::sqrt(second[i] * scale2) + s.epsilon);
    }
}

} // namespace tastebench::nn
