#include <algorithm>
#include <array>

#include "core/linalg/top_k.h"
#include "core/models/sar/sar.h"

namespace tastebench {

std::span<const double> Sar::affinities(UserIx user) const {
    return std::span(affinities_.weight).subspan(seen_starts()[user], seen(user).size());
}

double Sar::similarity(ItemIx i, ItemIx j) const {
    const auto c = pairs_.pair(i, j);
    if (c == 0)
        return 0;
    return with_similarity(kind_, [&](auto kind) {
        return similarity_of<kind()>(c, pairs_.of_item(i), pairs_.of_item(j), n_known_items_);
    });
}

std::unique_ptr<Explanation> Sar::explain(UserIx user, ItemIx item) const {
    auto out = std::make_unique<Explanation>();
    out->user = user;
    out->item = item;
    const auto items = seen(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = seen_starts()[user] + i;
        Contribution reason{};
        reason.item = items[i];
        reason.affinity = affinities_.weight[at];
        // Taken this way round, as scoring does, so that the digits are the same.
        reason.similarity = similarity(items[i], item);
        reason.contribution = reason.affinity * reason.similarity;
        if (reason.contribution == 0)
            continue;
        reason.common_users = pairs_.pair(items[i], item);
        reason.events = affinities_.events[at];
        if (!affinities_.last_event.empty())
            reason.last_event = affinities_.last_event[at];
        if (!affinities_.last_time.empty())
            reason.last_time = affinities_.last_time[at];
        if (!affinities_.last_value.empty() && !std::isnan(affinities_.last_value[at]))
            reason.last_value = affinities_.last_value[at];
        out->contributions.push_back(reason);
    }
    std::stable_sort(out->contributions.begin(), out->contributions.end(),
                     [](const auto& a, const auto& b) { return a.contribution > b.contribution; });
    out->score = 0;
    for (const auto& reason : out->contributions)
        out->score += reason.contribution;
    if (popularity_fills_ && !(out->score > 0)) {
        out->contributions.clear();
        out->by_popularity = true;
        out->people = pairs_.of_item(item);
        out->score = by_popularity(item);
    }
    return out;
}

std::vector<Scored> Sar::similar_items(ItemIx item, std::uint32_t k) const {
    TopK best(k);
    for_each_similar(item, [&](ItemIx other, std::uint32_t, double s) {
        if (other != item)
            best.offer(other, s);
    });
    return best.take();
}

std::vector<Scored> Sar::history(UserIx user) const {
    const auto items = seen(user);
    const auto weights = affinities(user);
    std::vector<Scored> out;
    for (std::size_t i = 0; i < items.size(); ++i)
        out.push_back({items[i], weights[i]});
    std::stable_sort(out.begin(), out.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
    return out;
}

void Sar::save_state(Writer& out) const {
    out.number(n_users_);
    out.number(n_known_items_);
    out.number(static_cast<std::uint8_t>(kind_));
    out.number(static_cast<std::uint8_t>(normalize_));
    out.number(static_cast<std::uint8_t>(popularity_fills_ ? 1 : 0));
    out.number(neighbours_);
    out.number(least_rating_);
    out.number(greatest_rating_);
    out.number(mean_rating_);
    out.array(affinities_.weight);
    out.array(affinities_.count);
    out.array(affinities_.events);
    out.array(affinities_.last_time);
    out.array(affinities_.last_event);
    out.array(affinities_.last_value);
    pairs_.save(out);
}

Status Sar::load_state(Reader& in) {
    n_users_ = in.number<std::uint32_t>();
    n_known_items_ = in.number<std::uint32_t>();
    const auto kind = in.number<std::uint8_t>();
    const auto normalize = in.number<std::uint8_t>();
    const auto fills = in.number<std::uint8_t>();
    neighbours_ = in.number<std::uint32_t>();
    least_rating_ = in.number<double>();
    greatest_rating_ = in.number<double>();
    mean_rating_ = in.number<double>();
    affinities_.weight = in.array<double>();
    affinities_.count = in.array<double>();
    affinities_.events = in.array<std::uint32_t>();
    affinities_.last_time = in.array<std::int64_t>();
    affinities_.last_event = in.array<EventIx>();
    affinities_.last_value = in.array<float>();
    if (auto status = pairs_.load(in); !status)
        return status;
    kind_ = static_cast<Similarity>(kind);
    normalize_ = static_cast<Normalize>(normalize);
    popularity_fills_ = fills == 1;
    const auto n = affinities_.weight.size();
    const auto fits = [n](const auto& column, bool may_be_empty) {
        return column.size() == n || (may_be_empty && column.empty());
    };
    const bool sound = kind <= 6 && normalize <= 2 && fills <= 1 && fits(affinities_.count, normalize == 0) &&
                       fits(affinities_.events, false) && fits(affinities_.last_time, true) &&
                       fits(affinities_.last_event, true) && fits(affinities_.last_value, true) &&
                       n == seen_items().size();
    if (!sound)
        return bad_data("the stored SAR model is damaged", {}, "train it again");
    tabulate();
    return {};
}

} // namespace tastebench
