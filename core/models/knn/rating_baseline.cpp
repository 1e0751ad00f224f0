#include "core/models/knn/rating_baseline.h"

#include <algorithm>
#include <cmath>

namespace tastebench {

void RatingBaseline::fit(const SparseRows& ratings) {
    constexpr int rounds = 10;
    const std::uint32_t users = ratings.n_rows();
    user_.assign(users, 0.0);
    item_.assign(ratings.n_columns, 0.0);
    double sum = 0;
    std::vector<double> raters(ratings.n_columns, 0.0);
    for (std::size_t at = 0; at < ratings.size(); ++at) {
        sum += static_cast<double>(ratings.values[at]);
        raters[ratings.columns[at]] += 1;
    }
    mean_ = ratings.size() > 0 ? sum / static_cast<double>(ratings.size()) : 0;
    least_ = greatest_ = 0;
    if (ratings.size() > 0) {
        const auto [least, greatest] = std::minmax_element(ratings.values.begin(), ratings.values.end());
        least_ = static_cast<double>(*least);
        greatest_ = static_cast<double>(*greatest);
    }
    std::vector<double> rest(ratings.n_columns);
    for (int round = 0; round < rounds; ++round) {
        std::fill(rest.begin(), rest.end(), 0.0);
        for (std::uint32_t user = 0; user < users; ++user)
            for (auto at = ratings.starts[user]; at < ratings.starts[user + 1]; ++at)
                rest[ratings.columns[at]] += static_cast<double>(ratings.values[at]) - mean_ - user_[user];
        for (std::size_t item = 0; item < item_.size(); ++item)
            item_[item] = rest[item] / (item_damping + raters[item]);
        for (std::uint32_t user = 0; user < users; ++user) {
            double left = 0;
            for (auto at = ratings.starts[user]; at < ratings.starts[user + 1]; ++at)
                left += static_cast<double>(ratings.values[at]) - of_item(ratings.columns[at]);
            user_[user] = left / (user_damping + static_cast<double>(ratings.starts[user + 1] - ratings.starts[user]));
        }
    }
}

void RatingBaseline::save(Writer& out) const {
    out.number(mean_);
    out.number(least_);
    out.number(greatest_);
    out.array(user_);
    out.array(item_);
}

bool RatingBaseline::load(Reader& in, std::uint32_t users, std::uint32_t items) {
    mean_ = in.number<double>();
    least_ = in.number<double>();
    greatest_ = in.number<double>();
    user_ = in.array<double>();
    item_ = in.array<double>();
    return in.ok() && least_ <= greatest_ && user_.size() == users && item_.size() == items;
}

} // namespace tastebench
