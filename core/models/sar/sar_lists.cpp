// Lists for many people. Scores of all items are taken in single precision first, with a bound on their error that is
// proven below; only the items that can be among the k best by that bound are scored in double precision, as score()
// and explain() do, so that digits and order are theirs.
//
// The bound. Let x be an item's score in exact arithmetic, all terms of which are >= 0, and y what the kernels make of
// it from m of them. A weight is off by one rounding (u = 2^-24), a similarity by 8 u, a product by u, the sum by at
// most m u relative to x: |y - x| <= g x with g = (m + 16) u, second-order terms and double precision's own roundings
// included in what 16 exceeds 10 by. If Y is the k-th greatest y, k items have x >= Y / (1 + g), so that an item among
// the k best has x >= Y / (1 + g) too, and y >= Y (1 - g) / (1 + g) >= Y (1 - 2 g). Weights are scaled to at most 1;
// what numbers below 2^-126 lose is less than 2^-60 a score, and Y >= 2^-30 makes that less than u Y.
#include <algorithm>
#include <array>

#include "core/linalg/top_k.h"
#include "core/models/common/score_sums.h"
#include "core/models/sar/sar.h"
#include "core/models/sar/sar_kernels.h"

namespace tastebench {

namespace {

constexpr float rounding = 0x1p-24F;
constexpr float least_certain = 0x1p-30F;

/// The items of one person that may be among the k best.
class Candidates {
  public:
    Candidates(std::uint32_t k, std::size_t history)
        : k_(k), most_(std::size_t{2} * k), keep_(1.0F - 2.0F * rounding * static_cast<float>(history + 16)) {}

    /// What is not above it cannot be among the best.
    float limit() const { return limit_; }
    void add(ItemIx item, float score) {
        if (!(score > limit_))
            return;
        kept_.push_back({item, score});
        if (kept_.size() > most_) {
            cut();
            // Scores closer than the bound are all kept, which may be many.
            most_ = std::max(most_, 2 * kept_.size());
        }
    }
    /// False if it is not certain that k items have a score above 0: then others have to be looked at too.
    bool finish() { return keep_ > 0 && kept_.size() >= k_ && cut() >= least_certain; }

    struct One {
        ItemIx item;
        float score;
    };
    std::span<const One> kept() const { return kept_; }

  private:
    /// Drops what is certainly not among the k best; returns the k-th best score.
    float cut() {
        const auto kth = kept_.begin() + (k_ - 1);
        std::nth_element(kept_.begin(), kth, kept_.end(), [](const One& a, const One& b) { return a.score > b.score; });
        const float score = kth->score;
        // The greatest number below the bound, so that what equals the bound is above the limit.
        limit_ = std::max(0.0F, std::nextafter(score * keep_, 0.0F));
        std::erase_if(kept_, [this](const One& one) { return !(one.score > limit_); });
        return score;
    }

    std::uint32_t k_;
    std::size_t most_;
    float keep_;
    float limit_ = 0;
    std::vector<One> kept_;
};

bool stopped(const TopKOptions& options) {
    return options.progress != nullptr && options.progress->cancelled();
}

/// Items scored at a time in double precision: a tile of n_items x this many stays in the second-level cache.
constexpr std::uint32_t tile_width = 16;

} // namespace

/// One block of people on its way to their lists.
struct Sar::Screening {
    std::vector<std::size_t> who;     ///< positions in the block: those with a history whose scores cannot be negative
    std::vector<std::size_t> starts;  ///< of their weights
    std::vector<float> weights;       ///< affinities, scaled so that the greatest is 1
    std::vector<Candidates> best;     ///< parallel to who
    std::vector<std::size_t> unknown; ///< positions of the others
};

void Sar::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                      std::span<std::vector<Scored>> out) const {
    if (neighbours_ > 0) {
        ScoreSums sums(n_items());
        for (std::size_t u = 0; u < users.size() && !stopped(options); ++u)
            out[u] = list_from_nearest(users[u], options, sums);
        return;
    }
    Screening screening = begin_screening(users, options.k);
    screen(users, options, screening);
    rescore(users, options, screening, out);
    if (screening.unknown.empty())
        return;
    std::vector<UserIx> others;
    for (const auto u : screening.unknown)
        others.push_back(users[u]);
    std::vector<std::vector<Scored>> lists(others.size());
    top_k_by_tiles(others, options, lists);
    for (std::size_t i = 0; i < others.size(); ++i)
        out[screening.unknown[i]] = std::move(lists[i]);
}

