#include "core/models/rbm/rbm_kernels.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "core/linalg/lanes.h"

namespace tastebench::rbm {

namespace {

Eigen::Map<Eigen::ArrayXf> array(float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}
Eigen::Map<const Eigen::ArrayXf> array(const float* data, std::size_t n) {
    return {data, static_cast<Eigen::Index>(n)};
}

float uniform(Rng& rng) {
    return static_cast<float>(rng.next_u32() >> 8) * 0x1p-24F;
}

float dot(const float* a, const float* b, std::size_t n) {
    lanes::Floats even = lanes::all(0.0F);
    lanes::Floats odd = lanes::all(0.0F);
    std::size_t i = 0;
    for (; i + 2 * lanes::count <= n; i += 2 * lanes::count) {
        even += lanes::load(a + i) * lanes::load(b + i);
        odd += lanes::load(a + i + lanes::count) * lanes::load(b + i + lanes::count);
    }
    float sum = lanes::sum(even + odd);
    for (; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

void softmax(float* p, std::size_t n) {
    const float greatest = *std::max_element(p, p + n);
    float sum = 0;
    for (std::size_t k = 0; k < n; ++k)
        sum += p[k] = std::exp(p[k] - greatest);
    for (std::size_t k = 0; k < n; ++k)
        p[k] /= sum;
}

} // namespace

void sample(const float* p, std::size_t n, Rng& rng, float* s) {
    for (std::size_t i = 0; i < n; ++i)
        s[i] = uniform(rng) < p[i] ? 1.0F : 0.0F;
}

void level_probabilities(const float* w, const float* bias, const float* hidden, std::size_t levels, std::size_t n,
                         float* p) {
    for (std::size_t k = 0; k < levels; ++k)
        p[k] = bias[k] + dot(w + k * n, hidden, n);
    softmax(p, levels);
}

float expected_level(const float* logits, const float* bias, const float* ratings, std::size_t levels) {
    float p[most_levels];
    for (std::size_t k = 0; k < levels; ++k)
        p[k] = bias[k] + logits[k];
    softmax(p, levels);
    float mean = 0;
    for (std::size_t k = 0; k < levels; ++k)
        mean += p[k] * ratings[k];
    return mean;
}

std::uint8_t sample_level(const float* p, std::size_t levels, Rng& rng) {
    float left = uniform(rng);
    std::size_t k = 0;
    while (k + 1 < levels && left >= p[k])
        left -= p[k++];
    return static_cast<std::uint8_t>(k);
}

void keep_velocity(float* v, const float* w, std::size_t n, float momentum, float decay) {
    array(v, n) = momentum * array(v, n) - decay * array(w, n);
}

void add_scaled(float* v, const float* x, std::size_t n, float a) {
    array(v, n) += a * array(x, n);
}

void add_difference(float* v, const float* x, const float* y, std::size_t n, float a) {
    array(v, n) += a * (array(x, n) - array(y, n));
}

void scale(float* y, const float* x, std::size_t n, float a) {
    array(y, n) = a * array(x, n);
}

double squares(const float* x, std::size_t n) {
    constexpr std::size_t block = 256;
    double sum = 0;
    for (std::size_t i = 0; i < n; i += block)
        sum += static_cast<double>(array(x + i, std::min(block, n - i)).square().sum());
    return sum;
}

} // namespace tastebench::rbm
