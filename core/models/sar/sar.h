// SAR, Smart Adaptive Recommendations: an item's score for a user is the user's affinity to each item of their
// history times that item's similarity to the scored one, summed. Exact, nothing is sampled or truncated, unless only
// the most similar items of each are kept: then the sum is over those pairs, and exactly that.
// Source: Microsoft Recommenders, sar_singlenode, and Aggarwal, "Recommender Systems" (2016), chapter 2.
#pragma once

#include "core/linalg/cooccurrence.h"
#include "core/models/recommender.h"
#include "core/models/sar/affinity.h"
#include "core/models/sar/similarity.h"

namespace tastebench {

class ScoreSums;

class Sar final : public Recommender {
  public:
    Capabilities capabilities(const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;
    /// Counts only the pairs that the new events make, and weighs anew only the users they touch; all users where the
    /// events have kinds, or ages are counted from the latest event and that has moved. With a minimum of people in
    /// common or a number of neighbours all is counted anew, because pairs left out before may come in.
    Status update(const TrainingData& all, std::span<const RowIx> added, const Parameters& parameters,
                  FitContext& context) override;
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;

    std::uint32_t n_users() const override { return n_users_; }
    std::uint32_t n_items() const override { return pairs_.n_items(); }
    void score(UserIx user, std::span<double> out) const override;
    /// Scores as score() has them; with `normalize` on, on the rating scale.
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;

    /// Affinities are the profile's values, as Microsoft Recommenders weighs a basket; on no rating scale.
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;

    std::unique_ptr<Explanation> explain(UserIx user, ItemIx item) const override;
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override;
    std::vector<Scored> history(UserIx user) const override;

    /// 0 for a pair never seen together.
    double similarity(ItemIx i, ItemIx j) const;
    std::span<const double> affinities(UserIx user) const; ///< parallel to seen(user)

  protected:
    /// Every block goes through all similarities once.
    std::size_t most_users_at_once() const override { return 8192; }
    void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                     std::span<std::vector<Scored>> out) const override;
    std::uint32_t state_version() const override { return 2; }
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;

  private:
    Status weigh_histories(const TrainingData& training, const Parameters& parameters, const KeptAffinities& kept,
                           const Parallel& parallel, const Progress& progress);
    void remember(const TrainingData& training);
    void set_rating_scale(const TrainingData& training);
    Cooccurrence::Cut nearest_only() const;
    void tabulate();
    /// Where nothing speaks for an item and popularity fills lists: its place below all scores, in (-1, 0).
    double by_popularity(ItemIx item) const {
        return -1 + static_cast<double>(pairs_.of_item(item)) / (1.0 + static_cast<double>(most_people_));
    }
    void fill_by_popularity(std::span<double> scores) const;
    void add_similar(ItemIx item, double affinity, std::span<double> out) const;
    struct Screening;
    Screening begin_screening(std::span<const UserIx> users, std::uint32_t k) const;
    void screen(std::span<const UserIx> users, const TopKOptions& options, Screening& screening) const;
    /// Fills the lists that are certain; the others become unknown.
    void rescore(std::span<const UserIx> users, const TopKOptions& options, Screening& screening,
                 std::span<std::vector<Scored>> out) const;
    /// All scores in double precision.
    void top_k_by_tiles(std::span<const UserIx> users, const TopKOptions& options,
                        std::span<std::vector<Scored>> out) const;
    std::vector<Scored> list_from_nearest(UserIx user, const TopKOptions& options, ScoreSums& sums) const;
    struct Range {
        double low, high;
    };
    template <typename Visit>
    void for_each_similar(ItemIx item, Visit&& visit) const;
    void weigh(UserIx user, std::span<const double> weights, std::span<double> out) const;
    Range reachable(UserIx user) const;
    double to_rating(double score, const Range& range) const;

    std::uint32_t n_users_ = 0;
    std::uint32_t n_known_items_ = 0;
    Similarity kind_ = Similarity::jaccard;
    Normalize normalize_ = Normalize::off;
    double least_rating_ = 0, greatest_rating_ = 0, mean_rating_ = 0; ///< the scale that normalize maps to
    bool popularity_fills_ = false;
    std::uint32_t neighbours_ = 0;  ///< 0: all
    std::uint32_t most_people_ = 0; ///< of any item
    Affinities affinities_;
    Cooccurrence pairs_;
    /// With neighbours: similarities by item, from pairs_; those of item i begin at starts[i].
    struct Nearest {
        std::vector<std::size_t> starts{0};
        std::vector<ItemIx> items; ///< of one item ascending
        std::vector<double> similarity;
    };
    Nearest nearest_;
};

template <typename Visit>
void Sar::for_each_similar(ItemIx item, Visit&& visit) const {
    const double n = n_known_items_;
    const auto mine = pairs_.of_item(item);
    with_similarity(kind_, [&](auto kind) {
        pairs_.for_each(item, [&](std::uint32_t other, std::uint32_t c) {
            visit(other, c, similarity_of<kind()>(c, mine, pairs_.of_item(other), n));
        });
    });
}

ModelEntry sar_entry();

} // namespace tastebench