std::vector<Scored> Sar::list_from_nearest(UserIx user, const TopKOptions& options, ScoreSums& sums) const {
    const auto items = seen(user);
    const auto weights = affinities(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto first = nearest_.starts[items[i]];
        const std::span similar = std::span(nearest_.items).subspan(first, nearest_.starts[items[i] + 1] - first);
        sums.add(similar, nearest_.similarity.data() + first, weights[i]);
    }
    if (popularity_fills_)
        sums.fill_below_zero([this](ItemIx item) { return by_popularity(item); });
    return sums.take_list(*this, user, options);
}

Sar::Screening Sar::begin_screening(std::span<const UserIx> users, std::uint32_t k) const {
    Screening out;
    for (std::size_t u = 0; u < users.size(); ++u) {
        const auto mine = affinities(users[u]);
        const auto [least, greatest] = std::minmax_element(mine.begin(), mine.end());
        const bool can_be = k > 0 && !mine.empty() && !may_be_negative(kind_) && *least >= 0 && *greatest > 0 &&
                            std::isfinite(1 / *greatest);
        if (!can_be) {
            out.unknown.push_back(u);
            continue;
        }
        out.who.push_back(u);
        out.starts.push_back(out.weights.size());
        out.best.emplace_back(k, mine.size());
        const double scale = 1 / *greatest;
        for (const double weight : mine)
            out.weights.push_back(static_cast<float>(weight * scale));
    }
    return out;
}

void Sar::screen(std::span<const UserIx> users, const TopKOptions& options, Screening& screening) const {
    constexpr std::uint32_t width = kernels::screen_width;
    const std::uint32_t n = n_items();
    const std::uint32_t padded = (n + 7) / 8 * 8;
    std::vector<float> sizes(n);
    for (ItemIx item = 0; item < n; ++item)
        sizes[item] = static_cast<float>(pairs_.of_item(item));
    std::vector<std::uint32_t> counts(n);
    std::vector<float> rows(std::size_t{padded} * kernels::screen_rows, 0.0F);
    std::vector<float> tile(std::size_t{padded} * width);
    std::array<float, width> scores{};
    // The matrix is symmetric: the rows of a tile's items, written as columns, are what every history needs.
    for (ItemIx first = 0; first < n && !screening.who.empty(); first += width) {
        if (stopped(options))
            return;
        for (std::uint32_t column = 0; column < width; column += kernels::screen_rows) {
            for (std::uint32_t r = 0; r < kernels::screen_rows; ++r) {
                const ItemIx item = first + column + r;
                const std::span row = std::span(rows).subspan(std::size_t{r} * padded, n);
                // An item nobody is to be recommended has no similarity here, and so no score above any limit.
                if (item >= n || !item_in_training(item)) {
                    std::fill(row.begin(), row.end(), 0.0F);
                    continue;
                }
                pairs_.copy_row(item, counts);
                kernels::screen_similarities(kind_, counts, sizes[item], sizes.data(), row.data());
            }
            kernels::screen_transpose(rows.data(), padded, column, tile.data());
        }
        for (std::size_t i = 0; i < screening.who.size(); ++i) {
            const auto items = seen(users[screening.who[i]]);
            Candidates& best = screening.best[i];
            if (!kernels::screen(items, &screening.weights[screening.starts[i]], tile.data(), best.limit(),
                                 scores.data()))
                continue;
            auto next = std::lower_bound(items.begin(), items.end(), first);
            for (std::uint32_t t = 0; t < width; ++t) {
                const bool was_seen = next != items.end() && *next == first + t;
                next += was_seen ? 1 : 0;
                if (!(was_seen && options.remove_seen))
                    best.add(first + t, scores[t]);
            }
        }
    }
}

