// The inner loops of networks, on plain arrays. n counts floats; arrays do not overlap unless said.
#pragma once

#include <cstddef>

namespace tastebench::nn {

enum class Activation { identity, relu, tanh, sigmoid };

/// y += x
void add_to(float* y, const float* x, std::size_t n);
/// y = f(y)
void activate(Activation f, float* y, std::size_t n);
/// dy *= f'(.), told from y = f(.): 1 [y > 0] for relu, 1 - y^2 for tanh, y (1 - y) for sigmoid
void activate_backward(Activation f, const float* y, float* dy, std::size_t n);
/// 1 / (1 + exp(-x)), within 2e-7 of it; never NaN for a finite x
float logistic(float x);
/// Neither infinite nor not a number, all of them.
bool all_finite(const float* x, std::size_t n);
/// y = exp(y), within 1e-6 relative; 0 below -87
void exponentials(float* y, std::size_t n);

/// Row by row y = log softmax(y); rows of n floats.
void log_softmax_rows(float* y, std::size_t rows, std::size_t n);

struct StepSizes {
    float rate = 0.001F;
    float l1 = 0, l2 = 0;                                ///< the gradient gains l1 x sign of the value + l2 x value
    float beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F; ///< Adam; Adagrad uses epsilon
    float correction1 = 1, correction2 = 1;              ///< Adam: 1 - beta^t
};
/// value -= rate x g
void sgd_step(float* value, const float* gradient, std::size_t n, const StepSizes& s);
/// Duchi, Hazan, Singer 2011: sum += g^2; value -= rate x g / (sqrt(sum) + epsilon)
void adagrad_step(float* value, const float* gradient, float* sum, std::size_t n, const StepSizes& s);
/// Kingma and Ba 2015, algorithm 1.
void adam_step(float* value, const float* gradient, float* first, float* second, std::size_t n, const StepSizes& s);

} // namespace tastebench::nn
