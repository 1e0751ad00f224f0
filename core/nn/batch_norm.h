// Batch normalisation of a slice of samples (Ioffe and Szegedy 2015). Matrices are [n x width], dense.
#pragma once

#include <cstddef>

namespace tastebench::nn {

inline constexpr float batch_norm_epsilon = 1e-5F;

/// Means and (biased) variances of the columns.
void column_moments(const float* x, std::size_t n, std::size_t width, float* mean, float* variance);
/// normed = (x - mean) / sqrt(variance + epsilon); x = scale normed + shift. normed may be x itself only in scoring.
void batch_norm_forward(float* x, float* normed, std::size_t n, std::size_t width, const float* mean,
                        const float* variance, const float* scale, const float* shift);
/// Derivatives by scale (the sums of dy normed) and by shift (the sums of dy).
void batch_norm_sums(const float* dy, const float* normed, std::size_t n, std::size_t width, float* d_scale,
                     float* d_shift);
/// dx from dy in place, for the slice's own moments.
void batch_norm_backward(float* dy, const float* normed, std::size_t n, std::size_t width, const float* variance,
                         const float* scale);

} // namespace tastebench::nn
