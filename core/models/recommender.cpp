#include "core/models/recommender.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/linalg/top_k.h"
#include "core/models/common/best_items.h"

namespace tastebench {

namespace {

/// On one thread where there is no `parallel`.
template <typename Body>
void for_blocks_of(const Parallel* parallel, std::size_t n, std::size_t block, Body&& body) {
    if (parallel != nullptr)
        return parallel->for_blocks(n, block, body);
    for (std::size_t first = 0; first < n; first += block)
        body(first, std::min(n, first + block));
}

constexpr std::uint32_t state_mark = 0x4D42'5401; ///< begins every stored model

Grouping group_by(std::span<const std::uint32_t> keys, std::span<const RowIx> rows, std::uint32_t groups) {
    Grouping out;
    out.starts.assign(std::size_t{groups} + 1, 0);
    for (const RowIx row : rows)
        ++out.starts[keys[row] + 1];
    for (std::size_t g = 0; g < groups; ++g)
        out.starts[g + 1] += out.starts[g];
    out.rows.resize(rows.size());
    std::vector<std::uint64_t> next(out.starts.begin(), out.starts.end() - 1);
    for (const RowIx row : rows)
        out.rows[next[keys[row]]++] = row;
    return out;
}

} // namespace

TrainingData::TrainingData(const Dataset& dataset, std::span<const RowIx> train_rows, const Parallel* threads)
    : data(dataset), rows(train_rows), by_user(group_by(data.interactions().user, rows, data.users().size())),
      by_item([this] { return group_by(data.interactions().item, rows, data.items().size()); }), parallel(threads) {}

std::vector<std::vector<Scored>> Recommender::top_k(std::span<const UserIx> users, const TopKOptions& options,
                                                    const Parallel& parallel, Progress& progress) const {
    std::vector<std::vector<Scored>> out(users.size());
    // Large blocks let a model share work between users; small ones keep a cancel quick and every thread busy.
    const std::size_t share = users.size() / static_cast<std::size_t>(2 * parallel.threads()) + 1;
    const std::size_t block = std::clamp<std::size_t>(share, 1, most_users_at_once());
    TopKOptions watched = options;
    watched.progress = &progress;
    progress.begin("Recommending", users.size());
    parallel.for_blocks(users.size(), block, [&](std::size_t first, std::size_t last) {
        if (progress.cancelled())
            return;
        top_k_block(users.subspan(first, last - first), watched, std::span(out).subspan(first, last - first));
        progress.advance(last - first);
    });
    return out;
}

void Recommender::top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                              std::span<std::vector<Scored>> out) const {
    std::vector<double> scores(n_items());
    for (std::size_t i = 0; i < users.size() && !options.stopped(); ++i) {
        score(users[i], scores);
        out[i] = best_items(std::span<const double>(scores), known_items(),
                            options.remove_seen ? seen(users[i]) : std::span<const ItemIx>{}, options);
    }
}

Status Recommender::update(const TrainingData& all, std::span<const RowIx>, const Parameters& parameters,
                           FitContext& context) {
    return fit(all, parameters, context);
}

void Recommender::score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const {
    std::vector<double> scores(n_items());
    score(user, scores);
    for (std::size_t i = 0; i < items.size(); ++i)
        out[i] = scores[items[i]];
}

void Recommender::score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const {
    const auto& columns = data.interactions();
    std::vector<Pair> pairs;
    pairs.reserve(rows.size());
    for (const RowIx row : rows)
        pairs.push_back({columns.user[row], columns.item[row]});
    score_pairs(pairs, out);
}

void Recommender::score_profile(std::span<const ProfileItem>, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
}

std::vector<Scored> Recommender::recommend_profile(std::span<const ProfileItem> profile,
                                                   const TopKOptions& options) const {
    std::vector<double> scores(n_items());
    score_profile(profile, scores);
    if (options.remove_seen)
        for (const auto& had : profile)
            scores[had.item] = -std::numeric_limits<double>::infinity();
    TopK best(options.k);
    for (ItemIx item = 0; item < scores.size(); ++item)
        if (item_in_training(item))
            best.offer(item, scores[item]);
    return best.take();
}

