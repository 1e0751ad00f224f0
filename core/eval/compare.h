// Honest comparison of runs: bootstrap intervals over users, paired tests against a baseline, Holm's correction.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/parallel.h"

namespace tastebench {

struct Interval {
    double mean = 0, low = 0, high = 0; ///< 95 %, percentile bootstrap over users (Efron and Tibshirani 1993)
};
/// NaN values are left out. Deterministic for a seed.
Interval bootstrap_mean(std::span<const float> values, std::uint64_t seed = 42, int resamples = 2000);

/// Paired sign-flip permutation test of the mean difference, two-sided; 10,000 flips. NaN pairs are left out.
double paired_p_value(std::span<const float> a, std::span<const float> b, std::uint64_t seed = 42);
/// Cohen's d of the paired differences (mean / standard deviation); 0 if they are all equal.
double paired_effect(std::span<const float> a, std::span<const float> b);
/// Holm 1979: adjusted p-values in the order given.
std::vector<double> holm(std::span<const double> p_values);

struct ComparedRun {
    std::int64_t id = 0;
    Interval interval;
    std::optional<double> p_value, p_adjusted, effect; ///< none for the baseline or where users differ
};
struct ComparisonInput {
    std::int64_t id = 0;
    std::vector<std::uint32_t> users;
    std::vector<float> values;
};
/// The baseline is one of the inputs. Runs are tested on the users they share with it.
std::vector<ComparedRun> compare_runs(std::span<const ComparisonInput> runs, std::int64_t baseline);

} // namespace tastebench
