// Training samples of DKN: each labelled row, and for each positive one so many items that its user never had.
//
// A row is positive where its value is `positive_from` or more, or where it has none. The history of a row is what its
// user had, positively, before its time, so that nothing is told that a recommendation could not have known. Where the
// data has no times (or all rows are asked for) it is all that the user had, but never the candidate itself; then a
// negative's history leaves out one that is drawn, or the mere number of them would tell the classes apart. MIND's rows
// of the event "history" are history alone.
#pragma once

#include "core/base/progress.h"
#include "core/base/rng.h"
#include "core/models/dkn/batch.h"
#include "core/models/dkn/settings.h"
#include "core/models/training.h"

namespace tastebench {

class DknSamples {
  public:
    /// bad_data where there is nothing to learn: no positive row, or one class; cancelled.
    static Result<DknSamples> make(const TrainingData& training, const DknSettings& settings,
                                   const Progress* progress = nullptr);
    std::uint32_t size() const;

    /// The samples named; negatives are drawn from (seed, epoch, sample).
    void fill(std::span<const std::uint32_t> which, std::uint64_t seed, std::uint32_t epoch, DknBatch& out) const;

    /// What a user had, positively, earliest first.
    std::span<const ItemIx> had(UserIx user) const {
        return std::span(positives_).subspan(starts_[user], starts_[user + 1] - starts_[user]);
    }

  private:
    struct Row {
        UserIx user;
        ItemIx item;
        std::uint32_t before; ///< how many of the user's positives are its history
    };
    ItemIx draw(UserIx user, Rng& rng) const;

    std::uint32_t history_ = 0, negatives_ = 0;
    bool leaves_one_out_ = false; ///< histories are not cut by time
    std::vector<Row> rows_;       ///< positive ones first
    std::uint32_t n_positive_ = 0;
    std::vector<std::uint64_t> starts_; ///< of positives_, by user
    std::vector<ItemIx> positives_;
    std::vector<std::uint64_t> taken_starts_;
    std::vector<ItemIx> taken_;      ///< all items of a user, ascending
    std::vector<ItemIx> candidates_; ///< items with a training row
};

inline constexpr ItemIx no_item = 0xFFFF'FFFF;
/// Appends the latest distinct ones of `had`, without the candidate and one more, latest first, `most` at most.
void append_history(std::span<const ItemIx> had, ItemIx candidate, std::size_t most, std::vector<ItemIx>& out,
                    ItemIx left_out = no_item);

} // namespace tastebench
