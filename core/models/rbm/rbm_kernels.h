// The inner loops of restricted Boltzmann machines; n counts floats.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/rng.h"

namespace tastebench::rbm {

inline constexpr std::size_t most_levels = 20; ///< of ratings

/// s = 1 where a uniform number is below p, else 0
void sample(const float* p, std::size_t n, Rng& rng, float* s);
/// p [levels] = softmax(bias + rows w) for w [levels x n]
void level_probabilities(const float* w, const float* bias, const float* hidden, std::size_t levels, std::size_t n,
                         float* p);
/// The mean of the levels' ratings under softmax(bias + logits).
float expected_level(const float* logits, const float* bias, const float* ratings, std::size_t levels);
/// The first level whose cumulated probability is above a uniform number.
std::uint8_t sample_level(const float* p, std::size_t levels, Rng& rng);

/// v = momentum v - decay w
void keep_velocity(float* v, const float* w, std::size_t n, float momentum, float decay);
/// v += a x
void add_scaled(float* v, const float* x, std::size_t n, float a);
/// v += a (x - y)
void add_difference(float* v, const float* x, const float* y, std::size_t n, float a);
/// y = a x
void scale(float* y, const float* x, std::size_t n, float a);
/// The sum of the squares, in double precision over blocks.
double squares(const float* x, std::size_t n);

} // namespace tastebench::rbm
