#include "core/models/sar/affinity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace tastebench {

namespace {

constexpr double seconds_per_day = 86400;

/// Calls visit(name, weight) for each "name=weight"; returns the complaint, or an empty string.
template <typename Visit>
std::string read_weights(std::string_view text, Visit&& visit) {
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        const auto equals = part.rfind('=');
        double weight = 0;
        if (equals == std::string_view::npos || equals == 0)
            return fmt::format("'{}' has no weight", part);
        const auto number = part.substr(equals + 1);
        const auto [stop, code] = fast_float::from_chars(number.data(), number.data() + number.size(), weight);
        if (code != std::errc() || stop != number.data() + number.size() || !std::isfinite(weight) || weight < 0)
            return fmt::format("'{}' is no weight of 0 or more", number);
        visit(part.substr(0, equals), weight);
    }
    return {};
}

struct Event {
    ItemIx item;
    RowIx row;
};

class Builder {
  public:
    Builder(const TrainingData& training, const AffinityRules& rules, Counting counting, Affinities& out)
        : training_(training), rows_(training.data.interactions()), rules_(rules), counting_(counting), out_(out) {
        if (rules.half_life_days > 0) {
            now_ = rules.now ? *rules.now : std::numeric_limits<std::int64_t>::min();
            if (!rules.now)
                for (const RowIx row : training.rows)
                    now_ = std::max(now_, rows_.time[row]);
        }
    }

    double plain(RowIx row) const {
        double weight = rules_.event_weights.empty() ? 1.0 : rules_.event_weights[rows_.event[row]];
        if (rules_.use_values && !rows_.value.empty() && !std::isnan(rows_.value[row]))
            weight *= rows_.value[row];
        return weight;
    }

    void user(UserIx user, std::uint64_t at, std::vector<Event>& events) const {
        events.clear();
        for (const RowIx row : training_.by_user.of(user))
            events.push_back({rows_.item[row], row});
        std::sort(events.begin(), events.end(), [&](const Event& a, const Event& b) {
            if (a.item != b.item)
                return a.item < b.item;
            if (!rows_.time.empty() && rows_.time[a.row] != rows_.time[b.row])
                return rows_.time[a.row] < rows_.time[b.row];
            return a.row < b.row;
        });
        for (std::size_t first = 0; first < events.size(); ++at) {
            std::size_t last = first;
            while (last < events.size() && events[last].item == events[first].item)
                ++last;
            merge(std::span(events).subspan(first, last - first), at);
            first = last;
        }
    }

  private:
    double decay(RowIx row) const {
        if (rules_.half_life_days <= 0)
            return 1.0;
        const double age_days = static_cast<double>(now_ - rows_.time[row]) / seconds_per_day;
        return std::min(1.0, std::exp2(-age_days / rules_.half_life_days));
    }

    void merge(std::span<const Event> same, std::uint64_t at) const {
        double weight = 0;
        double decayed = 0;
        const auto take = [&](RowIx row) {
            weight = plain(row) * decay(row);
            decayed = decay(row);
        };
        switch (rules_.duplicates) {
        case Duplicates::last:
            take(same.back().row);
            break;
        case Duplicates::first:
            take(same.front().row);
            break;
        case Duplicates::sum:
        case Duplicates::mean:
            for (const auto& event : same) {
                weight += plain(event.row) * decay(event.row);
                decayed += decay(event.row);
            }
            if (rules_.duplicates == Duplicates::mean) {
                weight /= static_cast<double>(same.size());
                decayed /= static_cast<double>(same.size());
            }
            break;
        case Duplicates::max: // not from 0: ratings may be negative
            take(same.front().row);
            for (const auto& event : same.subspan(1)) {
                weight = std::max(weight, plain(event.row) * decay(event.row));
                decayed = std::max(decayed, decay(event.row));
            }
            break;
        }
        out_.weight[at] = weight;
        if (counting_ == Counting::latest)
            decayed = decay(same.back().row);
        if (counting_ != Counting::none)
            out_.count[at] = decayed;
        out_.events[at] = static_cast<std::uint32_t>(same.size());
        const RowIx last = same.back().row;
        if (!out_.last_time.empty())
            out_.last_time[at] = rows_.time[last];
        if (!out_.last_event.empty())
            out_.last_event[at] = rows_.event[last];
        if (!out_.last_value.empty()) {
            out_.last_value[at] = std::numeric_limits<float>::quiet_NaN();
            for (const auto& event : same)
                if (!std::isnan(rows_.value[event.row]))
                    out_.last_value[at] = rows_.value[event.row];
        }
    }

