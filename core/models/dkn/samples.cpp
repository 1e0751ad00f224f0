#include "core/models/dkn/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/data/readers/mind.h"

namespace tastebench {

namespace {

constexpr std::uint32_t negative_stream = 421;
/// Draws before an item is taken although the user had it: only people who had nearly everything need more.
constexpr int most_draws = 32;

constexpr std::size_t looked_rows = 65'536; ///< from one look at the progress to the next

/// The event whose rows are history alone, where there is one beside others.
std::optional<EventIx> history_event(const Dataset& data) {
    const auto found = std::find(data.events().begin(), data.events().end(), mind_history);
    if (found == data.events().end() || data.events().size() < 2)
        return std::nullopt;
    return static_cast<EventIx>(found - data.events().begin());
}

} // namespace

void append_history(std::span<const ItemIx> had, ItemIx candidate, std::size_t most, std::vector<ItemIx>& out,
                    ItemIx left_out) {
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    for (auto at = had.rbegin(); at != had.rend() && out.size() < static_cast<std::size_t>(begin) + most; ++at)
        if (*at != candidate && *at != left_out && std::find(out.begin() + begin, out.end(), *at) == out.end())
            out.push_back(*at);
}

Result<DknSamples> DknSamples::make(const TrainingData& training, const DknSettings& settings,
                                    const Progress* progress) {
    const auto& columns = training.data.interactions();
    const auto history = history_event(training.data);
    DknSamples out;
    out.history_ = settings.history;
    out.negatives_ = settings.negatives;
    out.starts_.push_back(0);
    out.taken_starts_.push_back(0);
    std::vector<Row> negative;
    const auto positive = [&](RowIx row) {
        return columns.value.empty() || std::isnan(columns.value[row]) ||
               static_cast<double>(columns.value[row]) >= settings.positive_from;
    };
    const auto time = [&](RowIx row) { return columns.time.empty() ? std::int64_t{0} : columns.time[row]; };
    std::vector<RowIx> rows;
    std::size_t until_looked = 0; // at the progress, in rows; a user counts for one at least
    for (UserIx user = 0; user < training.data.users().size(); ++user) {
        if (const auto passed = training.by_user.of(user).size() + 1; passed < until_looked) {
            until_looked -= passed;
        } else {
            until_looked = looked_rows;
            if (progress != nullptr && progress->cancelled())
                return cancelled_error();
        }
        const auto mine = training.by_user.of(user);
        rows.assign(mine.begin(), mine.end());
        std::stable_sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) { return time(a) < time(b); });
        const std::size_t begin = out.positives_.size();
        std::uint32_t before = 0;
        for (std::size_t at = 0; at < rows.size(); ++at) {
            if (at == 0 || time(rows[at]) != time(rows[at - 1]))
                before = static_cast<std::uint32_t>(out.positives_.size() - begin);
            const bool good = positive(rows[at]);
            const Row one{user, columns.item[rows[at]], before};
            if (good)
                out.positives_.push_back(one.item);
            if (!history || columns.event[rows[at]] != *history)
                (good ? out.rows_ : negative).push_back(one);
            out.taken_.push_back(one.item);
        }
        std::sort(out.taken_.begin() + static_cast<std::ptrdiff_t>(out.taken_starts_.back()), out.taken_.end());
        out.starts_.push_back(out.positives_.size());
        out.taken_starts_.push_back(out.taken_.size());
    }
    out.n_positive_ = static_cast<std::uint32_t>(out.rows_.size());
    out.rows_.insert(out.rows_.end(), negative.begin(), negative.end());
    out.leaves_one_out_ = !settings.only_earlier || !training.data.has_times();
    if (out.leaves_one_out_)
        for (auto& row : out.rows_)
            row.before = static_cast<std::uint32_t>(out.had(row.user).size());
    for (ItemIx item = 0; item < training.data.items().size(); ++item)
        if (!training.by_item.of(item).empty())
            out.candidates_.push_back(item);
    if (out.n_positive_ == 0)
        return bad_data("no training row is positive", "positive_from", "choose a lower threshold");
    if (negative.empty() && settings.negatives == 0)
        return bad_data("every training row is positive", "negatives",
                        "draw negatives, or choose a threshold between the values of the data");
    if (settings.negatives > 0 && out.candidates_.size() < 2)
        return bad_data("with one item there is nothing to rank", "negatives", "use data with more items");
    if (out.rows_.size() + std::uint64_t{out.n_positive_} * settings.negatives >
        std::numeric_limits<std::uint32_t>::max())
        return bad_data("these are more than 4 billion samples", "negatives", "draw fewer negatives");
    return out;
}

std::uint32_t DknSamples::size() const {
    return static_cast<std::uint32_t>(rows_.size()) + n_positive_ * negatives_;
}

ItemIx DknSamples::draw(UserIx user, Rng& rng) const {
    const auto begin = taken_.begin() + static_cast<std::ptrdiff_t>(taken_starts_[user]);
    const auto end = taken_.begin() + static_cast<std::ptrdiff_t>(taken_starts_[user + 1]);
    ItemIx item = 0;
    for (int tries = 0; tries < most_draws; ++tries) {
        item = candidates_[rng.below(static_cast<std::uint32_t>(candidates_.size()))];
        if (!std::binary_search(begin, end, item))
            break;
    }
    return item;
}

void DknSamples::fill(std::span<const std::uint32_t> which, std::uint64_t seed, std::uint32_t epoch,
                      DknBatch& out) const {
    out.clear();
    for (const auto sample : which) {
        const bool drawn = sample >= rows_.size();
        const auto at = drawn ? (sample - static_cast<std::uint32_t>(rows_.size())) / negatives_ : sample;
        const Row& row = rows_[at];
        // Epochs lie far apart in one stream of numbers: two of them never share one.
        Rng rng(seed ^ (std::uint64_t{epoch} << 32U), negative_stream, sample);
        const ItemIx item = drawn ? draw(row.user, rng) : row.item;
        const bool positive = !drawn && at < n_positive_;
        const auto mine = had(row.user).first(row.before);
        const bool leaves_out = leaves_one_out_ && !positive && !mine.empty();
        const ItemIx left_out = leaves_out ? mine[rng.below(static_cast<std::uint32_t>(mine.size()))] : no_item;
        out.candidates.push_back(item);
        append_history(mine, item, history_, out.history, left_out);
        out.starts.push_back(static_cast<std::uint32_t>(out.history.size()));
        out.targets.push_back(positive ? 1.0F : 0.0F);
    }
}

} // namespace tastebench
