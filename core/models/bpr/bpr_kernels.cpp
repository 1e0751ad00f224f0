// What bounds BPR: three rows are read and two or three written for each sample, and the next sample of a user waits
// for this one's row: a dot product, a logistic and an update one after another, about as long as the loads and stores
// take. Item rows of a block stay in the second-level cache and are fetched ahead of their use; user rows come by once
// a tile.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "core/models/bpr/bpr_kernels.h"

namespace tastebench {

namespace {

/// Eight floats; the compiler makes of it what the processor has. Rows are aligned to it.
using Lane = float __attribute__((vector_size(32), may_alias));

inline float total(Lane s) {
    return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

inline float dot(const float* a, const float* b, std::uint32_t width) {
    const auto* x = reinterpret_cast<const Lane*>(a);
    const auto* y = reinterpret_cast<const Lane*>(b);
    Lane s0 = {};
    Lane s1 = {};
    for (std::uint32_t i = 0; i < width / 8; i += 2) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
    }
    return total(s0 + s1);
}

/// p . (a - b)
inline float dot_difference(const float* p, const float* a, const float* b, std::uint32_t width) {
    const auto* u = reinterpret_cast<const Lane*>(p);
    const auto* x = reinterpret_cast<const Lane*>(a);
    const auto* y = reinterpret_cast<const Lane*>(b);
    Lane s0 = {};
    Lane s1 = {};
    for (std::uint32_t i = 0; i < width / 8; i += 2) {
        s0 += u[i] * (x[i] - y[i]);
        s1 += u[i + 1] * (x[i + 1] - y[i + 1]);
    }
    return total(s0 + s1);
}

/// All three rows, each by the old values of the others.
inline void move(float* p, float* a, float* b, std::uint32_t width, float keep, float step) {
    auto* u = reinterpret_cast<Lane*>(p);
    auto* x = reinterpret_cast<Lane*>(a);
    auto* y = reinterpret_cast<Lane*>(b);
    for (std::uint32_t i = 0; i < width / 8; ++i) {
        const Lane old = u[i];
        const Lane push = step * old;
        u[i] = keep * old + step * (x[i] - y[i]);
        x[i] = keep * x[i] + push;
        y[i] = keep * y[i] - push;
    }
}

inline void prefetch(const float* row, std::uint32_t width) {
    for (std::uint32_t i = 0; i < width; i += 16)
        __builtin_prefetch(row + i, 1);
}

/// 1 / (1 + e^x) for x in -30..30, within 2e-7; NaN for NaN.
inline float falling_logistic(float x) {
    constexpr float magic = 12582912.0F; // 1.5 x 2^23: adding it rounds to a whole number
    const float t = x * 1.442695041F;
    const float shifted = t + magic;
    const float f = t - (shifted - magic);
    // 2^f on -0.5..0.5
    float e = 1.535336188e-4F;
    e = e * f + 1.339887440e-3F;
    e = e * f + 9.618437357e-3F;
    e = e * f + 5.550332548e-2F;
    e = e * f + 2.402264791e-1F;
    e = e * f + 6.931472028e-1F;
    e = e * f + 1.0F;
    const std::uint32_t exponent = std::bit_cast<std::uint32_t>(shifted) + 127U;
    return 1.0F / (1.0F + e * std::bit_cast<float>(exponent << 23));
}

/// Sums -ln of numbers in 1e-14..1 with a logarithm for every sixteen.
class LogSum {
  public:
    void add(float share) {
        product_ *= static_cast<double>(share);
        if (++count_ == 16) {
            sum_ -= std::log(product_);
            product_ = 1;
            count_ = 0;
        }
    }
    double take() const { return sum_ - std::log(product_); }

