// The one interface of all models: fit once, then read-only and thread-safe.
// Matrices are row-major. Scores are doubles; larger is better; they order items within one user.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/binary.h"
#include "core/base/parameters.h"
#include "core/models/training.h"

namespace tastebench {

struct Capabilities {
    bool predicts_ratings = false; ///< score_pairs is on the rating scale: rmse and mae apply
    bool predicts_clicks = false;  ///< score_rows is the probability of a positive row: auc and logloss apply
    double positive_from = 0.5;    ///< predicts_clicks: a row is positive where its value is this or more
    bool recommends = true;        ///< ranks items for users; false where rows have no users and items
    bool explains = false;
    bool similar_items = false;
    bool folds_in = false;  ///< score_profile: people unknown in training
    bool updates = false;   ///< update() is quicker than a fit
    bool uses_rows = false; ///< a row's own features (context) count: score_rows differs from score_pairs
    bool iterative = false; ///< trains by epochs: curves, early stopping, checkpoints
    bool needs_values = false, needs_times = false;
    bool needs_features = false; ///< of users, items or rows
    bool needs_texts = false;    ///< titles of items, or a column of texts
    bool needs_pairs = true;     ///< users and items; false for models that learn from features alone
};

/// One item of the history of someone unknown in training.
struct ProfileItem {
    ItemIx item;
    double value = 1; ///< rating or weight
};

/// What a profile's item counts for where nothing more is said: the greatest rating of the data, or 1 without ratings.
double standard_profile_value(const Dataset& data);

struct Pair {
    UserIx user;
    ItemIx item;
};

struct Scored {
    ItemIx item;
    double score;
    bool operator==(const Scored&) const = default;
};

/// One reason: an item of the user's history and what it adds to the score.
struct Contribution {
    ItemIx item;
    double affinity;            ///< the user's weight on the item: events, ratings and age
    double similarity;          ///< of the item to the recommended one
    double contribution;        ///< affinity x similarity
    std::uint32_t common_users; ///< people who have both
    std::uint32_t events;       ///< of this user with this item
    std::optional<EventIx> last_event;
    std::optional<std::int64_t> last_time;
    std::optional<float> last_value; ///< rating
};

struct Explanation {
    UserIx user;
    ItemIx item;
    double score;                            ///< the sum of all contributions, in the order given, to the last bit
    std::vector<Contribution> contributions; ///< greatest first; equal ones by item
    bool by_popularity = false; ///< nothing in the history speaks for the item: it is listed, below all that something
                                ///< does, because so many people have it; the score is then below 0 and means nothing
    std::uint32_t people = 0;   ///< by_popularity: who have it
};

/// Which items may be recommended, and how many. Items unseen in training are never candidates.
struct TopKOptions {
    std::uint32_t k = 10;
    bool remove_seen = true;
    const Progress* progress = nullptr; ///< of the caller: long blocks look whether it is cancelled, and leave early
    /// Set where the score of a candidate is infinite or not a number: such an item is never listed, and without this
    /// the list of a model that overflowed would merely be short.
    std::atomic<bool>* not_finite = nullptr;

    bool stopped() const { return progress != nullptr && progress->cancelled(); }
    void tell(bool finite) const {
        if (!finite && not_finite != nullptr)
            not_finite->store(true, std::memory_order_relaxed);
    }
};

class Recommender {
  public:
    Recommender() = default;
    virtual ~Recommender() = default;
    Recommender(const Recommender&) = delete;
    Recommender& operator=(const Recommender&) = delete;

    virtual Capabilities capabilities(const Parameters& parameters) const = 0;
    /// Reports a curve per epoch where there are any, answers a cancel within 200 ms. Parameters are complete.
    virtual Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) = 0;

    /// Takes in new events: `all` is the training data after them, `added` (ascending) those of its rows that are new;
    /// the others are the rows of the last fit or update, whatever users and items are new or have new indices. The
    /// parameters are those of the fit. Ends with the digits of a fit on `all`, which is also what it does where the
    /// model has nothing quicker. bad_data, the model left as it was, if the other rows are not those of the fit.
    virtual Status update(const TrainingData& all, std::span<const RowIx> added, const Parameters& parameters,
                          FitContext& context);

    /// Memory and time of a fit. Parameters are complete.
    virtual Cost cost(const DataShape& shape, const Parameters& parameters) const = 0;

