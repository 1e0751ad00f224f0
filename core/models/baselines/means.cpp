#include "core/models/baselines/means.h"

#include <algorithm>

#include "core/models/common/user_item_matrix.h"

namespace tastebench {

namespace {

class Means final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = true;
        can.needs_values = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto pairs = static_cast<double>(shape.pairs);
        return {24 * pairs + 8 * static_cast<double>(shape.users + shape.items),
                pairs * (50e-9 + static_cast<double>(get_int(p, "passes")) * 4e-9)};
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return static_cast<std::uint32_t>(users_.size()); }
    std::uint32_t n_items() const override { return static_cast<std::uint32_t>(items_.size()); }
    void score(UserIx user, std::span<double> out) const override {
        for (ItemIx item = 0; item < out.size(); ++item)
            out[item] = mean_ + users_[user] + items_[item];
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = std::clamp(mean_ + users_[pairs[i].user] + items_[pairs[i].item], least_, greatest_);
    }

  protected:
    void save_state(Writer& out) const override {
        out.number(mean_);
        out.number(least_);
        out.number(greatest_);
        out.array(users_);
        out.array(items_);
    }
    Status load_state(Reader& in) override {
        mean_ = in.number<double>();
        least_ = in.number<double>();
        greatest_ = in.number<double>();
        users_ = in.array<double>();
        items_ = in.array<double>();
        if (!(least_ <= greatest_))
            return bad_data("the stored means are damaged", {}, "train the model again");
        return {};
    }

  private:
    double mean_ = 0, least_ = 0, greatest_ = 0;
    std::vector<double> users_, items_; ///< b_u, b_i; 0 without ratings
};

/// b of every row, given those of the columns.
void settle(const SparseRows& ratings, double mean, double damping, std::span<const double> others,
            std::span<double> out) {
    for (std::uint32_t row = 0; row < out.size(); ++row) {
        const auto columns = ratings.columns_of(row);
        const auto values = ratings.values_of(row);
        double sum = 0;
        for (std::size_t at = 0; at < columns.size(); ++at)
            sum += static_cast<double>(values[at]) - mean - others[columns[at]];
        out[row] = columns.empty() ? 0.0 : sum / (damping + static_cast<double>(columns.size()));
    }
}

Status Means::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    const SparseRows by_user = user_item_matrix(training, Entry::last_rating, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (by_user.size() == 0)
        return bad_data("there are no ratings to take means of", "data",
                        "choose a model that learns from events, such as Popularity");
    const SparseRows by_item = transposed(by_user, context.parallel);
    double sum = 0;
    for (const float rating : by_user.values)
        sum += static_cast<double>(rating);
    mean_ = sum / static_cast<double>(by_user.size());
    const auto [least, greatest] = std::minmax_element(by_user.values.begin(), by_user.values.end());
    least_ = static_cast<double>(*least);
    greatest_ = static_cast<double>(*greatest);

    users_.assign(by_user.n_rows(), 0.0);
    items_.assign(by_user.n_columns, 0.0);
    const auto& parts = get_text(parameters, "parts");
    const auto passes = static_cast<std::uint32_t>(get_int(parameters, "passes"));
    context.progress.begin("Training", passes);
    for (std::uint32_t pass = 0; pass < passes; ++pass) {
        if (context.progress.cancelled())
            return cancelled_error();
        if (parts == "both" || parts == "items")
            settle(by_item, mean_, get_real(parameters, "damping_items"), users_, items_);
        if (parts == "both" || parts == "users")
            settle(by_user, mean_, get_real(parameters, "damping_users"), items_, users_);
        context.progress.advance();
    }
    return {};
}

ParameterSchema schema() {
    ParameterSpec parts{"parts",
                        "Means",
                        "Whose means a prediction is made of, besides the mean of all ratings.",
                        "",
                        ParameterType::choice,
                        std::string("both")};
    parts.choices = {{"both", "Items and people", "How well liked the item is, and how generous the person."},
                     {"items", "Items", "How well liked the item is."},
                     {"users", "People", "How generous the person is."},
                     {"none", "Neither", "The mean of all ratings for everyone."}};
    ParameterSpec passes{"passes",
                         "Passes",
                         "How often the means of items and people are set right against each other.",
                         "",
                         ParameterType::integer,
                         std::int64_t{10},
                         1,
                         10'000};
    passes.advanced = true;
    return ParameterSchema(
        {parts,
         {"damping_items", "Damping of items", "An item counts as if it had this many average ratings besides its own.",
          "ratings", ParameterType::real, 10.0, 0, 1e6},
         {"damping_users", "Damping of people",
          "A person counts as if they had given this many average ratings besides their own.", "ratings",
          ParameterType::real, 15.0, 0, 1e6},
         passes},
        {{"reference",
          "Surprise",
          "Ten passes with dampings 10 and 15, as BaselineOnly of Surprise.",
          {{"damping_items", 10.0}, {"damping_users", 15.0}, {"passes", std::int64_t{10}}}},
         {"fast",
          "Plain means",
          "One pass with damping 5: items first, then people.",
          {{"damping_items", 5.0}, {"damping_users", 5.0}, {"passes", std::int64_t{1}}}}});
}

} // namespace

ModelEntry means_entry() {
    return {"means",
            ModelFamily::baseline,
            "Means",
            "Predicts a rating from how well liked the item is and how generous the person is.",
            "",
            schema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Means>(); }};
}

} // namespace tastebench
