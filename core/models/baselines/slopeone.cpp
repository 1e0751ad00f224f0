#include "core/models/baselines/slopeone.h"

#include <algorithm>

#include "core/linalg/dense_inverse.h"
#include "core/models/baselines/slopeone_kernels.h"
#include "core/models/common/user_item_matrix.h"

namespace tastebench {

namespace {

class SlopeOne final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.predicts_ratings = true;
        can.needs_values = true;
        can.folds_in = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters&) const override {
        const auto items = static_cast<double>(shape.items);
        const auto pairs = static_cast<double>(shape.pairs);
        const double others = pairs / std::max(1.0, static_cast<double>(shape.users));
        return {8 * items * items + 24 * pairs, pairs * others * 4.3e-9 + items * items * 4e-9};
    }
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return ratings_.n_rows(); }
    std::uint32_t n_items() const override { return ratings_.n_columns; }
    void score(UserIx user, std::span<double> out) const override {
        std::vector<ProfileItem> rated;
        for (std::size_t at = 0; at < ratings_.columns_of(user).size(); ++at)
            rated.push_back({ratings_.columns_of(user)[at], static_cast<double>(ratings_.values_of(user)[at])});
        score_profile(rated, out);
    }
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;

  protected:
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;

  private:
    void add_user(std::uint32_t item, std::span<const std::uint32_t> items, std::span<const float> ratings,
                  float rating);
    double predict(UserIx user, ItemIx item) const;

    SparseRows ratings_;
    /// Row j: dev(j, i) and how many people have rated both, by i; 0 on the diagonal and where there are none.
    DenseSquare deviations_, counts_;
    double mean_ = 0, least_ = 0, greatest_ = 0;
    bool weighted_ = false;
};

/// The differences of one user's rating of `item` to their ratings of the others.
void SlopeOne::add_user(std::uint32_t item, std::span<const std::uint32_t> items, std::span<const float> ratings,
                        float rating) {
    float* deviation = deviations_.row(item);
    float* count = counts_.row(item);
    for (std::size_t at = 0; at < items.size(); ++at) {
        if (items[at] == item)
            continue;
        deviation[items[at]] += rating - ratings[at];
        count[items[at]] += 1;
    }
}

Status SlopeOne::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    constexpr std::size_t block = 8;
    remember_seen(training);
    if (context.progress.cancelled())
        return cancelled_error();
    weighted_ = get_bool(parameters, "weighted");
    ratings_ = user_item_matrix(training, Entry::last_rating, context.parallel, &context.progress);
    if (context.progress.cancelled())
        return cancelled_error();
    if (ratings_.size() == 0)
        return bad_data("there are no ratings to compare", "data",
                        "choose a model that learns from events, such as SAR");
    double sum = 0;
    for (const float rating : ratings_.values)
        sum += static_cast<double>(rating);
    mean_ = sum / static_cast<double>(ratings_.size());
    const auto [least, greatest] = std::minmax_element(ratings_.values.begin(), ratings_.values.end());
    least_ = static_cast<double>(*least);
    greatest_ = static_cast<double>(*greatest);

    auto& progress = context.progress;
    const SparseRows by_item = transposed(ratings_, context.parallel);
    if (!deviations_.resize(n_items(), progress) || !counts_.resize(n_items(), progress))
        return cancelled_error();
    progress.begin("Training", n_items());
    context.parallel.for_blocks(n_items(), block, [&](std::size_t first, std::size_t last) {
        for (auto item = static_cast<std::uint32_t>(first); item < last && !progress.cancelled(); ++item) {
            const auto users = by_item.columns_of(item);
            for (std::size_t at = 0; at < users.size(); ++at)
                add_user(item, ratings_.columns_of(users[at]), ratings_.values_of(users[at]),
                         by_item.values_of(item)[at]);
            float* deviation = deviations_.row(item);
            const float* count = counts_.row(item);
            for (std::uint32_t other = 0; other < n_items(); ++other)
                if (count[other] > 0)
                    deviation[other] /= count[other];
        }
        progress.advance(last - first);
    });
    if (progress.cancelled())
        return cancelled_error();
    return {};
}