  private:
    double product_ = 1, sum_ = 0;
    int count_ = 0;
};

struct Triple {
    UserIx user;
    Place positive, negative;
};
constexpr std::size_t buffer_size = 512;
constexpr std::size_t ahead = 2;

template <std::uint32_t fixed>
double bpr_pass(std::span<const Triple> triples, const PairTables& t, const BprStep& s) {
    const std::uint32_t width = fixed > 0 ? fixed : t.width;
    const float keep = 1.0F - s.rate * s.regularization;
    const float bias_keep = 1.0F - s.bias_rate * s.bias_regularization;
    LogSum loss;
    for (std::size_t at = 0; at < triples.size(); ++at) {
        const Triple& now = triples[at];
        if (at + ahead < triples.size()) {
            const Triple& later = triples[at + ahead];
            prefetch(t.items + std::size_t{later.positive} * width, width);
            prefetch(t.items + std::size_t{later.negative} * width, width);
            if (later.user != now.user)
                prefetch(t.users + std::size_t{later.user} * width, width);
        }
        float* p = t.users + std::size_t{now.user} * width;
        float* a = t.items + std::size_t{now.positive} * width;
        float* b = t.items + std::size_t{now.negative} * width;
        float& bias_a = t.bias[now.positive];
        float& bias_b = t.bias[now.negative];
        float x = bias_a - bias_b + dot_difference(p, a, b, width);
        x = x > 30 ? 30.0F : x;
        x = x < -30 ? -30.0F : x;
        const float z = falling_logistic(x);
        loss.add(falling_logistic(-x));
        bias_a = bias_keep * bias_a + s.bias_rate * z;
        bias_b = bias_keep * bias_b - s.bias_rate * z;
        move(p, a, b, width, keep, s.rate * z);
    }
    return loss.take();
}

double bpr_pass(std::span<const Triple> triples, const PairTables& t, const BprStep& s) {
    switch (t.width) {
    case 16:
        return bpr_pass<16>(triples, t, s);
    case 32:
        return bpr_pass<32>(triples, t, s);
    case 64:
        return bpr_pass<64>(triples, t, s);
    case 112:
        return bpr_pass<112>(triples, t, s);
    case 128:
        return bpr_pass<128>(triples, t, s);
    case 208:
        return bpr_pass<208>(triples, t, s);
    default:
        return bpr_pass<0>(triples, t, s);
    }
}

/// The pairs of the user at the head; marks what they have.
std::span<const Positive> take_run(std::span<const Positive>& left, const NegativeBlock& negatives) {
    const UserIx user = left.front().user;
    std::size_t n = 0;
    for (; n < left.size() && left[n].user == user; ++n)
        if (negatives.holder != nullptr)
            negatives.holder[left[n].place] = user;
    const auto run = left.first(n);
    left = left.subspan(n);
    return run;
}

bool nothing_to_draw(std::span<const Positive> run, const NegativeBlock& negatives) {
    return negatives.holder != nullptr ? run.size() >= negatives.size : negatives.size < 2;
}

} // namespace

PairSum bpr_tile(const Tile& tile, const PairTables& tables, const BprStep& step, const Progress& progress) {
    TileRandom random(tile.key);
    std::array<Triple, buffer_size> buffer;
    std::size_t used = 0;
    PairSum sum;
    const auto flush = [&] {
        sum.loss += bpr_pass(std::span(buffer).first(used), tables, step);
        sum.samples += used;
        used = 0;
    };
    for (auto left = tile.positives; !left.empty() && !progress.cancelled();) {
        const auto run = take_run(left, tile.negatives);
        if (nothing_to_draw(run, tile.negatives))
            continue;
        for (const auto& [user, place] : run) {
            const Place other =
                tile.negatives.redraw ? tile.negatives.draw_unseen(user, random) : tile.negatives.draw(random);
            if (other == place || tile.negatives.has(user, other))
                continue;
            buffer[used++] = {user, place, other};
            if (used == buffer_size)
                flush();
        }
    }
    flush();
    return sum;
}

namespace {

/// Back to the ball, as WSABIE's constraint asks.
inline void cut_back(float* row, std::uint32_t width, float longest) {
    const float squared = dot(row, row, width);
    if (!(squared > longest * longest))
        return;
    const float scale = longest / std::sqrt(squared);
    for (std::uint32_t i = 0; i < width; ++i)
        row[i] *= scale;
}

/// One positive: its loss.
double warp_one(const Tile& tile, UserIx user, Place place, const PairTables& t, const WarpStep& s,
                TileRandom& random) {
    const std::uint32_t width = t.width;
    float* p = t.users + std::size_t{user} * width;
    float* a = t.items + std::size_t{place} * width;
    float& bias_a = t.bias[place];
    const float own = bias_a + dot(p, a, width);
    for (std::uint32_t trial = 1; trial <= s.trials; ++trial) {
        const auto& negatives = tile.negatives;
        const Place other = negatives.redraw ? negatives.draw_unseen(user, random) : negatives.draw(random);
        if (other == place || negatives.has(user, other))
            continue;
        float* b = t.items + std::size_t{other} * width;
        float& bias_b = t.bias[other];
        const float margin = 1.0F - own + (bias_b + dot(p, b, width));
        if (margin <= 0)
            continue;
        const auto rank = std::max(1.0F, static_cast<float>((s.n_items - 1) / trial));
        const float weight = std::log(rank);
        bias_a += s.bias_rate * (weight - s.bias_regularization * bias_a);
        bias_b += s.bias_rate * (-weight - s.bias_regularization * bias_b);
        move(p, a, b, width, 1.0F - s.rate * s.regularization, s.rate * weight);
        cut_back(p, width, s.longest);
        cut_back(a, width, s.longest);
        cut_back(b, width, s.longest);
        return static_cast<double>(weight) * static_cast<double>(margin);
    }
    return 0;
}

} // namespace

PairSum warp_tile(const Tile& tile, const PairTables& tables, const WarpStep& step, const Progress& progress) {
    TileRandom random(tile.key);
    PairSum sum;
    for (auto left = tile.positives; !left.empty() && !progress.cancelled();) {
        const auto run = take_run(left, tile.negatives);
        if (nothing_to_draw(run, tile.negatives))
            continue;
        for (const auto& [user, place] : run)
            sum.loss += warp_one(tile, user, place, tables, step, random);
        sum.samples += run.size();
    }
    return sum;
}

} // namespace tastebench
