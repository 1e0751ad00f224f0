// Clicks by a threshold: a row is positive where output + a standard normal number is above 0, so with probability
// Phi(output). Given the rows' signs that latent sum is a normal number cut off at 0, which is drawn, or replaced by
// its mean, in place of a rating (Albert and Chib, "Bayesian Analysis of Binary and Polychotomous Response Data",
// JASA 1993), as libFM does for classification by MCMC and ALS (Rendle, ACM TIST 2012).
#pragma once

#include "core/base/rng.h"

namespace tastebench::probit {

/// Phi(x), the chance that a standard normal number is below x.
double below(double x);
/// ln Phi(x), without underflow.
double log_below(double x);
/// The mean of a normal number of this mean and deviation 1, given that it is above 0, or below where not `positive`.
double cut_mean(double mean, bool positive);
/// One such number: by rejection from the normal or, where that would seldom do, the exponential distribution (Robert,
/// "Simulation of Truncated Normal Variables", Statistics and Computing 1995).
double draw_cut(Rng& rng, double mean, bool positive);

} // namespace tastebench::probit
