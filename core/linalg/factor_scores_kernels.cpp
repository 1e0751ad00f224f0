#include "core/linalg/factor_scores.h"

#include <limits>

#include "core/linalg/lanes.h"
#include "core/linalg/top_k.h"

namespace tastebench {

namespace {

using lanes::Floats;

constexpr std::uint32_t panel_items = 16;              ///< items side by side, factor by factor
constexpr std::uint32_t tile_items = 2 * lanes::count; ///< of a panel in registers at once
constexpr std::uint32_t group = 6;                     ///< users in registers at once: 12 sums, 2 loads, 1 broadcast
constexpr std::uint32_t panels = 4;                    ///< packed, then met by all users: 16 KB with 64 factors

/// Items [first, first + 16) with factors [width][16] and biases [16]; beyond the last item, and for items that are
/// not known, the bias is minus infinity.
struct Panel {
    float* factors;
    float bias[panel_items];
};

void pack(const FactorItems& items, const std::uint8_t* known, ItemIx first, Panel& panel) {
    const std::uint32_t filled = std::min(panel_items, items.n - first);
    for (std::uint32_t part = 0; part < panel_items; part += lanes::count)
        for (std::uint32_t f = 0; f < items.width; f += lanes::count) {
            Floats block[lanes::count];
            for (std::uint32_t i = 0; i < lanes::count; ++i)
                block[i] = part + i < filled
                               ? lanes::load(items.factors + std::size_t{first + part + i} * items.width + f)
                               : Floats{};
            lanes::transpose(block);
            for (std::uint32_t i = 0; i < lanes::count; ++i)
                lanes::store(panel.factors + std::size_t{f + i} * panel_items + part, block[i]);
        }
    for (std::uint32_t i = 0; i < panel_items; ++i) {
        const bool listed = i < filled && (known == nullptr || known[first + i] != 0);
        panel.bias[i] = listed ? items.bias[first + i] : -std::numeric_limits<float>::infinity();
    }
}

/// out[u] = (base[u] + bias) + p[u] . q for items [at, at + tile_items) of the panel.
template <std::uint32_t users>
inline void score_tile(const Panel& panel, std::uint32_t width, std::uint32_t at, const float* const* p,
                       const float* base, Floats (&out)[users][2]) {
    for (auto& one : out)
        one[0] = one[1] = Floats{};
    const float* q = panel.factors + at;
    for (std::uint32_t f = 0; f < width; ++f, q += panel_items) {
        const Floats q0 = lanes::load(q);
        const Floats q1 = lanes::load(q + lanes::count);
        for (std::uint32_t u = 0; u < users; ++u) {
            const Floats x = lanes::all(p[u][f]);
            out[u][0] += x * q0;
            out[u][1] += x * q1;
        }
    }
    const Floats b0 = lanes::load(panel.bias + at);
    const Floats b1 = lanes::load(panel.bias + at + lanes::count);
    for (std::uint32_t u = 0; u < users; ++u) {
        out[u][0] = (base[u] + b0) + out[u][0];
        out[u][1] = (base[u] + b1) + out[u][1];
    }
}

/// A user's list in the making. Items come in ascending order, so an item that only equals the cut loses the tie.
struct Collector {
    explicit Collector(std::uint32_t k) : best(k) {}
    TopK best;
    float cut = -std::numeric_limits<float>::infinity();
    std::size_t next_taken = 0;

    void offer(const FactorUser& user, ItemIx first, const Floats (&scores)[2]) {
        float each[tile_items];
        lanes::store(each, scores[0]);
        lanes::store(each + lanes::count, scores[1]);
        for (std::uint32_t i = 0; i < tile_items; ++i) {
            if (each[i] <= cut) // what is not a number goes on, to be told of
                continue;
            const ItemIx item = first + i;
            while (next_taken < user.taken.size() && user.taken[next_taken] < item)
                ++next_taken;
            if (next_taken < user.taken.size() && user.taken[next_taken] == item)
                continue;
            best.offer(item, static_cast<double>(each[i]));
        }
        cut = static_cast<float>(best.cut());
    }
};

void meet(const Panel& panel, std::uint32_t width, ItemIx first, std::span<const FactorUser> users,
          std::span<Collector> lists) {
    const float* p[group];
    float base[group];
    for (std::uint32_t u = 0; u < group; ++u) {
        const auto& user = users[std::min<std::size_t>(u, users.size() - 1)];
        p[u] = user.factors;
        base[u] = user.base;
    }
    for (std::uint32_t at = 0; at < panel_items; at += tile_items) {
        Floats scores[group][2];
        score_tile<group>(panel, width, at, p, base, scores);
        for (std::size_t u = 0; u < users.size(); ++u)
            if (lanes::any(~((scores[u][0] <= lists[u].cut) & (scores[u][1] <= lists[u].cut))))
                lists[u].offer(users[u], first + at, scores[u]);
    }
}

} // namespace

float factor_score(const FactorItems& items, ItemIx item, const float* user, float base) {
    const float* q = items.factors + std::size_t{item} * items.width;
    float sum = 0;
    for (std::uint32_t f = 0; f < items.width; ++f)
        sum = lanes::multiply_add(user[f], q[f], sum);
    return (base + items.bias[item]) + sum;
}

void factor_scores(const FactorItems& items, const float* user, float base, std::span<double> out) {
    std::vector<float> room(std::size_t{items.width} * panel_items);
    Panel panel{room.data(), {}};
    for (ItemIx first = 0; first < items.n; first += panel_items) {
        pack(items, nullptr, first, panel);
        for (std::uint32_t at = 0; at < panel_items && first + at < items.n; at += tile_items) {
            Floats scores[1][2];
            score_tile<1>(panel, items.width, at, &user, &base, scores);
            float each[tile_items];
            lanes::store(each, scores[0][0]);
            lanes::store(each + lanes::count, scores[0][1]);
            for (std::uint32_t i = 0; i < tile_items && first + at + i < items.n; ++i)
                out[first + at + i] = static_cast<double>(each[i]);
        }
    }
}

bool factor_top_k(const FactorItems& items, std::span<const std::uint8_t> known, std::span<const FactorUser> users,
                  std::uint32_t k, std::span<std::vector<Scored>> out) {
    std::vector<float> room(std::size_t{items.width} * panel_items * panels);
    std::vector<Collector> lists(users.size(), Collector(k));
    for (ItemIx first = 0; k > 0 && first < items.n; first += panel_items * panels) {
        Panel packed[panels];
        const auto filled = std::min(panels, (items.n - first + panel_items - 1) / panel_items);
        for (std::uint32_t i = 0; i < filled; ++i) {
            packed[i].factors = room.data() + std::size_t{i} * items.width * panel_items;
            pack(items, known.data(), first + i * panel_items, packed[i]);
        }
        for (std::size_t u = 0; u < users.size(); u += group) {
            const auto some = std::min<std::size_t>(group, users.size() - u);
            for (std::uint32_t i = 0; i < filled; ++i)
                meet(packed[i], items.width, first + i * panel_items, users.subspan(u, some),
                     std::span(lists).subspan(u, some));
        }
    }
    bool finite = true;
    for (std::size_t u = 0; u < users.size(); ++u) {
        finite = finite && lists[u].best.all_finite();
        out[u] = lists[u].best.take();
    }
    return finite;
}

} // namespace tastebench