void Sar::rescore(std::span<const UserIx> users, const TopKOptions& options, Screening& screening,
                  std::span<std::vector<Scored>> out) const {
    struct Wanted {
        ItemIx item;
        std::uint32_t who;
    };
    std::vector<Wanted> wanted;
    for (std::uint32_t i = 0; i < screening.who.size(); ++i) {
        if (!screening.best[i].finish()) {
            screening.unknown.push_back(screening.who[i]);
            continue;
        }
        for (const auto& one : screening.best[i].kept())
            wanted.push_back({one.item, i});
    }
    // Item by item, so that a row of counts is unpacked once for all who want it.
    std::stable_sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.item < b.item; });
    std::vector<TopK> best(screening.who.size(), TopK(options.k));
    std::vector<std::uint32_t> counts(n_items());
    const double known = n_known_items_;
    with_similarity(kind_, [&](auto kind) {
        for (std::size_t at = 0; at < wanted.size(); ++at) {
            const auto [item, who] = wanted[at];
            if (at == 0 || wanted[at - 1].item != item)
                pairs_.copy_row(item, counts);
            const auto items = seen(users[screening.who[who]]);
            const auto weights = affinities(users[screening.who[who]]);
            const auto mine = pairs_.of_item(item);
            double sum = 0;
            for (std::size_t i = 0; i < items.size(); ++i)
                if (const auto c = counts[items[i]]; c > 0)
                    sum += weights[i] * similarity_of<kind()>(c, mine, pairs_.of_item(items[i]), known);
            best[who].offer(item, sum);
        }
    });
    for (std::size_t i = 0; i < screening.who.size(); ++i)
        out[screening.who[i]] = best[i].take();
}

void Sar::top_k_by_tiles(std::span<const UserIx> users, const TopKOptions& options,
                         std::span<std::vector<Scored>> out) const {
    const std::uint32_t n = n_items();
    std::vector<TopK> best(users.size(), TopK(options.k));
    std::vector<std::size_t> next_seen(users.size(), 0);
    std::vector<double> tile(std::size_t{n} * tile_width);
    // The matrix is symmetric: the rows of a tile's items, written as columns, are what every history needs.
    for (std::uint32_t first = 0; first < n; first += tile_width) {
        if (stopped(options))
            return;
        const std::uint32_t width = std::min(tile_width, n - first);
        std::fill(tile.begin(), tile.end(), 0.0);
        for (std::uint32_t t = 0; t < width; ++t)
            for_each_similar(first + t, [&](ItemIx other, std::uint32_t, double s) {
                tile[std::size_t{other} * tile_width + t] = s;
            });
        for (std::size_t u = 0; u < users.size(); ++u) {
            const auto items = seen(users[u]);
            const auto weights = affinities(users[u]);
            std::array<double, tile_width> sum{};
            for (std::size_t i = 0; i < items.size(); ++i) {
                const double* row = tile.data() + std::size_t{items[i]} * tile_width;
                const double a = weights[i];
                for (std::uint32_t t = 0; t < tile_width; ++t)
                    sum[t] += a * row[t];
            }
            auto& taken = next_seen[u];
            for (std::uint32_t t = 0; t < width; ++t) {
                const bool was_seen = taken < items.size() && items[taken] == first + t;
                taken += was_seen ? 1 : 0;
                if (popularity_fills_ && !(sum[t] > 0))
                    sum[t] = by_popularity(first + t);
                if (!(was_seen && options.remove_seen) && item_in_training(first + t))
                    best[u].offer(first + t, sum[t]);
            }
        }
    }
    for (std::size_t u = 0; u < users.size(); ++u)
        out[u] = best[u].take();
}

} // namespace tastebench
