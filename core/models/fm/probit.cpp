#include "core/models/fm/probit.h"

#include <cmath>
#include <numbers>

namespace tastebench::probit {

namespace {

constexpr double far = 6;

double density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

/// density(x) / (1 - Phi(x)): its quotient loses all digits far out, where the continued fraction has them all.
double hazard(double x) {
    if (x < far)
        return density(x) / below(-x);
    double tail = x;
    for (int k = 12; k >= 1; --k)
        tail = x + k / tail;
    return tail;
}

} // namespace

double below(double x) {
    return std::erfc(-x / std::numbers::sqrt2) / 2;
}

double log_below(double x) {
    if (x > -far)
        return std::log(below(x));
    return -x * x / 2 - std::log(2 * std::numbers::pi) / 2 - std::log(hazard(-x));
}

double cut_mean(double mean, bool positive) {
    return positive ? mean + hazard(-mean) : mean - hazard(mean);
}

double draw_cut(Rng& rng, double mean, bool positive) {
    // A standard normal number above `from`, its sign turned for the lower side.
    const double from = positive ? -mean : mean;
    double x = 0;
    if (from < 0) {
        do
            x = rng.normal();
        while (x <= from);
    } else {
        const double rate = (from + std::sqrt(from * from + 4)) / 2;
        do
            x = from - std::log(1 - rng.uniform()) / rate;
        while (std::log(1 - rng.uniform()) > -(x - rate) * (x - rate) / 2);
    }
    return positive ? mean + x : mean - x;
}

} // namespace tastebench::probit
