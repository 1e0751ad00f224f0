#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "core/nn/kernels.h"
#include "core/nn/losses.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t chunk = 256;

/// log(1 + exp(-x)) without overflow, into out; at most `chunk` numbers.
void softplus_of_negative(const float* x, std::size_t n, float* out) {
    const Eigen::Map<const Eigen::ArrayXf> a(x, static_cast<Eigen::Index>(n));
    Eigen::Map<Eigen::ArrayXf>(out, static_cast<Eigen::Index>(n)) = (-a).max(0.0F) + ((-a.abs()).exp() + 1.0F).log();
}

double sum(const float* x, std::size_t n) {
    double out = 0;
    for (std::size_t i = 0; i < n; ++i)
        out += static_cast<double>(x[i]);
    return out;
}

} // namespace

double binary_cross_entropy(const float* logits, const float* targets, std::size_t n, float* errors) {
    float losses[chunk];
    double total = 0;
    for (std::size_t first = 0; first < n; first += chunk) {
        const std::size_t m = std::min(chunk, n - first);
        softplus_of_negative(logits + first, m, losses);
        for (std::size_t i = 0; i < m; ++i)
            losses[i] += (1.0F - targets[first + i]) * logits[first + i];
        total += sum(losses, m);
    }
    std::copy_n(logits, n, errors);
    activate(Activation::sigmoid, errors, n);
    for (std::size_t i = 0; i < n; ++i)
        errors[i] -= targets[i];
    return total;
}

double squared_error(const float* outputs, const float* targets, std::size_t n, float* errors) {
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
        errors[i] = outputs[i] - targets[i];
        total += static_cast<double>(errors[i]) * static_cast<double>(errors[i]);
    }
    return total;
}

double pairwise_logistic(const float* outputs, std::size_t n, float* errors) {
    float margins[chunk];
    float losses[chunk];
    double total = 0;
    for (std::size_t first = 0; first < n / 2; first += chunk) {
        const std::size_t m = std::min(chunk, n / 2 - first);
        const float* x = outputs + 2 * first;
        float* e = errors + 2 * first;
        for (std::size_t i = 0; i < m; ++i)
            margins[i] = x[2 * i] - x[2 * i + 1];
        softplus_of_negative(margins, m, losses);
        total += sum(losses, m);
        for (std::size_t i = 0; i < m; ++i)
            margins[i] = -margins[i];
        activate(Activation::sigmoid, margins, m);
        for (std::size_t i = 0; i < m; ++i) {
            e[2 * i] = -margins[i];
            e[2 * i + 1] = margins[i];
        }
    }
    return total;
}

double softmax_of_groups(const float* outputs, std::size_t n, std::size_t group, float* errors) {
    std::copy_n(outputs, n, errors);
    log_softmax_rows(errors, n / group, group);
    double total = 0;
    for (std::size_t first = 0; first < n; first += group)
        total -= static_cast<double>(errors[first]);
    exponentials(errors, n);
    for (std::size_t first = 0; first < n; first += group)
        errors[first] -= 1.0F;
    return total;
}

} // namespace tastebench::nn
