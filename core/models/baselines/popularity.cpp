#include "core/models/baselines/popularity.h"

#include <cmath>

namespace tastebench {

namespace {

class Popularity final : public Recommender {
  public:
    Capabilities capabilities(const Parameters& parameters) const override {
        // Ranks by counts; its scores are not ratings, and it needs none.
        Capabilities can;
        can.folds_in = true;
        can.needs_times = get_real(parameters, "half_life_days") > 0;
        return can;
    }

    Cost cost(const DataShape& shape, const Parameters&) const override {
        return {16.0 * static_cast<double>(shape.items), 4e-9 * static_cast<double>(shape.rows)};
    }

    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return n_users_; }
    std::uint32_t n_items() const override { return static_cast<std::uint32_t>(counts_.size()); }

    void score(UserIx, std::span<double> out) const override { std::copy(counts_.begin(), counts_.end(), out.begin()); }
    void score_profile(std::span<const ProfileItem>, std::span<double> out) const override {
        std::copy(counts_.begin(), counts_.end(), out.begin());
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = counts_[pairs[i].item];
    }

  protected:
    void save_state(Writer& out) const override {
        out.number(n_users_);
        out.array(counts_);
    }
    Status load_state(Reader& in) override {
        n_users_ = in.number<std::uint32_t>();
        counts_ = in.array<double>();
        return {};
    }

  private:
    std::uint32_t n_users_ = 0;
    std::vector<double> counts_; ///< by item
};

Status Popularity::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const double half_life = get_real(parameters, "half_life_days") * 86'400;
    const bool every_event = get_text(parameters, "count") == "events";
    const auto& rows = training.data.interactions();
    if (half_life > 0 && rows.time.empty())
        return bad_data("these data have no times, so nothing can lose weight with age", "half_life_days",
                        "set the half-life to 0");
    remember_seen(training);
    n_users_ = training.data.users().size();
    counts_.assign(training.data.items().size(), 0.0);
    std::int64_t now = std::numeric_limits<std::int64_t>::min();
    if (half_life > 0)
        for (const RowIx row : training.rows)
            now = std::max(now, rows.time[row]);
    const auto weight = [&](std::int64_t time) {
        // Ages as reals: the difference of two far times may not fit an integer.
        return half_life > 0 ? std::exp2((static_cast<double>(time) - static_cast<double>(now)) / half_life) : 1.0;
    };
    context.progress.begin("Training", counts_.size());
    std::vector<std::uint32_t> place(n_users_, 0); ///< of a user in `latest`, from 1; 0 = none
    std::vector<std::pair<UserIx, std::int64_t>> latest;
    for (ItemIx item = 0; item < counts_.size(); ++item) {
        latest.clear();
        for (const RowIx row : training.by_item.of(item)) {
            const std::int64_t time = half_life > 0 ? rows.time[row] : 0;
            auto& at = place[rows.user[row]];
            if (every_event || at == 0) {
                latest.emplace_back(rows.user[row], time);
                at = static_cast<std::uint32_t>(latest.size());
            } else {
                latest[at - 1].second = std::max(latest[at - 1].second, time);
            }
        }
        for (const auto& [user, time] : latest) {
            counts_[item] += weight(time);
            place[user] = 0;
        }
    }
    context.progress.set_done(counts_.size());
    return {};
}

ParameterSchema schema() {
    ParameterSpec count{
        "count", "Count", "What makes an item popular.", "", ParameterType::choice, std::string("users")};
    count.choices = {{"users", "People", "Every person counts once."},
                     {"events", "Events", "Repeated events of one person count each time."}};
    return ParameterSchema(
        {{"half_life_days", "Half-life", "After this many days an event weighs half; 0 means that age does not matter.",
          "days", ParameterType::real, 0.0, 0, 36500},
         count},
        {{"recent", "Recent", "What was popular lately: a half-life of 30 days.", {{"half_life_days", 30.0}}}});
}

} // namespace

ModelEntry popularity_entry() {
    return {"popularity",
            ModelFamily::baseline,
            "Popularity",
            "Recommends to everyone what most people have; the yardstick that any other model must beat.",
            "",
            schema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Popularity>(); }};
}

} // namespace tastebench