double standard_profile_value(const Dataset& data) {
    return data.summary().rated > 0 ? data.summary().greatest_value : 1.0;
}

std::string_view to_text(ModelFamily family) {
    switch (family) {
    case ModelFamily::baseline:
        return "Baselines";
    case ModelFamily::neighbours:
        return "Neighbours";
    case ModelFamily::factors:
        return "Factors";
    case ModelFamily::features:
        return "Features";
    case ModelFamily::networks:
        break;
    }
    return "Networks";
}

void Recommender::remember_seen(const TrainingData& training) {
    constexpr std::size_t block = 1024;
    const auto& items = training.data.interactions().item;
    const auto& starts = training.by_user.starts;
    const std::size_t n = training.data.users().size();
    seen_starts_.assign(n + 1, 0);
    seen_items_.resize(starts[n]);
    // Each user's items are put where their rows stand and made distinct there; then all move up.
    for_blocks_of(training.parallel, n, block, [&](std::size_t first, std::size_t last) {
        for (std::size_t user = first; user < last; ++user) {
            const auto mine = std::span(seen_items_).subspan(starts[user], starts[user + 1] - starts[user]);
            const auto rows = training.by_user.of(static_cast<UserIx>(user));
            std::transform(rows.begin(), rows.end(), mine.begin(), [&](RowIx row) { return items[row]; });
            std::sort(mine.begin(), mine.end());
            seen_starts_[user + 1] = static_cast<std::uint64_t>(std::unique(mine.begin(), mine.end()) - mine.begin());
        }
    });
    std::uint64_t to = 0;
    for (std::size_t user = 0; user < n; ++user) {
        const std::uint64_t count = seen_starts_[user + 1];
        if (to != starts[user])
            std::copy_n(seen_items_.begin() + static_cast<std::ptrdiff_t>(starts[user]), count,
                        seen_items_.begin() + static_cast<std::ptrdiff_t>(to));
        seen_starts_[user + 1] = to += count;
    }
    seen_items_.resize(to);
    if (seen_items_.capacity() > to + to / 4)
        seen_items_.shrink_to_fit();
    item_known_.assign(training.data.items().size(), 0);
    for (const ItemIx item : seen_items_)
        item_known_[item] = 1;
}

std::span<const ItemIx> Recommender::seen(UserIx user) const {
    return std::span(seen_items_).subspan(seen_starts_[user], seen_starts_[user + 1] - seen_starts_[user]);
}

void Recommender::save(Writer& out) const {
    out.number(state_mark);
    out.number(state_version());
    out.array(seen_starts_);
    out.array(seen_items_);
    out.array(item_known_);
    save_state(out);
}

Status Recommender::load(Reader& in) {
    if (in.number<std::uint32_t>() != state_mark)
        return bad_data("the stored model is damaged or was stored by an early version", {}, "train it again");
    if (const auto version = in.number<std::uint32_t>(); version != state_version())
        return bad_data(fmt::format("the stored model is of version {} of its kind, and this program reads version {}",
                                    version, state_version()),
                        {}, "train it again");
    seen_starts_ = in.array<std::uint64_t>();
    seen_items_ = in.array<ItemIx>();
    item_known_ = in.array<std::uint8_t>();
    if (auto status = load_state(in); !status)
        return status;
    const bool sound = seen_starts_.size() == std::size_t{n_users()} + 1 && item_known_.size() == n_items() &&
                       std::is_sorted(seen_starts_.begin(), seen_starts_.end()) && seen_starts_.front() == 0 &&
                       seen_starts_.back() == seen_items_.size() &&
                       std::all_of(seen_items_.begin(), seen_items_.end(), [&](ItemIx i) { return i < n_items(); });
    if (!sound)
        return bad_data("the stored model is damaged", {}, "train it again");
    return in.finish("the stored model");
}

} // namespace tastebench