void SlopeOne::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    double own = 0;
    std::size_t n = 0;
    for (const auto& had : profile)
        if (item_in_training(had.item)) {
            own += had.value;
            ++n;
        }
    own = n > 0 ? own / static_cast<double>(n) : mean_;
    std::fill(out.begin(), out.end(), 0.0);
    std::vector<double> total(out.size(), 0.0);
    for (const auto& had : profile)
        slopeone::add_item(deviations_.row(had.item), counts_.row(had.item), weighted_, weighted_ ? had.value : own,
                           out.data(), total.data(), out.size());
    for (std::size_t item = 0; item < out.size(); ++item)
        out[item] = total[item] > 0 ? out[item] / total[item] : own;
}

double SlopeOne::predict(UserIx user, ItemIx item) const {
    const auto items = ratings_.columns_of(user);
    const auto values = ratings_.values_of(user);
    if (items.empty())
        return mean_;
    double own = 0;
    for (const float rating : values)
        own += static_cast<double>(rating);
    own /= static_cast<double>(items.size());
    double sum = 0;
    double total = 0;
    for (std::size_t at = 0; at < items.size(); ++at) {
        const auto count = static_cast<double>(counts_.row(items[at])[item]);
        if (count == 0)
            continue;
        const double weight = weighted_ ? count : 1.0;
        const double base = weighted_ ? static_cast<double>(values[at]) : own;
        sum += weight * (base - static_cast<double>(deviations_.row(items[at])[item]));
        total += weight;
    }
    return total > 0 ? sum / total : own;
}

void SlopeOne::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    for (std::size_t i = 0; i < pairs.size(); ++i)
        out[i] = std::clamp(predict(pairs[i].user, pairs[i].item), least_, greatest_);
}

void SlopeOne::save_state(Writer& out) const {
    out.number(static_cast<std::uint8_t>(weighted_));
    out.number(mean_);
    out.number(least_);
    out.number(greatest_);
    ratings_.save(out);
    out.array(std::span<const float>(deviations_.values));
    out.array(std::span<const float>(counts_.values));
}

Status SlopeOne::load_state(Reader& in) {
    weighted_ = in.number<std::uint8_t>() != 0;
    mean_ = in.number<double>();
    least_ = in.number<double>();
    greatest_ = in.number<double>();
    bool sound = ratings_.load(in) && least_ <= greatest_;
    for (DenseSquare* matrix : {&deviations_, &counts_}) {
        const auto values = in.array<float>();
        matrix->n = ratings_.n_columns;
        matrix->stride = DenseSquare::stride_of(matrix->n);
        matrix->values.assign(values.begin(), values.end());
        sound = sound && in.ok() && values.size() == matrix->n * matrix->stride;
    }
    if (!sound)
        return bad_data("the stored differences are damaged", {}, "train the model again");
    return {};
}

ParameterSchema schema() {
    return ParameterSchema(
        {{"weighted", "Weigh by people", "Items rated together by more people have more to say.", "",
          ParameterType::boolean, false}},
        {{"reference", "Surprise", "Every item has the same say, as SlopeOne of Surprise.", {{"weighted", false}}},
         {"paper",
          "Weighted",
          "Items rated together by more people have more to say, as the paper recommends.",
          {{"weighted", true}}}});
}

} // namespace

ModelEntry slopeone_entry() {
    return {"slopeone",
            ModelFamily::baseline,
            "Slope One",
            "Predicts a rating from how much better or worse people rate one item than another.",
            "Lemire, Maclachlan: Slope One Predictors for Online Rating-Based Collaborative Filtering, SDM 2005",
            schema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<SlopeOne>(); }};
}

} // namespace tastebench