    const TrainingData& training_;
    const Interactions& rows_;
    const AffinityRules& rules_;
    Counting counting_;
    Affinities& out_;
    std::int64_t now_ = 0;
};

void keep(const Affinities& before, std::uint64_t from, Affinities& out, std::uint64_t to, std::uint64_t n) {
    const auto copy = [&](const auto& source, auto& target) {
        if (!target.empty())
            std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(from), n,
                        target.begin() + static_cast<std::ptrdiff_t>(to));
    };
    copy(before.weight, out.weight);
    copy(before.count, out.count);
    copy(before.events, out.events);
    copy(before.last_time, out.last_time);
    copy(before.last_event, out.last_event);
    copy(before.last_value, out.last_value);
}

} // namespace

std::string check_event_weights(std::string_view text) {
    return read_weights(text, [](std::string_view, double) {});
}

Result<std::vector<double>> read_event_weights(std::string_view text, const Dataset& data) {
    const auto& names = data.events();
    std::vector<double> weights(names.size(), 1.0);
    std::string unknown;
    const auto complaint = read_weights(text, [&](std::string_view name, double weight) {
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end())
            unknown = name;
        else
            weights[static_cast<std::size_t>(at - names.begin())] = weight;
    });
    if (!complaint.empty())
        return usage_error(complaint, "event_weights", "write for example view=1,list=2");
    if (!unknown.empty())
        return usage_error(fmt::format("'{}' has no event '{}'", data.name(), unknown), "event_weights",
                           names.empty() ? std::string("this data has no event column; leave it empty")
                                         : fmt::format("its events are {}", fmt::join(names, ", ")));
    return weights;
}

Affinities make_affinities(const TrainingData& training, const AffinityRules& rules,
                           std::span<const std::uint64_t> starts, std::span<const ItemIx> items, Counting counting,
                           const Parallel& parallel, const Progress& progress, const KeptAffinities& kept) {
    Affinities out;
    out.weight.resize(items.size());
    if (counting != Counting::none)
        out.count.resize(items.size());
    out.events.resize(items.size());
    if (training.data.has_times())
        out.last_time.resize(items.size());
    if (training.data.has_events())
        out.last_event.resize(items.size());
    if (training.data.has_values())
        out.last_value.resize(items.size());
    const Builder builder(training, rules, counting, out);
    parallel.for_blocks(starts.size() - 1, 256, [&](std::size_t first, std::size_t last) {
        std::vector<Event> events;
        for (std::size_t u = first; u < last && !progress.cancelled(); ++u)
            if (kept.before != nullptr && kept.from[u] != KeptAffinities::none)
                keep(*kept.before, kept.from[u], out, starts[u], starts[u + 1] - starts[u]);
            else
                builder.user(static_cast<UserIx>(u), starts[u], events);
    });
    if (counting != Counting::none && !training.rows.empty()) {
        out.least_value = out.greatest_value = builder.plain(training.rows.front());
        for (const RowIx row : training.rows) {
            out.least_value = std::min(out.least_value, builder.plain(row));
            out.greatest_value = std::max(out.greatest_value, builder.plain(row));
        }
    }
    return out;
}

} // namespace tastebench