    virtual std::uint32_t n_users() const = 0;
    virtual std::uint32_t n_items() const = 0;
    /// Scores of all items for one user; out has n_items().
    virtual void score(UserIx user, std::span<double> out) const = 0;
    /// Those of some items, with the digits that score() gives them; out has items.size(). Models override it where
    /// each item costs much. (score_pairs may be on another scale, with ends that make scores equal.)
    virtual void score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const;
    /// Scores, or predicted ratings where predicts_ratings; out has pairs.size().
    virtual void score_pairs(std::span<const Pair> pairs, std::span<double> out) const = 0;
    /// The same for rows of the data set that the model was trained on; models of row features override it.
    virtual void score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const;
    /// Scores of all items for someone with this history; only where capabilities().folds_in. The profile's items are
    /// distinct and below n_items(); those unseen in training count for nothing. Out has n_items().
    virtual void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const;
    /// The best candidates for such a person, as top_k(); remove_seen leaves out the profile's items.
    std::vector<Scored> recommend_profile(std::span<const ProfileItem> profile, const TopKOptions& options) const;

    /// For each user the best candidates, greatest score first, equal scores by item; shorter where candidates run
    /// out. Models override top_k_block where they have something faster than score().
    std::vector<std::vector<Scored>> top_k(std::span<const UserIx> users, const TopKOptions& options,
                                           const Parallel& parallel, Progress& progress) const;

    /// False where something that was learned is infinite or not a number: asked after every epoch, since the loss of
    /// an epoch is taken before its last step.
    virtual bool finite() const { return true; }

    virtual std::unique_ptr<Explanation> explain(UserIx, ItemIx) const { return nullptr; }
    /// The items most like this one, greatest first, itself left out.
    virtual std::vector<Scored> similar_items(ItemIx, std::uint32_t) const { return {}; }
    /// The user's history as the model weighs it: item and affinity, greatest first.
    virtual std::vector<Scored> history(UserIx) const { return {}; }

    /// The state after fit; load() gives a model with the same digits.
    void save(Writer& out) const;
    Status load(Reader& in);

    /// Training items of a user, ascending and distinct; valid after fit or load.
    std::span<const ItemIx> seen(UserIx user) const;
    bool item_in_training(ItemIx item) const { return item_known_[item] != 0; }

  protected:
    /// At most so many users come to top_k_block() at once; more where a model prepares much for each block.
    virtual std::size_t most_users_at_once() const { return 512; }
    void remember_seen(const TrainingData& training);
    const std::vector<std::uint64_t>& seen_starts() const { return seen_starts_; } ///< n_users + 1
    std::span<const ItemIx> seen_items() const { return seen_items_; }             ///< all users', one after another
    std::span<const std::uint8_t> known_items() const { return item_known_; }      ///< 1: in training; n_items
    virtual void top_k_block(std::span<const UserIx> users, const TopKOptions& options,
                             std::span<std::vector<Scored>> out) const;
    /// Of what save_state() writes; raised with every change of it.
    virtual std::uint32_t state_version() const { return 1; }
    virtual void save_state(Writer& out) const = 0;
    virtual Status load_state(Reader& in) = 0;
    /// What training needs beyond save_state() to go on with the same digits: moments, momenta, schedules.
    virtual void save_training(Writer&) const {}
    virtual Status load_training(Reader&) { return {}; }
    /// After the last epoch: gives back what only training needs. save_training() is not called any more.
    virtual void end_training() {}

  private:
    friend class EpochLoop;
    std::vector<std::uint64_t> seen_starts_;
    std::vector<ItemIx> seen_items_;
    std::vector<std::uint8_t> item_known_;
};

/// Groups of models in lists and documents.
enum class ModelFamily { baseline, neighbours, factors, features, networks };
inline constexpr std::array all_families{ModelFamily::baseline, ModelFamily::neighbours, ModelFamily::factors,
                                         ModelFamily::features, ModelFamily::networks};
std::string_view to_text(ModelFamily family);

struct ModelEntry {
    std::string id; ///< "sar"
    ModelFamily family;
    std::string title;    ///< "SAR"
    std::string summary;  ///< one plain sentence
    std::string citation; ///< the paper
    ParameterSchema schema;
    std::unique_ptr<Recommender> (*make)();
};

/// Every model, in the order they are shown. Adding one: its folder, and one line in registry.cpp.
const std::vector<ModelEntry>& all_models();
/// Those of one family, in that order.
std::vector<const ModelEntry*> models_of(ModelFamily family);
/// What a model gives, in words: "ranks", "rates", "clicks", "explains", "similar items", "new people".
std::vector<std::string> abilities(const Capabilities& can);
/// What the data must have for it, in words: "users and items", "ratings", "times", "features".
std::vector<std::string> needs(const Capabilities& can);
/// usage error naming the nearest id.
Result<const ModelEntry*> find_model(std::string_view id);

} // namespace tastebench
